import { unreachable } from '../../shared/result.ts';
import type { Comparison, Condition } from '../../wire/alerts.ts';

/** Robust deviations of an hour from what is usual: what src/anomalies calls an anomaly has at least so many. */
export const ANOMALY_SCORE = 4;

/** What a condition's value is compared with. */
export function limitOf(condition: Condition): { comparison: Comparison; threshold: number } {
  switch (condition.kind) {
    case 'log_count':
    case 'measure':
      return { comparison: condition.comparison, threshold: condition.threshold };
    case 'error_rate':
    case 'fraud_score':
    case 'cookie_bloat':
      return { comparison: 'above', threshold: condition.threshold };
    case 'anomaly':
      return { comparison: 'above', threshold: ANOMALY_SCORE };
    case 'silence':
      return { comparison: 'below', threshold: 1 };
    default:
      return unreachable(condition);
  }
}

/** Above is more than the threshold, below is less: at it, nothing fires. Only a score of anomalies is reached at its threshold, as src/anomalies has it. */
export function holds(condition: Condition, value: number): boolean {
  const { comparison, threshold } = limitOf(condition);
  if (comparison === 'below') return value < threshold;
  return condition.kind === 'anomaly' ? value >= threshold : value > threshold;
}

/** Sorts the values that are farthest beyond the threshold to the front. */
export function worstFirst(condition: Condition): (a: number, b: number) => number {
  return limitOf(condition).comparison === 'below' ? (a, b) => a - b : (a, b) => b - a;
}
