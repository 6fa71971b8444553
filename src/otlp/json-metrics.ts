import type { Json, JsonObject } from '../wire/record.ts';
import type { BucketFields, Context, ExemplarFields, Flaw, MetricFields, MetricType, PointFields } from './fields.ts';
import { itemObject, type JsonExport } from './json-item.ts';
import { type Opened, type Piece, tooLong } from './json-parts.ts';
import type { JsonReader } from './json-values.ts';
import { metricRecord, repeatedCharsOf } from './metric-record.ts';

const TYPES: readonly MetricType[] = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'];
const TEMPORALITIES = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((name) => `AGGREGATION_TEMPORALITY_${name}`);

/** Metric. One may have more data points than are parsed in one go, so it is opened as its scope is. */
export function readJsonMetric(from: JsonExport, item: Piece, context: Context): void {
  const { parts, read, intake } = from;
  if (!intake.enter()) return;
  const opened = parts.open(item, TYPES);
  if (parts.malformed !== null) return;
  if (opened === null) {
    intake.reject({ pointer: '', reason: 'must be an object' });
    return;
  }
  const { head } = opened;
  for (const type of TYPES) {
    const piece = opened.long.get(type) ?? head[type];
    if (piece === undefined || piece === null) continue;
    const data = parts.open(piece, ['dataPoints']);
    const points = data && parts.items(data, 'dataPoints');
    if (parts.malformed !== null) return;
    if (!data || !points) {
      intake.reject({ pointer: `/${type}`, reason: 'must be an object with an array of dataPoints' });
      continue;
    }
    read.flaw = context.flaw ?? tooLong(opened, TYPES);
    const metric = metricOf(read, head, data, type);
    readPoints(from, metric, type, points, context, read.flaw);
  }
}

function metricOf(read: JsonReader, head: JsonObject, data: Opened, type: MetricType): MetricFields {
  return {
    name: read.text(head.name, '/name'),
    unit: read.text(head.unit, '/unit'),
    description: read.text(head.description, '/description'),
    metadata: read.attributes(head.metadata, '/metadata', 2),
    type,
    temporality: read.enumeration(data.head.aggregationTemporality, TEMPORALITIES, `/${type}/aggregationTemporality`),
    monotonic: read.flag(data.head.isMonotonic, `/${type}/isMonotonic`),
  };
}

function readPoints(
  from: JsonExport,
  metric: MetricFields,
  type: MetricType,
  points: Iterable<Piece>,
  context: Context,
  flaw: Flaw | null,
): void {
  const { parts, read, intake } = from;
  const repeatedChars = context.chars + repeatedCharsOf(metric);
  for (const item of points) {
    const json = itemObject(from, item);
    if (intake.full !== null || parts.malformed !== null) return;
    if (json === null) continue;
    read.flaw = flaw;
    const point = pointOf(read, json);
    if (read.flaw !== null) intake.reject(read.flaw);
    else intake.take(metricRecord(metric, type, point, context), repeatedChars);
    if (intake.full !== null) return;
  }
}

function pointOf(read: JsonReader, json: JsonObject): PointFields {
  const isInt = json.asInt !== undefined && json.asInt !== null;
  return {
    start: read.instant(json.startTimeUnixNano, '/startTimeUnixNano'),
    time: read.instant(json.timeUnixNano, '/timeUnixNano'),
    labels: read.attributes(json.attributes, '/attributes', 2),
    flags: read.int(json.flags, '/flags'),
    exemplars: read.list(json.exemplars, '/exemplars').map((exemplar) => exemplarOf(read, exemplar)),
    value: isInt ? read.integer(json.asInt, '/asInt') : read.optionalDouble(json.asDouble, '/asDouble'),
    count: read.integer(json.count, '/count'),
    sum: read.optionalDouble(json.sum, '/sum'),
    min: read.optionalDouble(json.min, '/min'),
    max: read.optionalDouble(json.max, '/max'),
    bounds: read.list(json.explicitBounds, '/explicitBounds').map((bound) => read.double(bound, '/explicitBounds')),
    // Histograms have them beside their bounds; an exponential one has them in `positive` and `negative`.
    counts: countsOf(read, json.bucketCounts, '/bucketCounts'),
    scale: read.int(json.scale, '/scale'),
    zeroCount: read.integer(json.zeroCount, '/zeroCount'),
    zeroThreshold: read.double(json.zeroThreshold, '/zeroThreshold'),
    positive: bucketsOf(read, json.positive, '/positive'),
    negative: bucketsOf(read, json.negative, '/negative'),
    quantiles: read.list(json.quantileValues, '/quantileValues').map((item) => {
      const { quantile, value } = read.object(item, '/quantileValues');
      return { quantile: read.double(quantile, '/quantileValues'), value: read.double(value, '/quantileValues') };
    }),
  };
}

function countsOf(read: JsonReader, value: Json | undefined, pointer: string): Json[] {
  return read.list(value, pointer).map((count) => read.integer(count, pointer));
}

function bucketsOf(read: JsonReader, value: Json | undefined, pointer: string): BucketFields {
  const { offset, bucketCounts } = read.object(value, pointer);
  return { offset: read.int(offset, pointer), counts: countsOf(read, bucketCounts, pointer) };
}

function exemplarOf(read: JsonReader, value: Json): ExemplarFields {
  const exemplar = read.object(value, '/exemplars');
  const isInt = exemplar.asInt !== undefined && exemplar.asInt !== null;
  return {
    time: read.instant(exemplar.timeUnixNano, '/exemplars'),
    value: isInt ? read.integer(exemplar.asInt, '/exemplars') : read.optionalDouble(exemplar.asDouble, '/exemplars'),
    traceId: read.hex(exemplar.traceId, '/exemplars'),
    spanId: read.hex(exemplar.spanId, '/exemplars'),
    attributes: read.attributes(exemplar.filteredAttributes, '/exemplars', 4),
  };
}
