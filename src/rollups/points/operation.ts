import type { LogRecord } from '../../wire/record.ts';
import { numberOf } from '../histogram.ts';
import { isName, labelsAmong } from './labels.ts';
import type { MetricPoint } from './point.ts';

/** `call` is gateway and operation in one, so that a rollup holds what they have in common. */
const LABELS = ['gateway', 'operation', 'call', 'reason', 'release', 'country'];
/** Classes of `tally`. */
export const SUCCEEDED = 0;
export const FAILED = 1;
/** Of the metric that holds the sizes of a scope's operations. */
export const BYTES_SUFFIX = '.bytes';

/**
 * The duration under the name of the scope, in classes by outcome; the size, where it is told, under a name of its own. An operation whose duration
 * or outcome nobody told is counted all the same.
 */
export function operationPoints(record: LogRecord): MetricPoint[] {
  const { scope, outcome } = record.attrs;
  if (typeof scope !== 'string' || !isName(scope)) return [];
  const said = numberOf(record.attrs.durationMs);
  const durationMs = said !== null && said >= 0 ? said : null;
  const common = { type: 'gauge', ts: record.ts, session: null, labels: labelsAmong(record, LABELS) } as const;
  const tally = outcome === 'failure' ? FAILED : outcome === 'success' ? SUCCEEDED : null;
  const points: MetricPoint[] = [
    { ...common, name: scope, unit: 'ms', reading: { kind: 'value', value: durationMs, tally } },
  ];
  const bytes = numberOf(record.attrs.bytes);
  if (bytes !== null && bytes >= 0) {
    const name = `${scope}${BYTES_SUFFIX}`;
    points.push({ ...common, name, unit: 'bytes', reading: { kind: 'value', value: bytes, tally: null } });
  }
  return points;
}
