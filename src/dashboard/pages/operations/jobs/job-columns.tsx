import type { JobStatus } from '../../../../wire/jobs.ts';
import { Countdown } from '../../../components/countdown.tsx';
import type { GridColumn } from '../../../components/list-grid.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { compact, dateTime, exact, relative } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { outcomeWords, runWords, tookWords } from './job-words.ts';

export type JobRow = JobStatus & { id: string };

export const JOB_COLUMNS: readonly GridColumn<JobRow>[] = [
  {
    id: 'state',
    label: 'Last run',
    title: ({ last }) => last?.problem ?? '',
    cell: ({ last }) => {
      const { tone, word } = outcomeWords(last);
      return <StatusDot tone={tone}>{word}</StatusDot>;
    },
  },
  { id: 'name', label: 'Job', title: ({ description }) => description, cell: ({ name }) => <code>{name}</code> },
  {
    id: 'when',
    label: 'Began',
    cell: ({ last }) => (last === null ? '–' : <Time ms={last.startedAtMs} format={(ms) => relative(ms, now())} />),
  },
  { id: 'took', label: 'Took', numeric: true, cell: ({ last }) => tookWords(last?.durationMs ?? null) },
  {
    id: 'did',
    label: 'Did',
    title: ({ last }) => runWords(last),
    cell: ({ last }) => runWords(last),
  },
  {
    id: 'next',
    label: 'Next run',
    title: ({ nextRunAtMs, cron }) => `${dateTime(nextRunAtMs)}, cron ${cron} (UTC)`,
    cell: ({ nextRunAtMs }) => <Countdown untilMs={nextRunAtMs} due="now" />,
  },
  {
    id: 'runs',
    label: 'Runs',
    numeric: true,
    title: ({ runs }) => `${exact(runs)} runs since the database exists`,
    cell: ({ runs }) => compact(runs),
  },
  {
    id: 'failures',
    label: 'Failed',
    numeric: true,
    title: ({ failures }) => `${exact(failures)} of them failed or were lost`,
    cell: ({ failures }) => (failures === 0 ? <span class="faint">0</span> : compact(failures)),
  },
];
