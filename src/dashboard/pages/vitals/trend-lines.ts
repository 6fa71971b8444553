import type { VitalSummary, VitalsBreakdown, VitalsTimeseries } from '../../../wire/vitals.ts';
import { bucketTimes, colorAt, type Line, type LineData, valuesAt } from '../../components/chart/lines.ts';
import { valueText } from '../../lib/label-filters.ts';
import type { Trend } from './use-vitals.ts';
import { unitOf } from './words.ts';

const PERCENTILES = ['p50', 'p75', 'p95', 'p99'] as const;

/** The percentiles of all; with `before`, p75 of the time before under that of now. */
export function percentileLines(
  trend: Trend,
  item: VitalSummary | null,
  before: { answer: VitalsTimeseries; shiftMs: number } | null,
): LineData {
  const times = bucketTimes(trend.fromMs, trend.toMs, trend.stepMs);
  const points = trend.series[0]?.points ?? [];
  const lines = PERCENTILES.map((name): Line => {
    const values = valuesAt(
      times,
      points.map((point) => [point.ts, point[name]]),
    );
    return { id: name, label: name, color: name, bold: name === 'p75', overall: item?.[name] ?? null, values };
  });
  if (before) {
    const earlier =
      before.answer.series[0]?.points.map((point): [number, number | null] => [point.ts, point.p75]) ?? [];
    lines.push({
      ...{ id: 'before', label: 'p75 before', color: 'p75', earlier: true, overall: item?.previous.p75 ?? null },
      values: valuesAt(times, earlier, before.shiftMs),
    });
  }
  return { unit: unitOf(trend.name), times, stepMs: trend.stepMs, lines };
}

/** p75 of each value of a label; `breakdown` knows those of the whole time. */
export function splitLines(trend: Trend, breakdown: VitalsBreakdown | null): LineData {
  const known = new Map(breakdown?.by === trend.by ? breakdown?.items.map(({ value, p75 }) => [value, p75]) : []);
  const times = bucketTimes(trend.fromMs, trend.toMs, trend.stepMs);
  const lines = trend.series.map(({ label, points }, i): Line => {
    const text = trend.by === null ? label : valueText(trend.by, label);
    const values = valuesAt(
      times,
      points.map((point) => [point.ts, point.p75]),
    );
    return {
      id: label || NO_VALUE,
      label: text || '(none)',
      color: colorAt(i),
      overall: known.get(label) ?? null,
      values,
    };
  });
  return { unit: unitOf(trend.name), times, stepMs: trend.stepMs, lines };
}

/** An empty id would be no id in the address. */
const NO_VALUE = '(none)';
