import type { OperationNumbers } from '../../../wire/operations.ts';
import { compact, percentagePoints } from '../../lib/format.ts';
import { type Trend, trendOf } from '../../lib/trend.ts';
import { inUnit } from '../../lib/units.ts';

/** A tenth of a percentage point is the same. */
const SAME_RATE = 0.001;
/** Half a point is worth a colour; less is the noise of a few operations. */
const TOLD_RATE = 0.005;

/** Shares are told apart by their difference: "2 % less" of a rate of 99 % says nothing. */
export function rateTrend(now: number | null, before: number | null): Trend | null {
  if (now === null || before === null) return null;
  const change = now - before;
  if (Math.abs(change) < SAME_RATE) return { text: 'as before', tone: 'plain' };
  return {
    text: `${percentagePoints(Math.abs(change))} ${change > 0 ? 'higher' : 'lower'} than before`,
    tone: Math.abs(change) < TOLD_RATE ? 'plain' : change > 0 ? 'ok' : 'bad',
  };
}

export function timeTrend(now: number | null, before: number | null): Trend | null {
  if (now === null || before === null || before === 0) return null;
  const { text, tone } = trendOf(now, before, true, (ms) => inUnit(ms, 'ms'));
  return { text: text.replace('more than', 'slower than').replace('less than', 'faster than'), tone };
}

export function countTrend(now: OperationNumbers, before: OperationNumbers, name: 'count' | 'failed'): Trend {
  return trendOf(now[name], before[name], name === 'failed', compact);
}
