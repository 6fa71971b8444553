import { type ListedRule, listRules } from '../../api/alerts.ts';
import type { Project } from '../../api/types.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { useResource } from '../../state/use-resource.ts';
import { Severity } from './severity.tsx';
import { ruleState } from './words.ts';

/** What is watched. */
export function RulesTab({ project }: { project: Project }) {
  const rules = useResource(project.id, (signal) => listRules(project.id, signal));
  if (rules.data === null) {
    return rules.error ? (
      <Failure what="The rules could not be loaded" error={rules.error} onRetry={rules.reload} />
    ) : (
      <Skeleton rows={14} label="Loading rules" />
    );
  }
  if (rules.data.items.length === 0) return <Empty icon="alerts" title="No rule yet" />;
  return <DataTable label="Rules" columns={COLUMNS} rows={rules.data.items} keyOf={({ id }) => id} />;
}

const COLUMNS: Column<ListedRule>[] = [
  {
    id: 'state',
    label: 'State',
    cell: ({ enabled, status }) => {
      const { tone, word } = ruleState(enabled, status);
      return <StatusDot tone={tone}>{word}</StatusDot>;
    },
  },
  { id: 'name', label: 'Rule', sort: ({ name }) => name, cell: ({ name }) => <bdi>{name}</bdi> },
  { id: 'severity', label: 'Severity', cell: ({ severity }) => <Severity level={severity} /> },
];
