import type { Firing } from '../../../../wire/alerts.ts';
import type { SilenceInput } from '../../../api/alerts.ts';
import { Icon } from '../../../components/icon.tsx';
import { Menu, MenuItem } from '../../../components/menu.tsx';
import { now } from '../../../state/clock.ts';
import { sayError } from '../../../state/toasts.ts';
import { silenceTimes } from './silence-times.ts';
import type { Silencing } from './use-silencing.ts';

/** What names this firing and no other: its rule, and its group where it has one. */
export function matchersOf({ ruleId, group }: Firing): Record<string, string> {
  return { rule: ruleId, ...(group === '' ? {} : { group }) };
}

export function customSilence(firing: Firing): SilenceInput {
  const [hour] = silenceTimes(now());
  return { matchers: matchersOf(firing), untilMs: hour?.untilMs ?? now() };
}

/** No notices of this for a while. */
export function SilenceMenu({ firing, silencing }: { firing: Firing; silencing: Silencing }) {
  const silence = async (untilMs: number) => {
    const answer = await silencing.add({ matchers: matchersOf(firing), untilMs });
    if (!answer.ok) sayError('It was not silenced', answer.error);
  };
  return (
    <Menu
      label="Silence"
      face={
        <>
          <Icon name="pause" />
          <span>Silence</span>
          <Icon name="chevron" />
        </>
      }
    >
      {(close) => (
        <>
          {silenceTimes(now()).map(({ label, untilMs }) => (
            <MenuItem
              key={label}
              onClick={() => {
                close();
                void silence(untilMs);
              }}
            >
              {label}
            </MenuItem>
          ))}
          <MenuItem
            onClick={() => {
              close();
              silencing.setDraft(customSilence(firing));
            }}
          >
            Custom
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
