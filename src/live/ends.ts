import { type LiveIdentity, matchesIdentity, type SocketMatch } from './identity.ts';

/** A session or key that ended, or will at `atMs` (the grace of a rotation). */
export interface End {
  match: SocketMatch;
  atMs: number;
}

/** An upgrade that was checked before a revocation may arrive after it; none is under way for longer. */
const REMEMBER_MS = 10 * 60_000;

/** Ends that still matter. */
export function currentEnds(ends: readonly End[], nowMs: number): End[] {
  return ends.filter(({ atMs }) => atMs > nowMs - REMEMBER_MS);
}

/** Whether what opened this socket has ended since it was checked. What ended before that was seen by the check. */
export function hasEnded(identity: LiveIdentity, ends: readonly End[], nowMs: number): boolean {
  if (identity.expiresAtMs !== null && identity.expiresAtMs <= nowMs) return true;
  return ends.some(
    ({ match, atMs }) => atMs <= nowMs && atMs >= identity.checkedAtMs && matchesIdentity(match, identity),
  );
}

/** When the hub must look again: the first expiry of a session, or the first end of a grace. Null when there is none. */
export function nextEndAtMs(identities: Iterable<LiveIdentity>, ends: readonly End[], nowMs: number): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const { expiresAtMs } of identities) if (expiresAtMs !== null) next = Math.min(next, expiresAtMs);
  for (const { atMs } of ends) if (atMs > nowMs) next = Math.min(next, atMs);
  return next === Number.POSITIVE_INFINITY ? null : next;
}
