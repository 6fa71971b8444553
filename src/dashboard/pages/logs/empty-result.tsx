import { getHistogram, type Scope } from '../../api/query.ts';
import { Button } from '../../components/button.tsx';
import { FirstUse } from '../../components/first-use.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { plural } from '../../lib/format.ts';
import { lastWords, presetReaching, WIDEST_MS } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { setRange } from '../../state/range.ts';
import { setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { useEverUsed } from '../live/use-ever-used.ts';

const BUCKETS = 120;

/** Why nothing is here, and the smallest range that would have something. */
export function EmptyResult({ scope }: { scope: Scope }) {
  const wide = useResource(JSON.stringify(scope), (signal) => {
    const toMs = now();
    return getHistogram({ ...scope, fromMs: toMs - WIDEST_MS, toMs }, BUCKETS, signal);
  });
  const never = wide.data?.buckets.every((bucket) => bucket.total === 0) ?? false;
  // The default is one stream: that it has nothing must not pass for "there is nothing".
  const elsewhereKey = never && scope.q !== '' && scope.stream !== null ? JSON.stringify(scope) : null;
  const others = useResource(elsewhereKey, (signal) => getHistogram({ ...scope, stream: null }, 1, signal));
  const elsewhere = others.data?.buckets.reduce((sum, bucket) => sum + bucket.total, 0) ?? 0;
  const everUsed = useEverUsed(scope.project, never && scope.q === '');
  if (wide.error)
    return (
      <Failure
        what="Nothing here, and the last 30 days could not be looked at"
        error={wide.error}
        onRetry={wide.reload}
      />
    );
  if (!wide.data) return <Skeleton rows={6} label="Looking further back" />;
  if (elsewhereKey !== null && !others.data && !others.error)
    return <Skeleton rows={6} label="Looking into the other streams" />;
  const { buckets, bucketMs, complete } = wide.data;
  const hits = buckets.filter((bucket) => bucket.total > 0);
  const total = hits.reduce((sum, bucket) => sum + bucket.total, 0);
  const newest = hits[hits.length - 1];
  if (!newest) {
    if (everUsed === false) return <FirstUse onArrived={wide.reload} />;
    if (scope.q === '' && everUsed === null) return <Skeleton rows={6} label="Looking into the other streams" />;
    if (elsewhere > 0) {
      return (
        <Empty icon="search" title={`Nothing matches in the stream ${scope.stream ?? ''}`}>
          <p>The other streams have {plural(elsewhere, 'match', 'matches')} in this time.</p>
          <Button kind="primary" onClick={() => setParams({ stream: 'all' })}>
            Search all streams
          </Button>
        </Empty>
      );
    }
    const reason =
      scope.q === ''
        ? 'This stream has no records.'
        : scope.stream === null
          ? 'No record fits the search.'
          : `No record of the stream ${scope.stream} fits the search.`;
    return (
      <Empty
        icon="search"
        title={complete ? 'Nothing matches, not even in the last 30 days' : 'Nothing matches in this time'}
      >
        <p>
          {complete
            ? reason
            : 'The last 30 days hold more than one request may read, so that a match in them is possible.'}
        </p>
        {scope.q === '' ? null : <Button onClick={() => setParams({ q: null })}>Clear the search</Button>}
        {scope.stream === null ? null : (
          <Button onClick={() => setParams({ stream: 'all' })}>Search all streams</Button>
        )}
      </Empty>
    );
  }
  const preset = presetReaching(newest.ts, now());
  return (
    <Empty icon="search" title="Nothing matches in this time">
      <p>
        The last 30 days have {complete ? '' : 'at least '}
        {plural(total, 'match', 'matches')}, the newest around <Time ms={newest.ts + bucketMs / 2} />.
      </p>
      <Button kind="primary" onClick={() => setRange({ kind: 'preset', id: preset.id })}>
        {`Show the ${lastWords(preset)}`}
      </Button>
      {preset.id === '30d' ? null : (
        <Button onClick={() => setRange({ kind: 'preset', id: '30d' })}>Show the last 30 days</Button>
      )}
    </Empty>
  );
}
