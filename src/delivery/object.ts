import type { Ctx, Env } from '../env.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { inTime } from '../shared/within.ts';
import { MAX_TIMEOUT_MS } from '../wire/delivery.ts';
import type { DestinationCalls } from './calls.ts';

/** A Destination object as it is called from outside. Calls may be repeated; a throw means that it did not answer. */
export type DestinationObject = {
  [call in keyof DestinationCalls]: (
    ...given: Parameters<DestinationCalls[call]>
  ) => Promise<Awaited<ReturnType<DestinationCalls[call]>>>;
};

export type OpenDestination = (ctx: Ctx, destinationId: string) => DestinationObject;

/** The one object that delivers to a destination. */
export function destinationOf(env: Env, destinationId: string): DestinationObject {
  // The stub's own type has the same calls, each wrapped for values that stay behind; none of ours does.
  return env.DESTINATION.getByName(destinationId) as unknown as DestinationObject;
}

/** Each call is a read or a commit: milliseconds. */
const PATIENCE_MS = 5_000;
/** Answered from memory and some rows; whoever asks is a monitor with a limit of its own. */
export const HEALTH_PATIENCE_MS = 2_000;
/** A test waits for its receiver, and before that for the name. */
const TEST_PATIENCE_MS = MAX_TIMEOUT_MS + 10_000;

/** Error, and a line in the log: it did not answer, or not in time. */
export async function asked<T>(
  ctx: Ctx,
  destinationId: string,
  what: keyof DestinationCalls,
  call: () => Promise<T>,
): Promise<Result<T, { kind: 'destination_away' }>> {
  try {
    return ok(await inTime(patienceMs(what), 'the destination', call()));
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'destination_not_asked', { what, requestId, destinationId, cause: String(cause) });
    return err({ kind: 'destination_away' });
  }
}

function patienceMs(what: keyof DestinationCalls): number {
  if (what === 'sendTest') return TEST_PATIENCE_MS;
  return what === 'health' ? HEALTH_PATIENCE_MS : PATIENCE_MS;
}
