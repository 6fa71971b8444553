import type { ReplayOutcome, ReplaySelection } from '../../src/delivery/calls.ts';
import type { DeliveryStore } from './delivery-store.ts';

/** In a transaction: queues again what is selected, oldest first, each with its schedule from the start. */
export function replay(
  deliveries: DeliveryStore,
  selection: ReplaySelection,
  eventIdOf: (deliveryId: string) => string | null,
  isOrdered: boolean,
  nowMs: number,
): ReplayOutcome {
  if (selection.kind === 'one') {
    const eventId = eventIdOf(selection.id);
    const outcome = eventId === null ? 'not_found' : deliveries.replayOne(eventId, nowMs, isOrdered);
    if (outcome === 'not_found') return { kind: 'not_found' };
    return { kind: 'replayed', deliveries: outcome === 'replayed' ? 1 : 0 };
  }
  if (selection.kind === 'dead')
    return { kind: 'replayed', deliveries: deliveries.replayDeadOf(selection.eventIds, nowMs, isOrdered) };
  const { fromMs, toMs } = selection.kind === 'range' ? selection : { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
  return { kind: 'replayed', deliveries: deliveries.replayDead(fromMs, toMs, nowMs, isOrdered) };
}
