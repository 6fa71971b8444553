import type {
  AffectedSummary,
  AffectedUser,
  Breach,
  BreachClock,
  BreachInput,
  BreachState,
  ReportSection,
} from '../../../../wire/compliance.ts';
import { duration, fineDuration, plural } from '../../../lib/format.ts';
import type { Headline } from '../../../lib/headline.ts';
import type { Tone } from '../../../lib/tone.ts';

/** Half of the shortest time that a law gives before its reminders come. */
const NEAR_MS = 24 * 3_600_000;

export const STATE_WORDS: Readonly<Record<BreachState, { tone: Tone; word: string }>> = {
  open: { tone: 'bad', word: 'Open' },
  contained: { tone: 'warn', word: 'Contained' },
  resolved: { tone: 'ok', word: 'Resolved' },
};

export const CLOCK_WORDS: Readonly<Record<BreachClock['state'], { tone: Tone; word: string }>> = {
  running: { tone: 'info', word: 'Running' },
  done: { tone: 'ok', word: 'Done in time' },
  done_late: { tone: 'warn', word: 'Done late' },
  overdue: { tone: 'bad', word: 'Overdue' },
  not_needed: { tone: 'off', word: 'Not needed' },
};

export const TOLD_WORDS: Readonly<Record<AffectedUser['state'], { tone: Tone; word: string }>> = {
  none: { tone: 'off', word: 'Not told' },
  pending: { tone: 'info', word: 'Waiting' },
  queued: { tone: 'info', word: 'Handed over' },
  delivered: { tone: 'ok', word: 'Delivered' },
  failed: { tone: 'bad', word: 'Failed' },
};

export const KIND_WORDS: Readonly<Record<BreachInput['kinds'][number], string>> = {
  confidentiality: 'Confidentiality: somebody saw it',
  integrity: 'Integrity: somebody changed it',
  availability: 'Availability: it was lost or out of reach',
};

export const SECTION_WORDS: Readonly<Record<ReportSection, string>> = {
  nature: 'the nature of the breach',
  timing: 'when it took place',
  location: 'where it took place',
  categories_of_people: 'kinds of people',
  numbers: 'how many people and records',
  categories_of_records: 'kinds of records',
  contact: 'whom to ask',
  consequences: 'likely consequences',
  measures: 'measures taken',
  mitigation: 'what mitigates it',
  cause: 'the cause',
  caused_by: 'who caused it',
  notifications: 'who was told',
  late_reason: 'why a duty was done late',
};

/** The clock that runs out next, or has: what is still to be done first. */
export function nextClock({ clocks }: Pick<Breach, 'clocks'>): BreachClock | null {
  return openClocks({ clocks }).toSorted((a, b) => a.dueAtMs - b.dueAtMs)[0] ?? null;
}

function openClocks({ clocks }: Pick<Breach, 'clocks'>): BreachClock[] {
  return clocks.filter(({ state }) => state === 'running' || state === 'overdue');
}

/** What is due at once has no time to be late for. */
function isLate({ dueAtMs }: BreachClock, { awareAtMs }: Pick<Breach, 'awareAtMs'>, nowMs: number): boolean {
  return dueAtMs <= nowMs && dueAtMs > awareAtMs;
}

function haveDuty(breaches: number, duty: string): string {
  return `${plural(breaches, 'breach', 'breaches')} ${breaches === 1 ? 'has' : 'have'} ${duty}`;
}

export function clockTone({ state, dueAtMs }: BreachClock, nowMs: number): Tone {
  if (state !== 'running') return CLOCK_WORDS[state].tone;
  return dueAtMs <= nowMs ? 'bad' : dueAtMs - nowMs <= NEAR_MS ? 'warn' : 'info';
}

/** How long is left to a clock that nobody has answered, and from then on how long it is over. What is due at once has no time to be late for: it counts up. */
export function openWords({ dueAtMs }: Pick<BreachClock, 'dueAtMs'>, awareAtMs: number, nowMs: number): string {
  // Rounded up: nothing is due before the clock says so.
  if (dueAtMs > nowMs) return `in ${fineDuration(dueAtMs - nowMs + 999)}`;
  const since = fineDuration(nowMs - dueAtMs);
  return dueAtMs <= awareAtMs ? `due at once, open for ${since}` : `overdue by ${since}`;
}

/** What must be done by when. `newest` come with the next clock first; `isWhole` false: there are more. */
export function breachHeadline(breaches: readonly Breach[], isWhole: boolean, nowMs: number): Headline {
  const open = breaches.filter(({ state }) => state !== 'resolved');
  if (open.length === 0) {
    const detail = 'A breach is entered as soon as somebody knows of it: the clocks of the law run from then.';
    return { tone: 'ok', text: breaches.length === 0 ? 'No breach is in the register' : 'No breach is open', detail };
  }
  const about = `${isWhole ? '' : 'At least '}${plural(open.length, 'breach', 'breaches')} ${open.length === 1 ? 'is' : 'are'} not resolved.`;
  const overdue = open.filter((breach) => openClocks(breach).some((clock) => isLate(clock, breach, nowMs)));
  if (overdue.length > 0) return { tone: 'bad', text: haveDuty(overdue.length, 'an overdue duty'), detail: about };
  const waiting = open.flatMap((breach) => nextClock(breach) ?? []).toSorted((a, b) => a.dueAtMs - b.dueAtMs);
  const atOnce = waiting.filter(({ dueAtMs }) => dueAtMs <= nowMs).length;
  if (atOnce > 0) return { tone: 'bad', text: haveDuty(atOnce, 'a duty that is due at once'), detail: about };
  const [next] = waiting;
  if (next === undefined) return { tone: 'warn', text: 'Every duty is answered', detail: about };
  const leftMs = next.dueAtMs - nowMs;
  return {
    tone: leftMs <= NEAR_MS ? 'bad' : 'warn',
    text: `The next clock runs out in ${duration(leftMs)}`,
    detail: `${next.label}. ${about}`,
  };
}

/** Of all who are affected, also those that were found after the notification began; null before the first. Who could not be told was not. */
export function toldShare({ users, pending, queued, delivered, failed }: AffectedSummary): number | null {
  return pending + queued + delivered + failed === 0 ? null : delivered / Math.max(1, users);
}

/** Who was not told, or could not be. */
export function leftToTell({ users, delivered, queued }: AffectedSummary): number {
  return users - delivered - queued;
}
