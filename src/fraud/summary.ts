import type { Summary } from './calls.ts';
import type { Decision } from './risk/types.ts';

const HOUR_MS = 3_600_000;

/** Counters by hour → what the page shows. Hours without events are left out. */
export function summaryOf(
  rows: readonly { hour: number; decision: Decision; total: number }[],
  rules: Summary['rules'],
  rest: Pick<Summary, 'openReviews' | 'sessions' | 'outbox'>,
): Summary {
  const decisions = { allow: 0, review: 0, deny: 0 };
  const hours = new Map<number, Summary['hours'][number]>();
  for (const { hour, decision, total } of rows) {
    decisions[decision] += total;
    const of = hours.get(hour) ?? { atMs: hour * HOUR_MS, allow: 0, review: 0, deny: 0 };
    of[decision] += total;
    hours.set(hour, of);
  }
  const events = decisions.allow + decisions.review + decisions.deny;
  return { events, decisions, hours: [...hours.values()], rules, ...rest };
}
