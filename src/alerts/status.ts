import type { AlertRule, FiringState, RuleStatus } from '../wire/alerts.ts';
import { type Observed, worstFirst } from './state/index.ts';

/** Firings of all rules, by state. */
export type FiringCounts = readonly { ruleId: string; state: FiringState; firings: number }[];

/** The value that is worst for the rule; null where none is known. */
export function worstValue({ condition }: Pick<AlertRule, 'condition'>, observed: Observed | null): number | null {
  const known = (observed?.values ?? []).flatMap(({ value }) => (value === null ? [] : [value]));
  const [worst = null] = known.sort(worstFirst(condition));
  return worst === null && observed?.rest === 'zero' && observed.values.length === 0 ? 0 : worst;
}

export function statusOf(
  { id }: Pick<AlertRule, 'id'>,
  evaluation: Pick<RuleStatus, 'value' | 'evaluatedAtMs' | 'problem'> & { failures: number },
  counts: FiringCounts,
): RuleStatus {
  const of = (state: FiringState): number =>
    counts.find((one) => one.ruleId === id && one.state === state)?.firings ?? 0;
  const [firing, pending] = [of('firing'), of('pending')];
  const state = firing > 0 ? 'firing' : pending > 0 ? 'pending' : 'inactive';
  const { value, evaluatedAtMs, problem, failures } = evaluation;
  // Once is a moment; often is for somebody to look at.
  const told = problem !== null && failures > 1 ? `${problem} So in ${failures} evaluations in a row.` : problem;
  return { ruleId: id, state, value, evaluatedAtMs, problem: told, firing, pending };
}
