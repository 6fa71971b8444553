import type { Decision, FraudSummary } from '../wire/fraud.ts';

const HOUR_MS = 3_600_000;

/** Counters by hour → what the page shows. Hours without events are left out. */
export function summaryOf(
  rows: readonly { hour: number; decision: Decision; total: number }[],
  rules: FraudSummary['rules'],
  rest: Pick<FraudSummary, 'openReviews' | 'sessions' | 'outbox'>,
): FraudSummary {
  const decisions = { allow: 0, review: 0, deny: 0 };
  const hours = new Map<number, FraudSummary['hours'][number]>();
  for (const { hour, decision, total } of rows) {
    decisions[decision] += total;
    const of = hours.get(hour) ?? { atMs: hour * HOUR_MS, allow: 0, review: 0, deny: 0 };
    of[decision] += total;
    hours.set(hour, of);
  }
  const events = decisions.allow + decisions.review + decisions.deny;
  return { events, decisions, hours: [...hours.values()], rules, ...rest };
}
