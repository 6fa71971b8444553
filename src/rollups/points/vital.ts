import type { LogRecord } from '../../wire/record.ts';
import { BROWSER_LABELS, isVital, RATINGS, ratingOf } from '../../wire/vitals.ts';
import { numberOf } from '../histogram.ts';
import { labelsAmong } from './labels.ts';
import type { MetricPoint } from './point.ts';

/**
 * A vital by its name, in classes by its thresholds. What says that it is an `update` of one that was told before counts nothing: a page that was
 * left, came back and grew slower is one visit.
 */
export function vitalPoints(record: LogRecord): MetricPoint[] {
  const { name, update } = record.attrs;
  if (update === 1 || update === true) return [];
  const value = numberOf(record.attrs.value);
  if (typeof name !== 'string' || !isVital(name) || value === null || value < 0) return [];
  const tally = RATINGS.indexOf(ratingOf(name, value));
  return [
    {
      ...{ name, unit: name === 'CLS' ? '' : 'ms', type: 'gauge', ts: record.ts, session: null },
      labels: labelsAmong(record, BROWSER_LABELS),
      reading: { kind: 'value', value, tally },
    },
  ];
}
