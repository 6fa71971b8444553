import type { MiddlewareHandler } from 'hono';
import { changesState } from '../auth/index.ts';
import type { Claim, Ctx } from '../env.ts';
import { type AppContext, type AppEnv, isAmong, matches, refuse } from '../shared/http.ts';
import { BODY_TOO_LARGE, MAX_JSON_BODY_BYTES, readBounded } from '../shared/json-body.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_IDEMPOTENCY_KEY_CHARS } from '../wire/limits.ts';
import { refusalOfReplay } from './access.ts';
import { replayOf } from './answer.ts';
import { type Claimed, claim } from './claim.ts';
import { type IdempotencyError, idempotencyProblem } from './errors.ts';
import { settle } from './settle.ts';

export interface IdempotencyOptions {
  /** Paths whose routes see to repeats themselves; `/*` at the end takes in all below. */
  except: readonly string[];
  /** `<method> <route>` of others that do. */
  repeatable: readonly string[];
  /** `<method> <route>` of what is not done without a key. */
  required: readonly string[];
}

/**
 * `Idempotency-Key` for every change: behind `identify`, so that who asks is known and every check of a request has passed before a repeat is
 * answered. Nobody gets past without a word: a request of nobody is for its route to refuse.
 */
export function idempotent({ except, repeatable, required }: IdempotencyOptions): MiddlewareHandler<AppEnv> {
  const isRoute = (routes: readonly string[], method: string, path: string): boolean =>
    routes.some((one) => {
      const [needsMethod, route = ''] = one.split(' ');
      return needsMethod === method && matches(route, path);
    });

  return async function makeOnce(c, next) {
    const ctx = c.get('ctx');
    const { method, path } = c.req;
    if (ctx.actor.kind === 'anonymous' || !changesState(method) || isAmong(except, path)) return next();
    if (isRoute(repeatable, method, path)) return next();
    const key = readKey(c.req.header('idempotency-key'), isRoute(required, method, path));
    if (!key.ok) return refuse(c, idempotencyProblem(key.error));
    if (key.value === null) return next();
    const body = await readBounded(c.req.raw, MAX_JSON_BODY_BYTES);
    if (body === null) return refuse(c, BODY_TOO_LARGE);
    // The route reads it once more.
    if (c.req.raw.body !== null) c.req.raw = new Request(c.req.raw, { body });

    const search = new URL(c.req.url).search;
    const claimed = await claim(ctx, { actor: ctx.actor, method, path, search, body, key: key.value });
    if (!claimed.ok) return refuse(c, idempotencyProblem(claimed.error));
    if (claimed.value.kind === 'replay') {
      const refusal = await refusalOfReplay(ctx, claimed.value.answer.checks);
      return refusal === null ? replayOf(claimed.value.answer) : refuse(c, refusal);
    }
    // A client that hangs up is the one that will repeat: the runtime ends what was begun for it, but for what is waited for.
    const run = runUnder(ctx, c, claimed.value, next);
    c.executionCtx.waitUntil(run);
    return run;
  };
}

async function runUnder(
  ctx: Ctx,
  c: AppContext,
  { claimId, vault }: Extract<Claimed, { kind: 'run' }>,
  next: () => Promise<void>,
): Promise<void> {
  const held: Claim = { id: claimId, checks: [] };
  c.set('ctx', { ...ctx, claim: held });
  await next();
  // What the trigger audit_needs_its_claim says: another request has taken the claim over, and with it whatever is still to be done.
  if (c.error?.message.includes('idempotency claim lost')) {
    c.res = refuse(c, idempotencyProblem({ kind: 'in_use' }));
    return;
  }
  await settle(ctx, { claimId, vault, checks: held.checks, response: c.res, isFault: c.error !== undefined });
}

/** Null where the request has none and needs none. Quotes, which the draft's form of the header has, are part of the key. */
function readKey(header: string | undefined, isRequired: boolean): Result<string | null, IdempotencyError> {
  if (header === undefined) return isRequired ? err({ kind: 'key_missing' }) : ok(null);
  const isPrintable = /^[\x20-\x7e]+$/.test(header) && header.length <= MAX_IDEMPOTENCY_KEY_CHARS;
  return isPrintable ? ok(header) : err({ kind: 'key_malformed' });
}
