import { periodEndsMs } from '../../../shared/calendar.ts';
import type { BreachClock, BreachDuty, BreachState, Regime } from '../../../wire/compliance.ts';

/** A duty of a regime, of one breach. */
export interface NewClock {
  /** `<regime>.<duty>` */
  id: string;
  regimeId: string;
  regimeVersion: number;
  label: string;
  toWhom: BreachDuty['toWhom'];
  source: string;
  dueAtMs: number;
  remindBeforeMs: readonly number[];
}

export interface Clock extends NewClock {
  /** The breach does not come under it any more. */
  withdrawn: boolean;
  doneAtMs: number | null;
  notNeeded: boolean;
  doneBy: string | null;
  note: string | null;
  /** Null: nothing is to be told. */
  nextNoticeMs: number | null;
}

/** What is due, by when, of a breach that became known at `awareAtMs`. */
export function clocksOf(
  regime: Regime,
  { awareAtMs, highRisk }: { awareAtMs: number; highRisk: boolean },
): NewClock[] {
  return regime.breachDuties
    .filter(({ when }) => when === 'always' || highRisk)
    .map(({ id, label, toWhom, within, remindBeforeMs, source }) => ({
      ...{ id: `${regime.id}.${id}`, regimeId: regime.id, regimeVersion: regime.version, label, toWhom, source },
      ...{ dueAtMs: periodEndsMs(awareAtMs, within, regime.timeZone), remindBeforeMs },
    }));
}

export function isAnswered({ doneAtMs, notNeeded }: Pick<Clock, 'doneAtMs' | 'notNeeded'>): boolean {
  return doneAtMs !== null || notNeeded;
}

/** What is due at once has no time that it could be late for; it counts up until it is done. */
export function clockState(clock: Clock, awareAtMs: number, nowMs: number): BreachClock['state'] {
  const { doneAtMs, notNeeded, dueAtMs } = clock;
  if (notNeeded) return 'not_needed';
  if (doneAtMs === null) return nowMs > dueAtMs ? 'overdue' : 'running';
  return doneAtMs > dueAtMs && dueAtMs > awareAtMs ? 'done_late' : 'done';
}

/** `beforeMs` null: that it is overdue. */
export interface ClockNotice {
  atMs: number;
  beforeMs: number | null;
}

/** All that a clock tells while nobody answers it, in order. */
function noticesOf({ dueAtMs, remindBeforeMs }: NewClock): ClockNotice[] {
  const reminders = remindBeforeMs.map((beforeMs) => ({ atMs: dueAtMs - beforeMs, beforeMs }));
  return [...reminders.sort((a, b) => a.atMs - b.atMs), { atMs: dueAtMs + 1, beforeMs: null }];
}

/** Which are due by now, of those that were not told yet; with the time of the next. Each is told, also where nobody ran for days. */
export function noticesDue(
  clock: NewClock,
  nextNoticeMs: number,
  nowMs: number,
): { due: ClockNotice[]; nextMs: number | null } {
  const left = noticesOf(clock).filter(({ atMs }) => atMs >= nextNoticeMs);
  return { due: left.filter(({ atMs }) => atMs <= nowMs), nextMs: left.find(({ atMs }) => atMs > nowMs)?.atMs ?? null };
}

/** Of a clock that begins, or that goes on: reminders of before are not caught up with, but that it is overdue is told. */
export function firstNoticeMs(clock: NewClock, nowMs: number): number {
  return noticesOf(clock).find(({ atMs, beforeMs }) => atMs >= nowMs || beforeMs === null)?.atMs ?? clock.dueAtMs + 1;
}

/** Where a breach stands in lists: the next clock to run out first, then those without one, then what is resolved, the newest first. */
export function placeInList(
  { state, createdAtMs, resolvedAtMs }: { state: BreachState; createdAtMs: number; resolvedAtMs: number | null },
  clocks: readonly Clock[],
): { rank: 0 | 1 | 2; sortMs: number } {
  if (state === 'resolved') return { rank: 2, sortMs: -(resolvedAtMs ?? 0) };
  const open = clocks.filter((clock) => !clock.withdrawn && !isAnswered(clock));
  if (open.length === 0) return { rank: 1, sortMs: createdAtMs };
  return { rank: 0, sortMs: Math.min(...open.map(({ dueAtMs }) => dueAtMs)) };
}

/** The clocks of a breach after it came under these: those that are there stay as they were answered. */
export function withClocks(before: readonly Clock[], due: readonly NewClock[], nowMs: number): Clock[] {
  const added = due.filter(({ id }) => !before.some((clock) => clock.id === id));
  return [
    ...before.map((clock) => withdrawnIf(clock, !due.some(({ id }) => id === clock.id), nowMs)),
    ...added.map((clock) => ({
      ...clock,
      ...{ withdrawn: false, doneAtMs: null, notNeeded: false, doneBy: null, note: null },
      nextNoticeMs: firstNoticeMs(clock, nowMs),
    })),
  ];
}

function withdrawnIf(clock: Clock, withdrawn: boolean, nowMs: number): Clock {
  if (clock.withdrawn === withdrawn) return clock;
  const tells = !withdrawn && !isAnswered(clock);
  return { ...clock, withdrawn, nextNoticeMs: tells ? firstNoticeMs(clock, nowMs) : null };
}

export interface ClockAnswer {
  /** Null with `notNeeded` false: it is open again. */
  doneAtMs: number | null;
  notNeeded: boolean;
  note: string | null;
}

export function answered(clock: Clock, answer: ClockAnswer, by: string, nowMs: number): Clock {
  const closed = isAnswered(answer);
  const nextNoticeMs = closed || clock.withdrawn ? null : (clock.nextNoticeMs ?? firstNoticeMs(clock, nowMs));
  return { ...clock, ...answer, doneBy: closed ? by : null, nextNoticeMs };
}
