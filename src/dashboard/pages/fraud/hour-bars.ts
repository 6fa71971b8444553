import type { DecisionCounts, FraudSummary } from '../../../wire/fraud.ts';

export const HOUR_MS = 3_600_000;

export interface HourBar {
  ts: number;
  counts: DecisionCounts;
}

/** One bar for each hour that the time touches, also where nothing was decided. */
export function hourBars(hours: FraudSummary['hours'], { fromMs, toMs }: { fromMs: number; toMs: number }): HourBar[] {
  const counted = new Map(hours.map(({ atMs, allow, review, deny }) => [atMs, { allow, review, deny }]));
  const bars: HourBar[] = [];
  for (let ts = Math.floor(fromMs / HOUR_MS) * HOUR_MS; ts < toMs; ts += HOUR_MS) {
    bars.push({ ts, counts: counted.get(ts) ?? { allow: 0, review: 0, deny: 0 } });
  }
  return bars;
}
