import type { Limiter } from '../../durable-objects/limiter/limiter.ts';
import type { Allowance, Ctx, Env } from '../env.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ProjectLimits } from '../wire/limits.ts';
import type { LimitError, RateName } from './errors.ts';
import { Held, type Refusals } from './known.ts';
import { DAY_SECONDS } from './quota.ts';
import { rememberedRefusal, rememberRefused } from './remembered.ts';
import type { SeenNames } from './seen.ts';
import { forgetSilent, isSilent, rememberSilent } from './silent.ts';
import { takeTogether } from './take-together.ts';
import type { IngestOutcome, IngestTake, Left, TakeOutcome } from './types.ts';
import { WINDOW_SECONDS } from './window.ts';

/** A limiter that takes longer is as good as away, and nobody waits for it. Takes that travel together wait longer (shared/together.ts): this ends each. */
export const TIMEOUT_MS = 5_000;
/** From the request that waited in vain to the next that may: an outage costs one request of an isolate its time, not each. */
const SILENT_MS = 4 * TIMEOUT_MS;
/** Of projects whose uncounted requests an isolate remembers. */
const MAX_UNCOUNTED_PROJECTS = 1_000;

/** As much of the context as a take needs; a socket's batch has no request. */
export type TakeContext = Pick<Ctx, 'env' | 'nowMs' | 'requestId' | 'allowances'>;

export function projectLimiter(env: Env, projectId: string): DurableObjectStub<Limiter> {
  return env.LIMITER.getByName(`project:${projectId}`);
}

/** What the projects feature tells before it answers a change of limits. */
export async function setProjectLimits(env: Env, projectId: string, limits: ProjectLimits): Promise<void> {
  await projectLimiter(env, projectId).configure(limits);
}

/** Who sends to a project. */
export interface Taker {
  projectId: string;
  keyId: string;
  /** Null for who has no quota. */
  recordsPerDay: number | null;
}

/** Requests whose take is made: the later batches of a stream are of the same one. Shared by all copies of its context. */
const takenRequests = new WeakSet<readonly Allowance[]>();
const passedUncounted = new Map<string, number>();

/** The refusal that this isolate knows of already: asked before a body is read, so that a flood costs neither parsing nor a call. */
export function knownRefusal(ctx: TakeContext, { projectId, keyId }: Taker): LimitError | null {
  const rate = takenRequests.has(ctx.allowances) ? null : rememberedRefusal(`project:${projectId}`, ctx.nowMs);
  return rate ? rateLimited(ctx, 'ingest', rate) : knownQuotaRefusal(ctx, { keyId });
}

function knownQuotaRefusal(ctx: TakeContext, { keyId }: Pick<Taker, 'keyId'>): LimitError | null {
  const quota = rememberedRefusal(`key:${keyId}`, ctx.nowMs);
  return quota && quotaExceeded(ctx, quota);
}

/**
 * Counts a request of a write route and charges its records, in one call with the names that this isolate has not met. Answers which names
 * may not be used, null where all may. A limiter that does not answer refuses nothing: what it would have counted is logged, and told to it
 * when it is back.
 */
export async function takeIngest(
  ctx: TakeContext,
  taker: Taker,
  batch: { records: number; seen: SeenNames | null; isRequest: boolean; travelsTogether?: boolean },
): Promise<Result<Refusals | null, LimitError>> {
  // What is no request counts against no rate, and so does not feel that others have used it up.
  const known = batch.isRequest ? knownRefusal(ctx, taker) : knownQuotaRefusal(ctx, taker);
  if (known) return err(known);
  const { projectId, keyId, recordsPerDay } = taker;
  const requests = batch.isRequest && !takenRequests.has(ctx.allowances) ? 1 : 0;
  const held = batch.seen && new Held(projectId, batch.seen, ctx.nowMs);
  const unknown = held?.unknown ?? [];
  if (requests === 0 && recordsPerDay === null && unknown.length === 0) return ok(refusalsOf(held));
  if (requests === 1) takenRequests.add(ctx.allowances);
  const missed = passedUncounted.get(projectId) ?? 0;
  passedUncounted.delete(projectId);
  const take: IngestTake = {
    ...{ nowMs: ctx.nowMs, requests, records: batch.records, keyId, recordsPerDay, unknown },
    passedUncounted: missed,
  };
  const outcome = await orNull<IngestOutcome>(ctx, `project:${projectId}`, 'ingest', async (limiter) =>
    batch.travelsTogether ? takeTogether(projectId, limiter, take) : limiter.takeIngest(take),
  );
  if (outcome === null) {
    // A take that is answered too late was counted, and counts as uncounted too: an outage that is told of as too large, in a number for operators.
    if (passedUncounted.size < MAX_UNCOUNTED_PROJECTS || passedUncounted.has(projectId))
      passedUncounted.set(projectId, (passedUncounted.get(projectId) ?? 0) + missed + requests);
    return ok(null);
  }
  return settled(ctx, taker, held, outcome);
}

function settled(
  ctx: TakeContext,
  { projectId, keyId }: Taker,
  held: Held | null,
  outcome: IngestOutcome,
): Result<Refusals | null, LimitError> {
  switch (outcome.kind) {
    case 'rate_limited':
      rememberRefused(`project:${projectId}`, outcome.rate, ctx.nowMs);
      return err(rateLimited(ctx, 'ingest', outcome.rate));
    case 'quota_exceeded':
      if (outcome.quota.remaining === 0) rememberRefused(`key:${keyId}`, outcome.quota, ctx.nowMs);
      report(ctx, 'ingest', outcome.rate);
      return err(quotaExceeded(ctx, outcome.quota));
    case 'taken':
      report(ctx, 'ingest', outcome.rate);
      report(ctx, 'records', outcome.quota, DAY_SECONDS);
      held?.settle(outcome.verdicts, ctx.nowMs);
      return ok(refusalsOf(held));
  }
}

function refusalsOf(held: Held | null): Refusals | null {
  return held?.refusals.any ? held.refusals : null;
}

/** Gives a key back what it was charged for records that turned out not to be stored: repeats, and what the journal refused. */
export async function refundQuota(ctx: TakeContext, taker: Taker, records: number): Promise<void> {
  if (taker.recordsPerDay === null || records <= 0) return;
  const refunded = (limiter: DurableObjectStub<Limiter>) => limiter.refund(taker.keyId, records, ctx.nowMs);
  await orNull(ctx, `project:${taker.projectId}`, 'refund', refunded);
}

/** Counts a query of a project. Call it once it is sure that the caller may ask. */
export async function takeQuery(ctx: TakeContext, projectId: string): Promise<LimitError | null> {
  const outcome = await orNull(ctx, `project:${projectId}`, 'query', (limiter) => limiter.takeQuery(ctx.nowMs));
  return taken(ctx, 'query', outcome);
}

/** Counts a request of somebody who is known. */
export async function takeOther(ctx: Ctx): Promise<LimitError | null> {
  const { actor } = ctx;
  if (actor.kind !== 'user' && actor.kind !== 'key') return null;
  const name = actor.kind === 'user' ? `user:${actor.userId}` : `key:${actor.keyId}`;
  const take = (limiter: DurableObjectStub<Limiter>) => limiter.takeOther(ctx.config.userRequestsPerMinute, ctx.nowMs);
  const outcome = await orNull(ctx, name, 'user', take);
  return taken(ctx, 'user', outcome);
}

function taken(ctx: TakeContext, name: RateName, outcome: TakeOutcome | null): LimitError | null {
  if (outcome === null) return null;
  if (!outcome.admitted) return rateLimited(ctx, name, outcome);
  report(ctx, name, outcome);
  return null;
}

function rateLimited(ctx: TakeContext, rate: RateName, left: Left): LimitError {
  report(ctx, rate, left);
  return { kind: 'rate_limited', rate, limit: left.limit, retryAfterSeconds: left.resetSeconds };
}

function quotaExceeded(ctx: TakeContext, { limit, remaining, resetSeconds }: Left): LimitError {
  report(ctx, 'records', { limit, remaining, resetSeconds }, DAY_SECONDS);
  return { kind: 'quota_exceeded', limit, remaining, retryAfterSeconds: resetSeconds };
}

/** The newest word on a limit is what the headers say. */
function report(ctx: TakeContext, name: string, left: Left | null, windowSeconds = WINDOW_SECONDS): void {
  if (left === null) return;
  const { limit, remaining, resetSeconds } = left;
  const at = ctx.allowances.findIndex((allowance) => allowance.name === name);
  const allowance: Allowance = { name, limit, windowSeconds, remaining, resetSeconds };
  if (at < 0) ctx.allowances.push(allowance);
  else ctx.allowances[at] = allowance;
}

/** Null where the limiter does not answer, within its time or at all: then a line in the log says what it was asked. */
export async function orNull<T>(
  ctx: TakeContext,
  name: string,
  what: string,
  call: (limiter: DurableObjectStub<Limiter>) => Promise<T>,
): Promise<T | null> {
  if (isSilent(name, ctx.nowMs, SILENT_MS)) return null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      rememberSilent(name, ctx.nowMs, SILENT_MS);
      reject(new Error(`no answer within ${TIMEOUT_MS} ms`));
    }, TIMEOUT_MS);
  });
  try {
    const answer = await Promise.race([call(ctx.env.LIMITER.getByName(name)), limit]);
    forgetSilent(name);
    return answer;
  } catch (cause) {
    log('error', 'limiter_away', { what, requestId: ctx.requestId, cause: String(cause) });
    return null;
  } finally {
    clearTimeout(timer);
  }
}
