import { forgettings, ROWS_PER_CLEANUP } from '../../src/delivery/queue/retention.ts';
import type { Stores } from './dispatcher.ts';

/** In a transaction: forgets what has ended and is past its time, or too much. False where there may be more of it. */
export function cleanUp({ deliveries, attempts }: Stores, databaseBytes: number, nowMs: number): boolean {
  let isClean = true;
  for (const forgetting of forgettings(deliveries.ended(), databaseBytes, nowMs)) {
    const forgotten = deliveries.forget(forgetting, ROWS_PER_CLEANUP);
    attempts.forget(forgotten);
    if (forgotten.length === ROWS_PER_CLEANUP) isClean = false;
  }
  return isClean;
}
