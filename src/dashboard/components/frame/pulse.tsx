import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';
import { cellsOf, type PulseCell } from '../../lib/pulse-parts.ts';
import { ticking } from '../../state/clock.ts';
import { projectId } from '../../state/projects.ts';
import { followPulse, pulseState } from '../../state/pulse.ts';
import { Icon } from '../icon.tsx';
import { lazy } from '../lazy.tsx';
import { Menu } from '../menu.tsx';
import { Skeleton } from '../states.tsx';

const PulsePanel = lazy(
  () => import('./pulse-panel.tsx'),
  () => <Skeleton rows={8} label="Loading the pulse" />,
);

/** Whether webhooks arrive and cookies fit, and what fires, on every page of a project. */
export function PulseMenu() {
  const project = projectId.value;
  return project === '' ? null : <PulseOf project={project} />;
}

function PulseOf({ project }: { project: string }) {
  useEffect(() => followPulse(project), [project]);
  const { pulse, failing } = pulseState.value;
  const cells = cellsOf(pulse, failing, ticking.value);
  return (
    <Menu
      label={`Pulse: ${cells.map(({ label, word }) => `${label} ${word}`).join(', ')}`}
      role="dialog"
      align="end"
      faceClass="button button-quiet pulse-face"
      face={
        <span class={`pulse-cells${pulse && failing ? ' pulse-old' : ''}`}>
          {cells.map((cell) => (
            <Fragment key={cell.label}>
              <Cell {...cell} />{' '}
            </Fragment>
          ))}
        </span>
      }
    >
      {(close) => <PulsePanel project={project} close={close} />}
    </Menu>
  );
}

/** The bar is as full as its value; what needs attention has a sign beside its colour, and a higher bar where there are no words. */
function Cell({ label, word, tone, fill, count }: PulseCell) {
  return (
    <span class={`pulse-cell tone-${tone}`}>
      <span class="pulse-label">{label}</span>{' '}
      <span class="pulse-word">
        {tone === 'warn' || tone === 'bad' ? <Icon name={tone} /> : null}
        {word}
      </span>
      {fill === undefined ? null : <i style={{ '--fill': fill }} />}
      {count ? <b aria-hidden="true">{count}</b> : null}
    </span>
  );
}
