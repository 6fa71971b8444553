import type { OperationTrends } from '../../../wire/operations.ts';
import { bucketTimes, colorAt, type Line, type LineData, valuesAt } from '../../components/chart/lines.ts';
import type { Span } from '../../lib/range.ts';

/** How far the time before is moved to lie under this one: whole steps, so that points lie under points. */
export function shiftMs({ fromMs, toMs }: Span, stepMs: number): number {
  return Math.ceil((toMs - fromMs) / stepMs) * stepMs;
}

/** A gateway, or operation, is a line; compared, the same one earlier is another, dashed in its colour. */
export function trendLines(trends: OperationTrends, span: Span, compared: boolean): LineData {
  const { stepMs, unit } = trends;
  const times = bucketTimes(Math.max(span.fromMs, trends.fromMs), Math.min(span.toMs, trends.toMs), stepMs);
  const lines = trends.series.flatMap(({ label, points }, i): Line[] => {
    const line = { id: label, label: label || '(not said)', color: colorAt(i), values: valuesAt(times, points) };
    if (!compared) return [line];
    const earlier = { id: `${label} before`, label: `${line.label} before`, color: line.color, earlier: true };
    return [line, { ...earlier, values: valuesAt(times, points, shiftMs(span, stepMs)) }];
  });
  return { unit, times, stepMs, lines };
}
