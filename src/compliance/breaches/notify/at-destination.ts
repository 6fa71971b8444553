import type { DestinationObject, OpenDestination } from '../../../delivery/index.ts';
import type { Ctx } from '../../../env.ts';
import { log } from '../../../shared/log.ts';
import { inTime } from '../../../shared/within.ts';

/** A call is a read or a commit; hundreds of events take tens of milliseconds. */
const PATIENCE_MS = 15_000;

/** Null, and a line in the log, where it did not answer: the next run asks again. */
export async function atDestination<T>(
  ctx: Ctx,
  open: OpenDestination,
  destinationId: string,
  call: (destination: DestinationObject) => Promise<T>,
): Promise<T | null> {
  try {
    return await inTime(PATIENCE_MS, 'the destination', call(open(ctx, destinationId)));
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'breach_destination_away', { requestId, destinationId, cause: String(cause) });
    return null;
  }
}
