import type { Allowance } from '../env.ts';

/**
 * The fields of draft-ietf-httpapi-ratelimit-headers (version 10): lists of structured-field items, one for each limit that the request was
 * counted against.
 */
export function rateLimitFields(allowances: readonly Allowance[]): { policy: string; state: string } | null {
  if (allowances.length === 0) return null;
  return {
    policy: allowances.map(({ name, limit, windowSeconds }) => `"${name}";q=${limit};w=${windowSeconds}`).join(', '),
    state: allowances
      .map(({ name, remaining, resetSeconds }) => `"${name}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  };
}
