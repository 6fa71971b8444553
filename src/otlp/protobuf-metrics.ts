import type { JsonObject } from '../wire/record.ts';
import { type Context, type Flaw, type MetricFields, type MetricType, newMetric } from './fields.ts';
import type { Intake } from './intake.ts';
import { metricRecord, repeatedCharsOf } from './metric-record.ts';
import { readExponentialPoint, readHistogramPoint, readNumberPoint, readSummaryPoint } from './protobuf-points.ts';
import { readKeyValue } from './protobuf-values.ts';
import type { WireReader } from './wire-reader.ts';

/** Which kind of metric a tag of Metric (metrics/v1/metrics.proto) is. */
const TYPES: ReadonlyMap<number, MetricType> = new Map<number, MetricType>([
  [0x2a, 'gauge'],
  [0x3a, 'sum'],
  [0x4a, 'histogram'],
  [0x52, 'exponentialHistogram'],
  [0x5a, 'summary'],
]);

const POINT_READERS = {
  gauge: readNumberPoint,
  sum: readNumberPoint,
  histogram: readHistogramPoint,
  exponentialHistogram: readExponentialPoint,
  summary: readSummaryPoint,
} as const;

/** Metric: its name may stand behind its data, so it is looked for first. */
export function readMetric(r: WireReader, context: Context, intake: Intake): void {
  if (!intake.enter()) {
    r.stop();
    return;
  }
  const end = r.messageEnd();
  const start = r.pos;
  const metric = newMetric();
  const metadata: JsonObject = metric.metadata;
  r.begin(null);
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        metric.name = r.text();
        break;
      case 0x12:
        metric.description = r.text();
        break;
      case 0x1a:
        metric.unit = r.text();
        break;
      case 0x62:
        readKeyValue(r, metadata, 2);
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  if (r.malformed !== null) return;
  const flaw = context.flaw ?? r.flaw;
  r.pos = start;
  while (r.pos < end && intake.full === null) {
    const tag = r.tag();
    const type = TYPES.get(tag);
    if (type !== undefined) readData(r, metric, type, flaw, context, intake);
    else r.skip(tag);
  }
  if (intake.full !== null) r.stop();
}

/** Gauge, Sum and the others: data points are field 1, the temporality 2, isMonotonic 3. */
function readData(
  r: WireReader,
  metric: MetricFields,
  type: MetricType,
  flaw: Flaw | null,
  context: Context,
  intake: Intake,
): void {
  const end = r.messageEnd();
  const start = r.pos;
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x10) metric.temporality = r.varint();
    else if (tag === 0x18) metric.monotonic = r.varint() !== 0;
    else r.skip(tag);
  }
  r.close(end);
  if (r.malformed !== null) return;
  const repeatedChars = context.chars + repeatedCharsOf(metric);
  const readPoint = POINT_READERS[type];
  r.pos = start;
  while (r.pos < end && intake.full === null) {
    const tag = r.tag();
    if (tag !== 0x0a) {
      r.skip(tag);
      continue;
    }
    r.begin(flaw);
    const point = readPoint(r);
    if (r.malformed !== null) return;
    if (r.flaw !== null) intake.reject(r.flaw);
    else intake.take(metricRecord(metric, type, point, context), repeatedChars);
  }
}
