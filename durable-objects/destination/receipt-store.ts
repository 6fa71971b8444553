import type { Receipt } from '../../src/delivery/calls.ts';
import type { DeliveryState } from '../../src/wire/delivery.ts';

/** Of those that are known, in no order. */
export function receiptsOf(sql: SqlStorage, eventIds: readonly string[]): Receipt[] {
  return sql
    .exec<{ event_id: string; state: string; ended_at_ms: number | null; reason: string | null }>(
      'SELECT event_id, state, ended_at_ms, reason FROM deliveries WHERE event_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(eventIds),
    )
    .toArray()
    .map(({ event_id, state, ended_at_ms, reason }) => ({
      ...{ eventId: event_id, state: state as DeliveryState, endedAtMs: ended_at_ms, reason },
    }));
}
