import {
  type AlertRule,
  type AlertRuleInput,
  type Condition,
  type ConditionKind,
  DEFAULT_REPEAT_SECONDS,
} from '../../../../wire/alerts.ts';

export const KIND_WORDS: Record<ConditionKind, string> = {
  log_count: 'How many records match a search',
  silence: 'Nothing comes that matches a search',
  measure: 'A vital, metric or operation',
  error_rate: 'How often an error happens',
  anomaly: 'Something is out of the usual',
  fraud_score: 'Fraud events with a high score',
  cookie_bloat: 'Cookies grow too large',
};

export const KINDS = Object.keys(KIND_WORDS) as ConditionKind[];

/** What a condition of a kind begins with. */
export function freshCondition(kind: ConditionKind): Condition {
  switch (kind) {
    case 'log_count':
      return { kind, stream: 'logs', query: 'level:>=error', comparison: 'above', threshold: 10, groupBy: null };
    case 'silence':
      return { kind, stream: 'logs', query: '' };
    case 'measure':
      return {
        ...{ kind, source: 'vitals', name: 'LCP', stat: 'p75', labels: {}, by: null, leastCount: 20 },
        ...{ comparison: 'above', threshold: 4_000 },
      };
    case 'error_rate':
      return { kind, fingerprint: null, threshold: 10 };
    case 'anomaly':
      return { kind, stream: 'operations', name: 'p2p', stat: 'failedShare', by: null };
    case 'fraud_score':
      return { kind, minScore: 80, threshold: 5 };
    case 'cookie_bloat':
      return { kind, stat: 'max_bytes', threshold: 4_096 };
  }
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

export function freshRule(condition: Condition = freshCondition('log_count')): AlertRuleInput {
  return {
    ...{ name: '', condition, windowSeconds: usualWindow(condition.kind), forSeconds: 0, severity: 'warning' as const },
    ...{ labels: {}, muteWindows: [], notifyResolved: true, groupWaitSeconds: 30 },
    ...{ repeatSeconds: DEFAULT_REPEAT_SECONDS, destinationIds: [], enabled: true },
  };
}

/** Vitals come by the visit, anomalies by the hour: less than that says nothing. */
export function usualWindow(kind: ConditionKind): number {
  if (kind === 'measure' || kind === 'anomaly') return HOUR_SECONDS;
  if (kind === 'silence') return 15 * MINUTE_SECONDS;
  return 5 * MINUTE_SECONDS;
}

/** Cookies are summed up by the day and anomalies by the hour, whatever a rule says. */
export function hasWindow({ kind }: Condition): boolean {
  return kind !== 'cookie_bloat' && kind !== 'anomaly';
}

/** What a change sends: the server refuses members that it does not know. */
export function inputOf(rule: AlertRuleInput): AlertRuleInput {
  const { name, condition, windowSeconds, forSeconds, severity, labels, muteWindows } = rule;
  const { notifyResolved, groupWaitSeconds, repeatSeconds, destinationIds, enabled } = rule;
  return {
    ...{ name, condition, windowSeconds, forSeconds, severity, labels, muteWindows },
    ...{ notifyResolved, groupWaitSeconds, repeatSeconds, destinationIds, enabled },
  };
}

/** The changes that a draft makes to `base`, made to `theirs`: what both changed is as in the draft. */
export function rebased(base: AlertRuleInput, draft: AlertRuleInput, theirs: AlertRule): AlertRuleInput {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const mine = Object.entries(draft).filter(([key, value]) => !same(value, base[key as keyof AlertRuleInput]));
  return { ...inputOf(theirs), ...Object.fromEntries(mine) };
}

/** Whether a draft says enough to be tried: all that is a number is one. */
export function isComplete(draft: AlertRuleInput): boolean {
  const numbers = Object.values(draft.condition).filter((value) => typeof value === 'number');
  const seconds = [draft.windowSeconds, draft.forSeconds, draft.groupWaitSeconds, draft.repeatSeconds];
  return [...numbers, ...seconds].every(Number.isFinite) && hasName(draft.condition);
}

function hasName(condition: Condition): boolean {
  return !('name' in condition) || condition.name.trim() !== '';
}

/** What a preview depends on: a name or a label changes nothing of when it would have fired. */
export function previewKey(draft: AlertRuleInput): string {
  const { condition, windowSeconds, forSeconds, muteWindows, groupWaitSeconds, repeatSeconds, notifyResolved } = draft;
  return JSON.stringify([
    ...[condition, windowSeconds, forSeconds, muteWindows, groupWaitSeconds, repeatSeconds, notifyResolved],
  ]);
}
