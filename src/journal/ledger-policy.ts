import type { AppendRequest } from './types.ts';

/** What the ledger tells apart by names that clients choose. Past the bounds counts go on, under one name. */
export const OTHER = '(other)';
/** Reasons of one key. The pointer of a rejection is the client's, so there is no end of them. */
export const MAX_CAUSES_PER_KEY = 30;
export const MAX_CAUSE_CHARS = 128;
/** Clients of one key: a browser key has as many as there are browsers. */
export const MAX_SOURCES_PER_KEY = 50;
export const MAX_USER_AGENT_CHARS = 256;
/**
 * A newcomer takes the place of the client that was silent the longest, which costs two rows more than counting. A browser key sees a newcomer
 * with almost every request; it may not make the append dearer.
 */
export const SOURCE_FOLD_INTERVAL_MS = 1_000;

/** Counts by names of which at most MAX_CAUSES_PER_KEY are new or in `known`; new ones are added to it. */
export function boundCauses(counts: Iterable<readonly [string, number]>, known: Set<string>): Map<string, number> {
  const bounded = new Map<string, number>();
  for (const [name, count] of counts) {
    const cut = name.slice(0, MAX_CAUSE_CHARS).toWellFormed();
    if (cut !== OTHER && !known.has(cut) && known.size < MAX_CAUSES_PER_KEY) known.add(cut);
    const cause = known.has(cut) ? cut : OTHER;
    bounded.set(cause, (bounded.get(cause) ?? 0) + count);
  }
  return bounded;
}

/** As it is kept: cut to its bound. */
export function userAgentName(userAgent: string): string {
  return userAgent.slice(0, MAX_USER_AGENT_CHARS).toWellFormed();
}

export type SourcePlace =
  | { kind: 'named' }
  /** It takes the place of `folded`, whose counts go to the others. */
  | { kind: 'replaces'; folded: string }
  | { kind: 'other' };

/** Where a client is counted: `known` are the named ones of its key with the time of their last request. */
export function placeSource(
  known: ReadonlyMap<string, number>,
  source: string,
  nowMs: number,
  lastFoldAtMs: number | null,
): SourcePlace {
  if (known.has(source) || known.size < MAX_SOURCES_PER_KEY) return { kind: 'named' };
  // Either way, so that a clock that was set back does not end it.
  if (lastFoldAtMs !== null && Math.abs(nowMs - lastFoldAtMs) < SOURCE_FOLD_INTERVAL_MS) return { kind: 'other' };
  let folded: string | null = null;
  let silentSinceMs = Number.POSITIVE_INFINITY;
  for (const [name, lastSeenAtMs] of known) {
    if (lastSeenAtMs >= silentSinceMs) continue;
    folded = name;
    silentSinceMs = lastSeenAtMs;
  }
  return folded === null ? { kind: 'other' } : { kind: 'replaces', folded };
}

/** A batch that is stored tells of what its sender lost before; a repeat of it does not tell it again. */
export function withLost(request: AppendRequest): AppendRequest {
  const lost = Object.entries(request.lost ?? {});
  if (lost.length === 0) return request;
  const records = lost.reduce((sum, [, count]) => sum + count, 0);
  return {
    ...request,
    received: request.received + records,
    rejected: request.rejected + records,
    rejectedByReason: { ...request.rejectedByReason, ...request.lost },
  };
}
