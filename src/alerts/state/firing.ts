import type { AlertRule, Firing } from '../../wire/alerts.ts';
import { labelsOf } from './labels.ts';
import { limitOf } from './limit.ts';
import { summaryOf } from './summary.ts';
import type { GroupState } from './types.ts';

/** A state as clients and receivers see it. `quiet`: of quietOf, at the moment of asking. */
export function firingOf(
  rule: Pick<AlertRule, 'id' | 'name' | 'severity' | 'labels' | 'condition' | 'windowSeconds'>,
  state: GroupState,
  quiet: Firing['quiet'],
): Firing {
  const { phase, firingId, group, pendingSinceMs, firedAtMs, resolvedAtMs, value, notices, lastNoticeAtMs } = state;
  return {
    ...{ id: firingId, ruleId: rule.id, ruleName: rule.name, severity: rule.severity },
    ...{ labels: labelsOf(rule, group), group, state: phase },
    ...{ pendingSinceMs, firedAtMs, resolvedAtMs, value, threshold: limitOf(rule.condition).threshold },
    ...{ summary: summaryOf(rule, state), notices, lastNoticeAtMs, quiet, acknowledged: state.acknowledged },
  };
}
