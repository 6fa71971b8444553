/** When a session is refreshed, and what a word of another tab does to this one. Decided here, done in state/session.ts. */
import type { Me } from '../api/types.ts';
import { backoffMs } from './backoff.ts';
import type { LeaveReason, TabMessage } from './tab-message.ts';

/** A timer does not run while a machine sleeps, so the clock is looked at this often. */
const LONGEST_SLEEP_MS = 15_000;
/** Near the end of a session `refreshAt` comes closer and closer; the server is not asked more often than this. */
const BETWEEN_REFRESHES_MS = 20_000;
/** Another tab refreshes: its word comes long before this, unless it died. */
const ANOTHER_TAB_MS = 3_000;

export type RefreshOutcome =
  | { kind: 'done' }
  /** Another tab is at it. */
  | { kind: 'elsewhere' }
  /** `failures` in a row, this one included. */
  | { kind: 'failed'; failures: number };

/** Unix ms before which no other try is made. `random` is from 0 to 1. */
export function notBeforeMs(outcome: RefreshOutcome, nowMs: number, random: number): number {
  switch (outcome.kind) {
    case 'done':
      return nowMs + BETWEEN_REFRESHES_MS;
    case 'elsewhere':
      return nowMs + ANOTHER_TAB_MS;
    case 'failed':
      return nowMs + backoffMs(outcome.failures, random);
  }
}

export function isDue(refreshAtMs: number, notBefore: number, nowMs: number): boolean {
  return nowMs >= refreshAtMs && nowMs >= notBefore;
}

/** How long to sleep before the clock is looked at again, in ms. */
export function sleepMs(refreshAtMs: number, notBefore: number, nowMs: number): number {
  return Math.min(LONGEST_SLEEP_MS, Math.max(0, Math.max(refreshAtMs, notBefore) - nowMs));
}

export type Reaction =
  | { kind: 'nothing' }
  /** Ask the server who is signed in. */
  | { kind: 'look' }
  | { kind: 'leave'; reason: LeaveReason }
  | { kind: 'times'; expiresAtMs: number; refreshAtMs: number };

/** `mine` is null where nobody is signed in. A word about another session than mine only makes me look: it may be older than mine. */
export function reactionTo(message: TabMessage, mine: Me | null): Reaction {
  switch (message.kind) {
    case 'seen': {
      const isMine = mine?.sessionId === message.sessionId && rightsOf(mine) === message.rights;
      return isMine ? { kind: 'nothing' } : { kind: 'look' };
    }
    case 'left':
      if (mine === null) return { kind: 'nothing' };
      return mine.sessionId === message.sessionId ? { kind: 'leave', reason: message.reason } : { kind: 'look' };
    case 'refreshed': {
      if (mine?.sessionId !== message.sessionId) return { kind: 'look' };
      const { expiresAtMs, refreshAtMs } = message;
      return refreshAtMs > mine.refreshAt ? { kind: 'times', expiresAtMs, refreshAtMs } : { kind: 'nothing' };
    }
  }
}

/** Whether other tabs must know. A page that has just been loaded cannot tell, and lets them compare. */
export function isNews(before: Me | null, after: Me): boolean {
  return before === null || before.sessionId !== after.sessionId || rightsOf(before) !== rightsOf(after);
}

/** What a person may see, as one text: pages load again when it becomes another. */
export function rightsOf({ userId, role, projectIds }: Me): string {
  return JSON.stringify([userId, role, projectIds?.toSorted() ?? null]);
}
