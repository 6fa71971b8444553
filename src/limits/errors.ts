import type { Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';

/** Every way in which a limit refuses. Whoever meets it may come again after `retryAfterSeconds`. */
export type LimitError =
  | { kind: 'rate_limited'; rate: RateName; limit: number; retryAfterSeconds: number }
  | { kind: 'quota_exceeded'; limit: number; remaining: number; retryAfterSeconds: number };

/** As in the `RateLimit` headers. */
export type RateName = 'ingest' | 'query' | 'user';

const WHOSE: Readonly<Record<RateName, string>> = {
  ingest: 'This project may send',
  query: 'This project may be asked',
  user: 'One user or key may make',
};

export function limitProblem(error: LimitError): Problem {
  const { retryAfterSeconds } = error;
  switch (error.kind) {
    case 'rate_limited':
      return {
        status: 429,
        code: 'rate_limited',
        title: 'Too many requests',
        detail: `${WHOSE[error.rate]} ${error.limit === 1 ? '1 request' : `${error.limit} requests`} a minute. Nothing of this one was done.`,
        retryAfterSeconds,
      };
    case 'quota_exceeded':
      return {
        status: 429,
        code: 'quota_exceeded',
        title: "The key's quota is used up",
        detail: `This key may store ${error.limit} records a day (UTC) and has ${error.remaining} left. Nothing of this request was stored.`,
        retryAfterSeconds,
      };
    default:
      return unreachable(error);
  }
}
