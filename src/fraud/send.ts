import type * as z from 'zod';
import type { Ctx } from '../env.ts';
import { authenticateSender, countRefused, countRefusedCode, type Sender, streamRefusal } from '../ingest/index.ts';
import { refundQuota, takeIngest } from '../limits/index.ts';
import type { AppContext } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { Caller, CallerRefusal } from './calls.ts';
import { type FraudError, fraudProblem } from './errors.ts';

/** A request of the write side that may be done: its key is good, its body is, and the project's rate has room for it. */
export interface Sent<T> {
  sender: Sender;
  caller: Caller;
  body: T;
}

/**
 * Opens a request of the write side, without a database (DESIGN 3). `records` is what it stores: it is charged to the key's quota. A refusal is
 * counted in the ledger of the key before it is returned.
 */
export async function openSent<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  records: number,
): Promise<Result<Sent<T>, FraudError>> {
  const ctx = c.get('ctx');
  const found = await authenticateSender(c);
  if (!found.ok) return err({ kind: 'sender', error: found.error });
  const sender = found.value;
  const forbidden = streamRefusal(sender, 'fraud');
  if (forbidden) {
    await countRefused(ctx, sender, forbidden);
    return err({ kind: 'sender', error: forbidden });
  }
  const body = await readJsonBody(c.req.raw, schema);
  // What cannot be used was a request all the same.
  const taken = await takeIngest(ctx, sender, { records: body.ok ? records : 0, seen: null, isRequest: true });
  if (!taken.ok) {
    await countRefused(ctx, sender, taken.error);
    return err({ kind: 'sender', error: taken.error });
  }
  if (!body.ok) return refused(ctx, sender, { kind: 'input', problem: body.error });
  const { projectId, keyId } = sender;
  const caller = { projectId, keyId, nowMs: ctx.nowMs };
  return ok({ sender, caller, body: body.value });
}

/** Counts a refusal where an operator sees it, and returns it. */
export async function refused(ctx: Ctx, sender: Sender, error: FraudError): Promise<Result<never, FraudError>> {
  await countRefusedCode(ctx, sender, fraudProblem(error).code);
  return err(error);
}

/** As the object answers it: what it refuses was charged, and nothing of it is stored. */
export async function refusedByObject(
  ctx: Ctx,
  sender: Sender,
  { kind }: CallerRefusal | { kind: 'key_reused' },
  records: number,
): Promise<Result<never, FraudError>> {
  await refundQuota(ctx, sender, records);
  return refused(ctx, sender, { kind: 'sender', error: { kind } });
}

/** Calls the object; one that is away is no fault of the request. */
export async function asked<T>(ctx: Ctx, call: () => Promise<T>): Promise<Result<T, FraudError>> {
  try {
    return ok(await call());
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'fraud_object_away', { requestId, cause: String(cause) });
    return err({ kind: 'object_away' });
  }
}
