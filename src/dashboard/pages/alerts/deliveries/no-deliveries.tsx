import type { DeliveryFilters } from '../../../api/deliveries.ts';
import { Button } from '../../../components/button.tsx';
import { Empty } from '../../../components/states.tsx';
import { WIDEST_MS } from '../../../lib/range.ts';
import { setRange, span } from '../../../state/range.ts';
import { setParams } from '../../../state/route.ts';
import { isFiltered } from './filters.ts';

/** Nothing in this time with these filters: what to give up. */
export function NoDeliveries({ filters }: { filters: DeliveryFilters }) {
  const { fromMs, toMs } = span.value;
  const filtered = isFiltered(filters);
  const dead = filters.state === 'dead';
  return (
    <Empty icon={dead ? 'check' : 'info'} title={dead ? 'No dead letter in this time' : 'No delivery in this time'}>
      <p>
        {filtered
          ? 'None that was made in this time has what the filters ask for.'
          : 'Deliveries are made when an alert fires, repeats or ends, and when a test is sent.'}
      </p>
      {filtered ? (
        <Button onClick={() => setParams({ destination: null, state: null })}>Clear the filters</Button>
      ) : null}
      {toMs - fromMs < WIDEST_MS ? (
        <Button onClick={() => setRange({ kind: 'preset', id: '30d' })}>Look at 30 days</Button>
      ) : null}
    </Empty>
  );
}
