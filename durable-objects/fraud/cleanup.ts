import { dayOf } from '../../src/cookies/index.ts';
import type { Stores } from './recorder.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What a dry run can look back on. */
const EVENTS_KEPT_MS = 90 * DAY_MS;
/** 2 GB of the 10 that an object may hold. */
const MAX_EVENTS = 1_000_000;
/** An expired session is told apart from one that never was for as long again as it lived. */
const EXPIRED_KEPT_MS = 7 * DAY_MS;
/** Who has not come for a year and a month is new when he comes again. */
const USERS_KEPT_MS = 400 * DAY_MS;
/** Of each kind in one alarm, about 50 ms. */
const ROWS_PER_ALARM = 2_000;

export const CLEANUP_INTERVAL_MS = HOUR_MS;

/** Forgets what is past its time. False when there may be more of it. */
export function cleanUp({ cookies, meta, events, sessions, profiles }: Stores, nowMs: number): boolean {
  const forgotten = [
    meta.forget(nowMs, Math.floor((nowMs - EVENTS_KEPT_MS) / HOUR_MS), ROWS_PER_ALARM),
    events.forget(nowMs - EVENTS_KEPT_MS, MAX_EVENTS, ROWS_PER_ALARM),
    sessions.forget(nowMs, EXPIRED_KEPT_MS, ROWS_PER_ALARM),
    profiles.forget(nowMs - USERS_KEPT_MS, ROWS_PER_ALARM),
    cookies.forget(dayOf(nowMs), ROWS_PER_ALARM),
  ];
  return forgotten.every((rows) => rows < ROWS_PER_ALARM);
}
