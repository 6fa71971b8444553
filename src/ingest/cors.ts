import type { AppContext } from '../shared/http.ts';

/** A browser asks again after this time; Chromium keeps the answer for at most two hours. */
const PREFLIGHT_MAX_AGE_SECONDS = 7_200;

/**
 * Pages of other origins send with browser keys, and must be able to read the answer: what they cannot read looks like a broken network,
 * and is repeated for ever. Any origin may read it, because it holds nothing but what the sender of the key sent, and no cookie counts
 * here; which origins may write, the key says.
 */
export async function readableEverywhere(c: AppContext, next: () => Promise<void>): Promise<void> {
  await next();
  c.res.headers.set('access-control-allow-origin', '*');
  c.res.headers.set(
    'access-control-expose-headers',
    'retry-after, x-request-id, x-breakwater-rejected, idempotent-replayed, ratelimit, ratelimit-policy',
  );
}

/** Asked by browsers before a request that has more than a simple form would send. It carries no key, so it tells nothing about one. */
export function answerPreflight(c: AppContext): Response {
  return c.body(null, 204, {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers':
      'authorization, x-api-key, content-type, content-encoding, idempotency-key, traceparent',
    'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
  });
}
