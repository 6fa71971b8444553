import type { LogRecord } from '../../wire/record.ts';
import { isObject } from '../histogram.ts';
import { isName, labelsAmong } from './labels.ts';
import type { MetricPoint } from './point.ts';

const LABELS = ['release', 'browser', 'os', 'device', 'country', 'page', 'site'];
/** The name that every error counts under, beside that of its group. */
export const ALL_ERRORS = '(all)';

/** One for its group and one for all errors, each with the session it happened in. */
export function errorPoints(record: LogRecord): MetricPoint[] {
  const labels = isObject(record.attrs.labels) ? record.attrs.labels : {};
  const fingerprint = Object.hasOwn(labels, 'fingerprint') ? labels.fingerprint : undefined;
  const common = {
    ...({ unit: '', type: 'sum', ts: record.ts, reading: { kind: 'event' } } as const),
    ...{ session: record.sessionId ?? null, labels: labelsAmong(record, LABELS) },
  };
  const all = { ...common, name: ALL_ERRORS };
  const isGrouped = typeof fingerprint === 'string' && isName(fingerprint) && fingerprint !== ALL_ERRORS;
  return isGrouped ? [all, { ...common, name: fingerprint }] : [all];
}
