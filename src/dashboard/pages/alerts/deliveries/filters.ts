import { DELIVERY_STATES } from '../../../../wire/delivery.ts';
import type { DeliveryFilters } from '../../../api/deliveries.ts';

/** The filters of the log as the address has them: `destination`, `state`. What means nothing is no filter. */
export function filtersOf(params: URLSearchParams): DeliveryFilters {
  const state = params.get('state');
  const destination = params.get('destination')?.trim() ?? '';
  return {
    destination: destination === '' ? null : destination,
    state: DELIVERY_STATES.find((name) => name === state) ?? null,
  };
}

export function isFiltered({ destination, state }: DeliveryFilters): boolean {
  return destination !== null || state !== null;
}
