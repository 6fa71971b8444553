import type { OperationTrends } from '../../../wire/operations.ts';
import { bucketTimes, colorAt, type Line, type LineData, valuesAt } from '../../components/chart/lines.ts';
import type { Span } from '../../lib/range.ts';

const HOUR_MS = 3_600_000;

/** How far the time before is moved to lie under this one: whole steps, so that points lie under points. */
export function shiftMs(hours: number, stepMs: number): number {
  return Math.ceil((hours * HOUR_MS) / stepMs) * stepMs;
}

/** A gateway, or operation, is a line; with `before` the same one earlier is another, dashed in its colour. */
export function trendLines(trends: OperationTrends, span: Span, before: { hours: number } | null): LineData {
  const { stepMs, unit } = trends;
  const times = bucketTimes(Math.max(span.fromMs, trends.fromMs), Math.min(span.toMs, trends.toMs), stepMs);
  const lines = trends.series.flatMap(({ label, points }, i): Line[] => {
    const line = { id: label, label: label || '(not said)', color: colorAt(i), values: valuesAt(times, points) };
    if (before === null) return [line];
    const earlier = { id: `${label} before`, label: `${line.label} before`, color: line.color, earlier: true };
    return [line, { ...earlier, values: valuesAt(times, points, shiftMs(before.hours, stepMs)) }];
  });
  return { unit, times, stepMs, lines };
}
