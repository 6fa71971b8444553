import type { DeletionRequest } from '../../../../../wire/compliance.ts';
import { Countdown } from '../../../../components/countdown.tsx';
import type { GridColumn } from '../../../../components/list-grid.tsx';
import { StatusDot } from '../../../../components/status-dot.tsx';
import { Time } from '../../../../components/time.tsx';
import { dateTime, day, plural } from '../../../../lib/format.ts';
import { isOpen, personWords, STATE_TONES, STATE_WORDS } from '../deletion-words.ts';

/** Longer texts are cut: a row is one line, its page has all of it. */
const SHOWN_CHARS = 200;

export function deletionColumns(projects: ReadonlyMap<string, string>): readonly GridColumn<DeletionRequest>[] {
  return [
    {
      id: 'state',
      label: 'State',
      title: ({ problem }) => problem ?? '',
      cell: ({ state, problem }) =>
        problem === null ? (
          <StatusDot tone={STATE_TONES[state]}>{STATE_WORDS[state]}</StatusDot>
        ) : (
          <StatusDot tone="bad">Meets a problem</StatusDot>
        ),
    },
    {
      id: 'person',
      label: 'Person',
      title: (row) => personWords(row).slice(0, SHOWN_CHARS),
      cell: (row) => <bdi>{personWords(row).slice(0, SHOWN_CHARS)}</bdi>,
    },
    {
      id: 'project',
      label: 'Project',
      title: ({ projectId }) => projects.get(projectId) ?? projectId,
      cell: ({ projectId }) => <bdi>{projects.get(projectId) ?? projectId}</bdi>,
    },
    { id: 'regime', label: 'Law', cell: ({ regimeId }) => regimeId },
    {
      id: 'grace',
      label: 'Grace ends',
      title: ({ graceEndsAtMs }) => dateTime(graceEndsAtMs),
      cell: ({ state, graceEndsAtMs }) =>
        state === 'grace' ? <Countdown untilMs={graceEndsAtMs} due="now" /> : <span class="faint">–</span>,
    },
    {
      id: 'deadline',
      label: 'Deadline',
      title: ({ deadlineAtMs }) => dateTime(deadlineAtMs),
      cell: (row) =>
        isOpen(row) ? (
          <span class="deletion-deadline">
            <Countdown untilMs={row.deadlineAtMs} due="is over" />
          </span>
        ) : (
          <span class="faint">{row.executedAtMs === null ? '–' : `done ${day(row.executedAtMs)}`}</span>
        ),
    },
    {
      id: 'held',
      label: 'Held',
      cell: ({ holds }) => {
        const inForce = holds.filter(({ releasedAtMs }) => releasedAtMs === null).length;
        return inForce === 0 ? <span class="faint">–</span> : plural(inForce, 'part');
      },
    },
    { id: 'received', label: 'Received', cell: ({ receivedAtMs }) => <Time ms={receivedAtMs} /> },
  ];
}
