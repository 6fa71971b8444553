import type { Ctx, Env } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { within } from '../shared/within.ts';
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
/** A test waits for its receiver, and before that for the name. */
const TEST_PATIENCE_MS = MAX_TIMEOUT_MS + 10_000;

/** Error, and a line in the log: it did not answer, or not in time. */
export async function asked<T>(
  ctx: Ctx,
  destinationId: string,
  what: keyof DestinationCalls,
  call: () => Promise<T>,
): Promise<Result<T, { kind: 'destination_away' }>> {
  const patienceMs = what === 'sendTest' ? TEST_PATIENCE_MS : PATIENCE_MS;
  try {
    const answer = await within(
      patienceMs,
      call().then((value) => ({ value })),
    );
    if (answer === null) throw new Error(`no answer within ${patienceMs} ms`);
    return ok(answer.value);
  } catch (cause) {
    const { requestId } = ctx;
    console.error(
      JSON.stringify({
        ...{ level: 'error', event: 'destination_not_asked', what, requestId, destinationId },
        cause: String(cause),
      }),
    );
    return err({ kind: 'destination_away' });
  }
}
