import { percent } from './format.ts';

export interface Trend {
  text: string;
  tone: 'ok' | 'bad' | 'plain';
}

/** Against the same length of time before. `worse` says that more is bad news. */
export function trendOf(now: number, then: number, worse: boolean, shown: (value: number) => string): Trend {
  if (then === 0) return { text: 'none before', tone: worse && now > 0 ? 'bad' : 'plain' };
  const change = now / then - 1;
  if (Math.abs(change) < 0.005) return { text: 'as before', tone: 'plain' };
  const tone = worse ? (change > 0.1 ? 'bad' : change < -0.1 ? 'ok' : 'plain') : 'plain';
  // "25 times as many" says less than the figure it grew from.
  if (change >= 1) return { text: `${shown(then)} before`, tone };
  return { text: `${percent(Math.abs(change))} ${change > 0 ? 'more' : 'less'} than before`, tone };
}
