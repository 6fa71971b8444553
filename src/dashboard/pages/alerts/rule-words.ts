import type { Condition } from '../../../wire/alerts.ts';
import { exact, plural } from '../../lib/format.ts';
import { inUnit, type Unit } from '../../lib/units.ts';

const STATS = {
  ...{ failure_rate: 'failure rate', failedShare: 'share of failures', poorShare: 'share of poor values' },
  ...{ avg: 'average', max: 'largest', min: 'smallest' },
} as const;

export function statWords(stat: string): string {
  return (STATS as Record<string, string>)[stat] ?? stat;
}

/** What a rule's value and threshold count in. */
export function unitOf(condition: Condition): Unit {
  switch (condition.kind) {
    case 'measure':
      if (condition.stat === 'count') return 'count';
      if (condition.stat === 'failure_rate') return 'ratio';
      // A metric may count in anything; CLS is a score.
      return condition.source === 'metrics' || condition.name === 'CLS' ? 'score' : 'ms';
    case 'cookie_bloat':
      return condition.stat === 'max_count' ? 'count' : 'bytes';
    case 'anomaly':
      return 'score';
    case 'log_count':
    case 'error_rate':
    case 'fraud_score':
    case 'silence':
      return 'count';
  }
}

/** Null where a rule has none: an anomaly is one, silence is nothing at all. */
export function thresholdOf(condition: Condition): number | null {
  return 'threshold' in condition ? condition.threshold : null;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/** The largest unit that holds it in whole numbers: `5 min`, `90 s`, `1 day`. */
export function spanWords(seconds: number): string {
  for (const [step, unit] of [
    [DAY_SECONDS, 'day'],
    [HOUR_SECONDS, 'h'],
    [MINUTE_SECONDS, 'min'],
  ] as const) {
    if (seconds < step || seconds % step !== 0) continue;
    const count = seconds / step;
    return unit === 'day' ? plural(count, unit) : `${exact(count)}\u00a0${unit}`;
  }
  return `${exact(seconds)}\u00a0s`;
}

/** What a rule looks for, in one line without a full stop. */
export function conditionWords(condition: Condition, windowSeconds: number): string {
  const within = `in ${spanWords(windowSeconds)}`;
  switch (condition.kind) {
    case 'log_count': {
      const { comparison, threshold, stream, query, groupBy } = condition;
      const of = query === '' ? '' : ` that match ${query}`;
      const each = groupBy === null ? '' : `, for each ${groupBy}`;
      return `${comparison === 'above' ? 'More' : 'Fewer'} than ${plural(threshold, 'record')} of ${stream}${of} ${within}${each}`;
    }
    case 'measure': {
      const { stat, name, comparison, threshold, by } = condition;
      const each = by === null ? '' : `, for each ${by}`;
      return `${name} ${statWords(stat)} ${comparison} ${inUnit(threshold, unitOf(condition))} ${within}${each}`;
    }
    case 'error_rate': {
      const { fingerprint, threshold } = condition;
      const of = fingerprint === null ? 'any one group' : `the group ${fingerprint}`;
      return `More than ${plural(threshold, 'error')} of ${of} ${within}`;
    }
    case 'fraud_score':
      return `More than ${plural(condition.threshold, 'fraud event')} with a score of ${condition.minScore} or more ${within}`;
    case 'cookie_bloat':
      return `${COOKIE_WORDS[condition.stat]} of today above ${inUnit(condition.threshold, unitOf(condition))}`;
    case 'anomaly': {
      const each = condition.by === null ? '' : `, for each ${condition.by}`;
      return `${condition.name} ${statWords(condition.stat)} of ${condition.stream} out of what is usual for the hour${each}`;
    }
    case 'silence': {
      const of = condition.query === '' ? '' : ` that matches ${condition.query}`;
      return `No record of ${condition.stream}${of} ${within}`;
    }
  }
}

export const COOKIE_WORDS = {
  max_bytes: 'Largest Cookie header',
  avg_bytes: 'Average Cookie header',
  max_count: 'Most cookies of a request',
} as const;

/** The value against its threshold: `42 above 10`. `condition` is null where the rule is gone. */
export function againstWords(value: number | null, threshold: number, condition: Condition | null): string {
  const unit = condition ? unitOf(condition) : 'score';
  if (condition?.kind === 'silence') return 'no record';
  const text = value === null ? 'unknown' : inUnit(value, unit);
  const limit = inUnit(threshold, unit);
  if (value === null || condition === null) return `${text}, threshold ${limit}`;
  const side = value > threshold ? 'above' : value < threshold ? 'below' : 'at';
  return `${text} ${side} ${limit}`;
}
