import type { OperationScope } from '../../../wire/operations.ts';
import { getOperationHistory, type OperationFilter } from '../../api/operations.ts';
import { Button } from '../../components/button.tsx';
import { SendFirst } from '../../components/send-first.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { operationCommand } from '../../lib/example-commands.ts';
import { lastWords, presetReaching } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { setRange } from '../../state/range.ts';
import { setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';

const WIDEST_HOURS = 30 * 24;

/** Why there is no operation, and the shortest time that has one. */
export function NoOperations({ filter }: { filter: OperationFilter }) {
  const { project, scope, gateway, operation } = filter;
  const all = { project, scope, gateway: '', operation: '' };
  const narrowed = gateway !== '' || operation !== '';
  const wide = useResource(JSON.stringify([project, scope]), (signal) =>
    getOperationHistory(all, WIDEST_HOURS, signal),
  );
  if (wide.error) {
    const what = 'No operations here, and the last 30 days could not be looked at';
    return <Failure what={what} error={wide.error} onRetry={wide.reload} />;
  }
  if (!wide.data) return <Skeleton rows={12} label="Looking further back" />;
  const newest = wide.data.items.findLast(({ count }) => count > 0);
  if (newest === undefined && !narrowed)
    return <FirstOperation project={project} scope={scope} onArrived={wide.reload} />;
  const preset = newest && presetReaching(newest.ts, now());
  return (
    <Empty icon="search" title={narrowed ? 'No operation fits these filters' : 'No operations in this time'}>
      {newest && preset ? (
        <>
          <p>
            The newest{narrowed ? ' of any' : ''} is of the hour from <Time ms={newest.ts} />.
          </p>
          <Button kind="primary" onClick={() => setRange({ kind: 'preset', id: preset.id })}>
            {`Show the ${lastWords(preset)}`}
          </Button>
        </>
      ) : (
        <p>Not in the last 30 days either.</p>
      )}
      {narrowed ? (
        <Button onClick={() => setParams({ gateway: null, operation: null })}>Clear the filters</Button>
      ) : null}
    </Empty>
  );
}

interface FirstOperationProps {
  project: string;
  scope: OperationScope;
  onArrived: () => void;
}

function FirstOperation({ project, scope, onArrived }: FirstOperationProps) {
  return (
    <SendFirst
      project={project}
      icon="operations"
      title="Send the first operation"
      what="operation"
      command={(key) => operationCommand(window.location.origin, key, scope)}
      hasCome={async (signal) => {
        const answer = await getOperationHistory({ project, scope, gateway: '', operation: '' }, 1, signal);
        return answer.ok ? { ...answer, value: answer.value.items.some(({ count }) => count > 0) } : answer;
      }}
      onArrived={onArrived}
    >
      <p>
        Whoever makes the call sends what it was, how long it took and whether it worked. It is summed up here at once:
      </p>
    </SendFirst>
  );
}
