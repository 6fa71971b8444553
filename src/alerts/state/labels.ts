import type { Condition, Silence } from '../../wire/alerts.ts';
import type { RuleView } from './types.ts';

/** Names that matchers of silences use for what is no label of a rule. */
export const RESERVED_LABELS: readonly string[] = ['rule', 'severity', 'group'];

/** The label under which the value of a group is told beside those of the rule. Null where the rule has one group. */
export function groupLabelOf(condition: Condition): string | null {
  switch (condition.kind) {
    case 'log_count':
      return condition.groupBy;
    case 'measure':
    case 'anomaly':
      return condition.by;
    case 'error_rate':
      return 'fingerprint';
    default:
      return null;
  }
}

/** As a firing shows them. */
export function labelsOf(
  { condition, labels }: Pick<RuleView, 'condition' | 'labels'>,
  group: string,
): Record<string, string> {
  const name = groupLabelOf(condition);
  return name === null || group === '' ? { ...labels } : { ...labels, [name]: group };
}

/** Whether a silence that is in force has the group's labels, `rule`, `severity` and `group` among them. */
export function isSilenced(silences: readonly Silence[], rule: RuleView, group: string, nowMs: number): boolean {
  const labels = new Map(Object.entries({ ...labelsOf(rule, group), rule: rule.id, severity: rule.severity, group }));
  return silences.some(
    ({ matchers, fromMs, untilMs }) =>
      fromMs <= nowMs &&
      nowMs < untilMs &&
      Object.entries(matchers).every(([name, value]) => labels.get(name) === value),
  );
}
