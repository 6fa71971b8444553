import type { AuditEntry } from '../../../../wire/audit.ts';
import type { GridColumn } from '../../../components/list-grid.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { ACTOR_KIND_WORDS, actorWords } from '../audit-words.ts';

/** A row of the list: the sequence is its id. */
export type EntryRow = AuditEntry & { id: string };

/** Longer texts are cut: a row is one line, the drawer has all of it. */
const SHOWN_CHARS = 300;

export function entryColumns(projects: ReadonlyMap<string, string>): readonly GridColumn<EntryRow>[] {
  const projectOf = ({ projectId }: AuditEntry) => (projectId === null ? '' : (projects.get(projectId) ?? projectId));
  return [
    { id: 'time', label: 'Time', cell: ({ atMs }) => <Time ms={atMs} /> },
    {
      id: 'actor',
      label: 'Actor',
      title: (entry) => `${ACTOR_KIND_WORDS[entry.actorKind]}: ${actorWords(entry)}`,
      cell: (entry) =>
        entry.actorKind === 'console' ? (
          <StatusDot tone="bad">{actorWords(entry)}</StatusDot>
        ) : (
          <bdi class={entry.actorKind === 'user' ? '' : 'faint'}>{actorWords(entry)}</bdi>
        ),
    },
    {
      id: 'action',
      label: 'Action',
      title: ({ action }) => action,
      cell: ({ action }) => <code>{action}</code>,
    },
    {
      id: 'target',
      label: 'Target',
      title: ({ target }) => target.slice(0, SHOWN_CHARS),
      cell: ({ target }) => (target === '' ? <span class="faint">–</span> : <bdi>{target.slice(0, SHOWN_CHARS)}</bdi>),
    },
    {
      id: 'project',
      label: 'Project',
      title: projectOf,
      cell: (entry) => (entry.projectId === null ? <span class="faint">all</span> : <bdi>{projectOf(entry)}</bdi>),
    },
    {
      id: 'address',
      label: 'Address',
      title: ({ address }) => address,
      cell: ({ address }) => (address === '' ? <span class="faint">–</span> : address),
    },
    {
      id: 'sealed',
      label: 'Sealed',
      cell: ({ sealed }) => <StatusDot tone={sealed ? 'ok' : 'off'}>{sealed ? 'Sealed' : 'Not yet'}</StatusDot>,
    },
  ];
}
