import { type ErrorsQuery, listErrors } from '../../api/errors.ts';
import { Button } from '../../components/button.tsx';
import { SendFirst } from '../../components/send-first.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { errorCommand } from '../../lib/example-commands.ts';
import { filterList, noFilters } from '../../lib/label-filters.ts';
import { lastWords, presetReaching, WIDEST_MS } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { setRange } from '../../state/range.ts';
import { setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';

/** Why there is no group, and the shortest time that has one. */
export function NoGroups({ query }: { query: ErrorsQuery }) {
  const narrowed = query.q !== '' || query.status !== null || filterList(query.filters).length > 0;
  // Not of the chosen time: a live page would ask for 30 days with every refresh.
  const wide = useResource(JSON.stringify({ ...query, fromMs: 0, toMs: 0 }), (signal) => newestGroup(query, signal));
  if (wide.error) {
    return (
      <Failure
        what="No errors here, and the last 30 days could not be looked at"
        error={wide.error}
        onRetry={wide.reload}
      />
    );
  }
  if (!wide.data) return <Skeleton rows={20} label="Looking further back" />;
  const newest = wide.data.items[0];
  if (newest === undefined && !narrowed) return <FirstError query={query} onArrived={wide.reload} />;
  const preset = newest && presetReaching(newest.lastSeenMs, now());
  return (
    <Empty
      icon={narrowed ? 'search' : 'check'}
      title={narrowed ? 'No error fits these filters' : 'No errors in this time'}
    >
      {newest && preset ? (
        <>
          <p>
            The newest {narrowed ? 'that does ' : ''}is of <Time ms={newest.lastSeenMs} />.
          </p>
          <Button kind="primary" onClick={() => setRange({ kind: 'preset', id: preset.id })}>
            {`Show the ${lastWords(preset)}`}
          </Button>
        </>
      ) : (
        <p>Not in the last 30 days either.</p>
      )}
      {narrowed ? (
        <Button onClick={() => setParams({ ...noFilters(), q: null, status: null })}>
          Clear the search and the filters
        </Button>
      ) : null}
    </Empty>
  );
}

/** Nothing in 30 days: good news, or nobody sends them yet. */
function FirstError({ query, onArrived }: { query: ErrorsQuery; onArrived: () => void }) {
  return (
    <SendFirst
      project={query.project}
      icon="errors"
      title="No errors in the last 30 days"
      what="error"
      command={(key) => errorCommand(window.location.origin, key)}
      hasCome={async (signal) => {
        const answer = await newestGroup(query, signal);
        return answer.ok ? { ...answer, value: answer.value.items.length > 0 } : answer;
      }}
      onArrived={onArrived}
    >
      <p>
        If your pages and services report their errors here already, there is nothing to do. To see how one looks, send
        one:
      </p>
    </SendFirst>
  );
}

function newestGroup(query: ErrorsQuery, signal: AbortSignal) {
  const toMs = now();
  const span = { fromMs: toMs - WIDEST_MS, toMs };
  return listErrors({ ...query, ...span, sort: 'lastSeen' }, { limit: 1, cursor: null }, signal);
}
