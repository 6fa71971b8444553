import type { AlertRule, Condition, Silence } from '../../src/wire/alerts.ts';

export const COUNT_ERRORS: Extract<Condition, { kind: 'log_count' }> = {
  ...{ kind: 'log_count', stream: 'logs', query: 'level:error', comparison: 'above', threshold: 10, groupBy: null },
};

/** A rule that tells at once, of whatever a test does not care about. */
export function ruleOf(change: Partial<AlertRule> = {}): AlertRule {
  return {
    ...{ id: 'rul_0000000000000001', projectId: 'prj_1', version: 1, name: 'Errors', condition: COUNT_ERRORS },
    ...{ windowSeconds: 300, forSeconds: 0, severity: 'warning', labels: {}, muteWindows: [], notifyResolved: true },
    ...{ groupWaitSeconds: 0, repeatSeconds: 0, destinationIds: [], enabled: true },
    ...{ createdAtMs: 0, changedAtMs: 0, changedBy: 'usr_1' },
    ...change,
  };
}

export function silenceOf(matchers: Record<string, string>, fromMs: number, untilMs: number): Silence {
  return {
    ...{ id: 'sil_0000000000000001', projectId: 'prj_1', matchers, fromMs, untilMs, comment: null },
    ...{ createdBy: 'usr_1', createdByName: 'Ada', createdAtMs: fromMs },
  };
}
