import { unreachable } from '../shared/result.ts';
import type { JsonObject } from '../wire/record.ts';
import type { BucketFields, Context, ExemplarFields, MetricFields, MetricType, PointFields } from './fields.ts';
import { isId, putContext, putNanos } from './log-record.ts';

/** AggregationTemporality; 0 is unspecified. */
const TEMPORALITIES: readonly (string | null)[] = [null, 'delta', 'cumulative'];

/** One data point as the BatchBuilder takes it: rollups build on these names. Docs: docs/api.md, OTLP. */
export function metricRecord(metric: MetricFields, type: MetricType, point: PointFields, context: Context): JsonObject {
  const attrs: JsonObject = { name: metric.name, unit: metric.unit };
  if (metric.description !== '') attrs.description = metric.description;
  if (Object.keys(metric.metadata).length > 0) attrs.metadata = metric.metadata;
  putValues(attrs, metric, type, point);
  attrs.labels = point.labels;
  if (point.start !== null) attrs.startTs = point.start.ms;
  if (point.time !== null) putNanos(attrs, 'timeUnixNano', point.time);
  if (point.flags !== 0) attrs.flags = point.flags;
  if (point.exemplars.length > 0) attrs.exemplars = point.exemplars.map(exemplarOf);
  putContext(attrs, context);
  const record: JsonObject = { type, message: metric.name, attrs };
  if (point.time !== null) record.ts = point.time.ms;
  if (context.service !== null) record.service = context.service;
  return record;
}

/** What each data point repeats of its metric, in characters. */
export function repeatedCharsOf({ name, description, unit, metadata }: MetricFields): number {
  return 2 * name.length + description.length + unit.length + JSON.stringify(metadata).length;
}

function putValues(attrs: JsonObject, metric: MetricFields, type: MetricType, point: PointFields): void {
  switch (type) {
    case 'sum':
      putTemporality(attrs, metric.temporality);
      attrs.monotonic = metric.monotonic;
      if (point.value !== undefined) attrs.value = point.value;
      return;
    case 'gauge':
      if (point.value !== undefined) attrs.value = point.value;
      return;
    case 'histogram':
      putTemporality(attrs, metric.temporality);
      putTotals(attrs, point);
      attrs.bounds = point.bounds;
      attrs.counts = point.counts;
      return;
    case 'exponentialHistogram':
      putTemporality(attrs, metric.temporality);
      putTotals(attrs, point);
      attrs.scale = point.scale;
      attrs.zeroCount = point.zeroCount;
      if (point.zeroThreshold !== 0) attrs.zeroThreshold = point.zeroThreshold;
      attrs.positive = bucketsOf(point.positive);
      attrs.negative = bucketsOf(point.negative);
      return;
    case 'summary':
      putTotals(attrs, point);
      attrs.quantiles = point.quantiles.map(({ quantile, value }) => ({ quantile, value }));
      return;
    default:
      unreachable(type);
  }
}

function putTemporality(attrs: JsonObject, temporality: number): void {
  const name = TEMPORALITIES[temporality] ?? null;
  if (name !== null) attrs.temporality = name;
}

function putTotals(attrs: JsonObject, { count, sum, min, max }: PointFields): void {
  attrs.count = count;
  if (sum !== undefined) attrs.sum = sum;
  if (min !== undefined) attrs.min = min;
  if (max !== undefined) attrs.max = max;
}

function bucketsOf({ offset, counts }: BucketFields): JsonObject {
  return { offset, counts };
}

function exemplarOf({ time, value, traceId, spanId, attributes }: ExemplarFields): JsonObject {
  const exemplar: JsonObject = {};
  if (time !== null) exemplar.ts = time.ms;
  if (value !== undefined) exemplar.value = value;
  if (isId(traceId)) exemplar.traceId = traceId;
  if (isId(spanId)) exemplar.spanId = spanId;
  if (Object.keys(attributes).length > 0) exemplar.attributes = attributes;
  return exemplar;
}
