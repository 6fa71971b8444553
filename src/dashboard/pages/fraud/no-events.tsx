import { Button } from '../../components/button.tsx';
import { Empty } from '../../components/states.tsx';
import { WIDEST_MS } from '../../lib/range.ts';
import { setRange, span } from '../../state/range.ts';
import { place, setParams } from '../../state/route.ts';
import { filterParams, filtersOf, isFiltered } from './filters.ts';

/** Nothing in this time with these filters: which of them to give up. */
export function NoEvents() {
  const filtered = isFiltered(filtersOf(place.value.params));
  const { fromMs, toMs } = span.value;
  const widest = toMs - fromMs >= WIDEST_MS;
  return (
    <Empty title={filtered ? 'No event matches these filters' : 'No event in this time'}>
      <p>
        {filtered
          ? 'Events were decided, or not, but none that has all of these.'
          : 'Events are listed from the moment that your server sends them.'}
      </p>
      {filtered ? (
        <Button onClick={() => setParams(filterParams({ decision: null, rule: null, userId: null, minScore: null }))}>
          Clear the filters
        </Button>
      ) : null}
      {widest ? null : <Button onClick={() => setRange({ kind: 'preset', id: '30d' })}>Look at 30 days</Button>}
    </Empty>
  );
}
