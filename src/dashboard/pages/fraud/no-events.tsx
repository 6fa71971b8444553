import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { WIDEST_MS } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { setRange, span } from '../../state/range.ts';
import { place, setParams } from '../../state/route.ts';
import { filterParams, filtersOf, isFiltered } from './filters.ts';
import { rangeWith } from './range-with.ts';
import type { Newest } from './use-newest.ts';

/** Nothing in this time with these filters: where there is something, or which of them to give up. */
export function NoEvents({ newest }: { newest: Newest }) {
  const filtered = isFiltered(filtersOf(place.value.params));
  const { fromMs, toMs } = span.value;
  const widest = toMs - fromMs >= WIDEST_MS;
  return (
    <Empty title={filtered ? 'No event matches these filters' : 'No event in this time'}>
      <p>
        {newest.kind === 'event' ? (
          <>
            The newest one {filtered ? 'that does ' : ''}is of <Time ms={newest.event.atMs} />.
          </>
        ) : filtered && newest.kind === 'none' ? (
          'Of all events that are kept, none has all of these.'
        ) : filtered ? (
          'Events were decided, or not, but none in this time that has all of these.'
        ) : (
          'Events are listed from the moment that your server sends them.'
        )}
      </p>
      {newest.kind === 'event' ? <LookAt atMs={newest.event.atMs} /> : null}
      {filtered ? (
        <Button onClick={() => setParams(filterParams({ decision: null, rule: null, userId: null, minScore: null }))}>
          Clear the filters
        </Button>
      ) : null}
      {widest || newest.kind !== 'unknown' ? null : (
        <Button onClick={() => setRange({ kind: 'preset', id: '30d' })}>Look at 30 days</Button>
      )}
    </Empty>
  );
}

function LookAt({ atMs }: { atMs: number }) {
  const { range, words } = rangeWith(atMs, now());
  return (
    <Button kind="primary" onClick={() => setRange(range)}>
      Look at {words}
    </Button>
  );
}
