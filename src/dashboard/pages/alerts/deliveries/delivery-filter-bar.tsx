import { DELIVERY_STATES, type Destination } from '../../../../wire/delivery.ts';
import type { DeliveryFilters } from '../../../api/deliveries.ts';
import { Button } from '../../../components/button.tsx';
import { STATE_WORDS } from '../../../lib/delivery-words.ts';
import { mayDecide } from '../../../state/roles.ts';
import { setParams } from '../../../state/route.ts';
import { isFiltered } from './filters.ts';

interface FilterBarProps {
  filters: DeliveryFilters;
  destinations: readonly Destination[];
  onReplay: () => void;
}

export function DeliveryFilterBar({ filters, destinations, onReplay }: FilterBarProps) {
  const { destination, state } = filters;
  // What the address names is a choice, also where the list does not know it.
  const isUnlisted = destination !== null && !destinations.some(({ id }) => id === destination);
  return (
    <div class="deliveries-filters">
      <h2>Deliveries</h2>
      <select
        class="select select-small"
        aria-label="Destination"
        value={destination ?? ''}
        onChange={(event) => setParams({ destination: event.currentTarget.value || null, delivery: null })}
      >
        <option value="">Any destination</option>
        {destinations.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
        {isUnlisted ? <option value={destination}>{destination}</option> : null}
      </select>
      <select
        class="select select-small"
        aria-label="State"
        value={state ?? ''}
        onChange={(event) => setParams({ state: event.currentTarget.value || null, delivery: null })}
      >
        <option value="">Any state</option>
        {DELIVERY_STATES.map((name) => (
          <option key={name} value={name}>
            {STATE_WORDS[name]}
          </option>
        ))}
      </select>
      {isFiltered(filters) ? (
        <Button
          small
          kind="quiet"
          icon="close"
          onClick={() => setParams({ destination: null, state: null, delivery: null })}
        >
          Clear
        </Button>
      ) : null}
      <span class="grow" />
      {mayDecide.value ? (
        <Button small icon="refresh" onClick={onReplay}>
          Replay dead letters
        </Button>
      ) : null}
    </div>
  );
}
