/** Whether somebody else is in the account, as far as its sessions and its history tell. */
import type { SecurityEvent, SessionRow } from '../api/types.ts';

export type Tone = 'ok' | 'info' | 'warn' | 'bad';

export interface AccountNotice {
  id: string;
  tone: 'info' | 'warn' | 'bad';
  text: string;
  /** Of the newest event behind it; the text goes on with it. */
  atMs: number;
}

export interface Verdict {
  tone: 'ok' | 'warn' | 'bad';
  text: string;
  detail: string;
  notices: AccountNotice[];
}

/** Longer ago than this, a warning has been seen or is of no use any more. */
export const WATCHED_MS = 30 * 24 * 3_600_000;
/** A person mistypes; from here on somebody may be guessing. */
const MANY_FAILURES = 5;
/** Who comes to the second factor has the password: fewer tries are enough. */
const MANY_SECOND_FAILURES = 3;

/** `events` in any order; those of more than 30 days ago do not count. */
export function verdictOf(
  sessions: readonly Pick<SessionRow, 'current'>[],
  events: readonly SecurityEvent[],
  nowMs: number,
): Verdict {
  const recent = events.filter((event) => event.atMs > nowMs - WATCHED_MS);
  const of = (action: string) => recent.filter((event) => event.action === action).toSorted((a, b) => b.atMs - a.atMs);
  const reused = of('session.reuse_detected');
  const moved = of('session.moved');
  const second = of('session.second_factor_failed');
  const failed = of('session.login_failed');
  const notices = [
    noticeOf(
      'reuse',
      'bad',
      reused,
      (times) => `An old copy of a session of yours was used${times}, and the session was ended at once`,
    ),
    noticeOf('moved', 'warn', moved, (times) => `A session of yours went on from another place or browser${times}`),
    noticeOf(
      'second',
      second.length < MANY_SECOND_FAILURES ? 'info' : 'warn',
      second,
      (times) => `The password was right and the second factor was not${times}`,
    ),
    noticeOf(
      'failed',
      failed.length < MANY_FAILURES ? 'info' : 'warn',
      failed,
      (times) => `A sign-in with your user name failed${times}`,
    ),
  ].filter((notice) => notice !== null);
  return {
    ...headlineOf(
      {
        reused: reused.length,
        moved: moved.length,
        second: second.length,
        failed: failed.length,
      },
      sessions.length,
    ),
    notices,
  };
}

type Counts = Record<'reused' | 'moved' | 'second' | 'failed', number>;

function headlineOf({ reused, moved, second, failed }: Counts, sessions: number): Omit<Verdict, 'notices'> {
  const signedIn =
    sessions === 1 ? 'You are signed in here and nowhere else.' : `You are signed in on ${sessions} devices.`;
  if (reused > 0) {
    return {
      tone: 'bad',
      text: 'Somebody may have had a copy of your session',
      detail: `${signedIn} ${sessions === 1 ? 'Change' : 'End what you do not know, then change'} your password.`,
    };
  }
  if (moved > 0) {
    return {
      tone: 'warn',
      text: 'A session of yours changed its place',
      detail: `${signedIn} If that was not you with another network, end that session and change your password.`,
    };
  }
  if (second >= MANY_SECOND_FAILURES) {
    return {
      tone: 'warn',
      text: 'Somebody may know your password',
      detail: `${signedIn} The second factor kept them out. If it was not you who mistyped, change your password.`,
    };
  }
  if (failed >= MANY_FAILURES) {
    return {
      tone: 'warn',
      text: 'Somebody may be guessing your password',
      detail: `${signedIn} A second factor keeps out whoever guesses right.`,
    };
  }
  return { tone: 'ok', text: 'Nothing points to somebody else in your account', detail: signedIn };
}

function noticeOf(
  id: string,
  tone: AccountNotice['tone'],
  events: readonly SecurityEvent[],
  words: (times: string) => string,
): AccountNotice | null {
  const newest = events[0];
  if (!newest) return null;
  const times = events.length === 1 ? '' : ` ${events.length} times in 30 days`;
  const from = newest.address === null ? '' : ` From ${newest.address},`;
  return { id, tone, text: `${words(times)}.${from}`, atMs: newest.atMs };
}
