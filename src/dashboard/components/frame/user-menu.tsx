import { go, hrefOf } from '../../state/route.ts';
import { signOut, user } from '../../state/session.ts';
import { setTheme, THEMES, theme } from '../../state/theme.ts';
import { Icon } from '../icon.tsx';
import { Menu, MenuItem } from '../menu.tsx';

const THEME_NAMES = { system: "System's theme", light: 'Light theme', dark: 'Dark theme' } as const;

export function UserMenu() {
  const me = user.value;
  if (!me) return null;
  const open = (to: string, close: () => void) => {
    go(hrefOf(to, {}, 'frame'));
    close();
  };
  return (
    <Menu
      label={`Account: ${me.username}`}
      align="end"
      faceClass="button button-quiet button-square"
      face={<Icon name="user" />}
    >
      {(close) => (
        <>
          <p class="menu-note">
            <strong class="clip">
              <bdi>{me.username}</bdi>
            </strong>
            <span>{me.role}</span>
          </p>
          {THEMES.map((choice) => (
            <MenuItem key={choice} checked={theme.value === choice} onClick={() => setTheme(choice)}>
              {THEME_NAMES[choice]}
            </MenuItem>
          ))}
          <hr />
          <MenuItem onClick={() => open('/security', close)}>Security</MenuItem>
          <MenuItem onClick={() => void signOut()}>Sign out</MenuItem>
        </>
      )}
    </Menu>
  );
}
