import type { ReadyCheck } from '../../../wire/health.ts';
import { getReady } from '../../api/health.ts';
import { Button } from '../../components/button.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { useResource } from '../../state/use-resource.ts';
import { checkName, checkStatus, deployedWords, lagRows, STATUS, tookText } from './deployment-words.ts';
import { OwnLog } from './own-log.tsx';
import { TabFrame } from './tab-frame.tsx';

const COLUMNS: readonly Column<ReadyCheck>[] = [
  { id: 'name', label: 'What', cell: (check) => checkName(check) },
  {
    id: 'status',
    label: 'Status',
    cell: (check) => {
      const { tone, word } = checkStatus(check);
      return <StatusDot tone={tone}>{word}</StatusDot>;
    },
  },
  { id: 'detail', label: 'Detail', cell: ({ detail }) => detail },
  { id: 'took', label: 'Took', numeric: true, cell: (check) => tookText(check) },
];

const LAG: readonly Column<{ name: string; value: string }>[] = [
  { id: 'name', label: 'Done later', cell: ({ name }) => name },
  { id: 'value', label: 'How far behind', cell: ({ value }) => value },
];

/** Of the deployment as a whole: whether all that it stands on answers, how far behind it is, and where its own log goes. */
export function DeploymentTab() {
  const ready = useResource('ready', getReady);
  return (
    <>
      <TabFrame
        title="Health"
        intro="What GET /api/ready says to load balancers and monitors: each was tried just now."
        action={
          <Button busy={ready.loading} onClick={ready.reload}>
            Try again
          </Button>
        }
        resource={ready}
      >
        {(answer) => (
          <>
            <p>
              <StatusDot tone={STATUS[answer.status].tone}>{STATUS[answer.status].words}</StatusDot>{' '}
              <span class="faint">{deployedWords(answer)}</span>
            </p>
            <DataTable label="Checks" columns={COLUMNS} rows={answer.checks} keyOf={({ name }) => name} />
            <DataTable label="How far behind" columns={LAG} rows={lagRows(answer.lag)} keyOf={({ name }) => name} />
          </>
        )}
      </TabFrame>
      <h2>Own log</h2>
      <OwnLog />
    </>
  );
}
