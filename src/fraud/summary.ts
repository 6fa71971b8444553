import type { Decision, FraudSummary, RuleCounts } from '../wire/fraud.ts';

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

/** How often each rule held, with what reviewers said of the events in which it did. */
export function ruleCounts(
  hits: FraudSummary['rules'],
  verdicts: readonly Pick<RuleCounts, 'rule' | 'fraud' | 'legitimate'>[],
): RuleCounts[] {
  const judged = new Map(verdicts.map((row) => [row.rule, row]));
  return hits.map(({ rule, hits }) => {
    const { fraud = 0, legitimate = 0 } = judged.get(rule) ?? {};
    return { rule, hits, fraud, legitimate };
  });
}
