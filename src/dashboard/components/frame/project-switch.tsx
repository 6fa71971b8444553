import { chooseProject, project, projects } from '../../state/projects.ts';
import { Icon } from '../icon.tsx';
import { Menu, MenuItem } from '../menu.tsx';

export function ProjectSwitch() {
  const current = project.value;
  const name = current?.name ?? 'No project';
  return (
    <Menu
      label={`Project: ${name}`}
      face={
        <>
          <Icon name="project" />
          <span class="clip">
            <bdi>{name}</bdi>
          </span>
          <Icon name="chevron" />
        </>
      }
    >
      {(close) =>
        projects.value.length === 0 ? (
          <p class="menu-note">No project is shared with you yet.</p>
        ) : (
          projects.value.map((p) => (
            <MenuItem
              key={p.id}
              checked={p.id === current?.id}
              onClick={() => {
                chooseProject(p.id);
                close();
              }}
            >
              <span class="clip">
                <bdi>{p.name}</bdi>
              </span>
              {p.disabled ? <span class="faint">disabled</span> : null}
            </MenuItem>
          ))
        )
      }
    </Menu>
  );
}
