import type { Firing } from '../../../wire/alerts.ts';
import { listFirings } from '../../api/alerts.ts';
import type { Project } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { compact } from '../../lib/format.ts';
import { useResource } from '../../state/use-resource.ts';
import { Severity } from './severity.tsx';
import { QUIET_WORDS } from './words.ts';

const SHOWN = 100;

/** What is wrong, since when and for whom. */
export function FiringTab({ project }: { project: Project }) {
  const firing = useResource(project.id, (signal) =>
    listFirings(project.id, { state: 'firing', rule: null }, { limit: SHOWN, cursor: null }, signal),
  );
  if (firing.data === null) {
    return firing.error ? (
      <Failure what="What fires could not be loaded" error={firing.error} onRetry={firing.reload} />
    ) : (
      <Skeleton rows={14} label="Loading what fires" />
    );
  }
  if (firing.data.items.length === 0) return <Empty icon="check" title="Nothing fires" />;
  return <DataTable label="Firing" columns={COLUMNS} rows={firing.data.items} keyOf={({ id }) => id} />;
}

const COLUMNS: Column<Firing>[] = [
  { id: 'severity', label: 'Severity', cell: ({ severity }) => <Severity level={severity} /> },
  { id: 'rule', label: 'Rule', cell: ({ ruleName }) => <bdi>{ruleName}</bdi> },
  { id: 'group', label: 'For', cell: ({ group }) => <bdi>{group}</bdi> },
  {
    id: 'value',
    label: 'Value',
    cell: ({ value, threshold }) => `${value === null ? '–' : compact(value)} of ${compact(threshold)}`,
  },
  { id: 'since', label: 'Since', cell: ({ pendingSinceMs }) => <Time ms={pendingSinceMs} /> },
  { id: 'told', label: 'Told', cell: ({ quiet, notices }) => (quiet === null ? compact(notices) : QUIET_WORDS[quiet]) },
];
