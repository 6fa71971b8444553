import type { Breach } from '../../../../../wire/compliance.ts';
import type { GridColumn } from '../../../../components/list-grid.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { Time } from '../../../../components/time.tsx';
import { compact, dateTime, exact } from '../../../../lib/format.ts';
import { ticking } from '../../../../state/clock.ts';
import { clockTone, nextClock, openWords, STATE_WORDS } from '../breach-words.ts';

export function breachColumns(projects: ReadonlyMap<string, string>): readonly GridColumn<Breach>[] {
  const projectOf = ({ projectId }: Breach) =>
    projectId === null ? 'the whole deployment' : (projects.get(projectId) ?? projectId);
  return [
    {
      id: 'state',
      label: 'State',
      cell: ({ state }) => <StatusDot tone={STATE_WORDS[state].tone}>{STATE_WORDS[state].word}</StatusDot>,
    },
    { id: 'title', label: 'Breach', title: ({ title }) => title, cell: ({ title }) => <bdi>{title}</bdi> },
    { id: 'project', label: 'Project', title: projectOf, cell: (row) => <bdi>{projectOf(row)}</bdi> },
    { id: 'clock', label: 'Next clock', title: clockTitle, cell: (row) => <NextClock breach={row} /> },
    {
      id: 'users',
      label: 'Users',
      numeric: true,
      title: ({ affected }) => `${exact(affected.users)} users were found`,
      cell: ({ affected }) => (affected.users === 0 ? <span class="faint">–</span> : compact(affected.users)),
    },
    { id: 'aware', label: 'Known since', cell: ({ awareAtMs }) => <Time ms={awareAtMs} /> },
  ];
}

function clockTitle(breach: Breach): string {
  const next = nextClock(breach);
  return next === null ? '' : `${next.label}, ${dateTime(next.dueAtMs)}`;
}

function NextClock({ breach }: { breach: Breach }) {
  const next = nextClock(breach);
  if (next === null) return <span class="faint">–</span>;
  return (
    <StatusDot tone={clockTone(next, ticking.value)}>
      {openWords(next, breach.awareAtMs, ticking.value)} <span class="faint">{next.label}</span>
    </StatusDot>
  );
}
