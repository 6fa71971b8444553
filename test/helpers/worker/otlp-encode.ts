/**
 * OTLP's JSON → protobuf, with pbf's writer and the field numbers of the .proto files: written apart from src/otlp, so that the two can be held
 * against each other.
 */
import { PbfWriter } from 'pbf';
import type { Json, JsonObject } from '../../../src/wire/record.ts';

type Scalar = 'string' | 'bool' | 'int64' | 'uint32' | 'sint32' | 'fixed32' | 'fixed64' | 'sfixed64' | 'double';
type Packed = 'packed fixed64' | 'packed uint64' | 'packed double';
type FieldType = Scalar | Packed | 'enum' | 'hex' | 'base64' | { readonly message: () => Message };
type Message = Readonly<Record<string, readonly [field: number, type: FieldType]>>;

const of = (message: () => Message): FieldType => ({ message });

const anyValue: Message = {
  stringValue: [1, 'string'],
  boolValue: [2, 'bool'],
  intValue: [3, 'int64'],
  doubleValue: [4, 'double'],
  arrayValue: [5, of(() => ({ values: [1, of(() => anyValue)] }))],
  kvlistValue: [6, of(() => ({ values: [1, of(() => keyValue)] }))],
  bytesValue: [7, 'base64'],
};
const keyValue: Message = { key: [1, 'string'], value: [2, of(() => anyValue)] };
const attributes = of(() => keyValue);
const resource: Message = { attributes: [1, attributes], droppedAttributesCount: [2, 'uint32'] };
const scope: Message = {
  name: [1, 'string'],
  version: [2, 'string'],
  attributes: [3, attributes],
  droppedAttributesCount: [4, 'uint32'],
};
const logRecord: Message = {
  timeUnixNano: [1, 'fixed64'],
  severityNumber: [2, 'enum'],
  severityText: [3, 'string'],
  body: [5, of(() => anyValue)],
  attributes: [6, attributes],
  droppedAttributesCount: [7, 'uint32'],
  flags: [8, 'fixed32'],
  traceId: [9, 'hex'],
  spanId: [10, 'hex'],
  observedTimeUnixNano: [11, 'fixed64'],
  eventName: [12, 'string'],
};
const event: Message = {
  timeUnixNano: [1, 'fixed64'],
  name: [2, 'string'],
  attributes: [3, attributes],
  droppedAttributesCount: [4, 'uint32'],
};
const link: Message = {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'string'],
  attributes: [4, attributes],
  droppedAttributesCount: [5, 'uint32'],
  flags: [6, 'fixed32'],
};
const span: Message = {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  traceState: [3, 'string'],
  parentSpanId: [4, 'hex'],
  name: [5, 'string'],
  kind: [6, 'enum'],
  startTimeUnixNano: [7, 'fixed64'],
  endTimeUnixNano: [8, 'fixed64'],
  attributes: [9, attributes],
  droppedAttributesCount: [10, 'uint32'],
  events: [11, of(() => event)],
  droppedEventsCount: [12, 'uint32'],
  links: [13, of(() => link)],
  droppedLinksCount: [14, 'uint32'],
  status: [15, of(() => ({ message: [2, 'string'], code: [3, 'enum'] }))],
  flags: [16, 'fixed32'],
};
const exemplar: Message = {
  timeUnixNano: [2, 'fixed64'],
  asDouble: [3, 'double'],
  spanId: [4, 'hex'],
  traceId: [5, 'hex'],
  asInt: [6, 'sfixed64'],
  filteredAttributes: [7, attributes],
};
const exemplars = of(() => exemplar);
const numberPoint: Message = {
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  asDouble: [4, 'double'],
  exemplars: [5, exemplars],
  asInt: [6, 'sfixed64'],
  attributes: [7, attributes],
  flags: [8, 'uint32'],
};
const histogramPoint: Message = {
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  bucketCounts: [6, 'packed fixed64'],
  explicitBounds: [7, 'packed double'],
  exemplars: [8, exemplars],
  attributes: [9, attributes],
  flags: [10, 'uint32'],
  min: [11, 'double'],
  max: [12, 'double'],
};
const buckets = of(() => ({ offset: [1, 'sint32'], bucketCounts: [2, 'packed uint64'] }));
const exponentialPoint: Message = {
  attributes: [1, attributes],
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  scale: [6, 'sint32'],
  zeroCount: [7, 'fixed64'],
  positive: [8, buckets],
  negative: [9, buckets],
  flags: [10, 'uint32'],
  exemplars: [11, exemplars],
  min: [12, 'double'],
  max: [13, 'double'],
  zeroThreshold: [14, 'double'],
};
const summaryPoint: Message = {
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  quantileValues: [6, of(() => ({ quantile: [1, 'double'], value: [2, 'double'] }))],
  attributes: [7, attributes],
  flags: [8, 'uint32'],
};
const data = (point: Message): FieldType =>
  of(() => ({ dataPoints: [1, of(() => point)], aggregationTemporality: [2, 'enum'], isMonotonic: [3, 'bool'] }));
const metric: Message = {
  name: [1, 'string'],
  description: [2, 'string'],
  unit: [3, 'string'],
  gauge: [5, data(numberPoint)],
  sum: [7, data(numberPoint)],
  histogram: [9, data(histogramPoint)],
  exponentialHistogram: [10, data(exponentialPoint)],
  summary: [11, data(summaryPoint)],
  metadata: [12, attributes],
};

function request(resources: string, scopes: string, items: string, item: Message): Message {
  const scopeItems: Message = {
    scope: [1, of(() => scope)],
    [items]: [2, of(() => item)],
    schemaUrl: [3, 'string'],
  };
  const resourceItems: Message = {
    resource: [1, of(() => resource)],
    [scopes]: [2, of(() => scopeItems)],
    schemaUrl: [3, 'string'],
  };
  return { [resources]: [1, of(() => resourceItems)] };
}

const REQUESTS = {
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  traces: request('resourceSpans', 'scopeSpans', 'spans', span),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
} as const;

/** `reversed`: writes the fields of every message from the last to the first, as a sender may. */
export function encodeOtlp(signal: keyof typeof REQUESTS, json: JsonObject, reversed = false): Uint8Array {
  const pbf = new PbfWriter();
  writeFields(pbf, REQUESTS[signal], json, reversed);
  return pbf.finish();
}

function writeFields(pbf: PbfWriter, message: Message, json: JsonObject, reversed: boolean): void {
  const entries = Object.entries(json);
  for (const [name, value] of reversed ? entries.reverse() : entries) {
    const [field, type] = message[name] ?? [];
    if (field === undefined || type === undefined || value === null) continue;
    if (typeof type === 'string') {
      writeScalar(pbf, field, type, value);
      continue;
    }
    for (const item of Array.isArray(value) ? value : [value]) {
      pbf.writeMessage(field, (it, inner) => writeFields(inner, type.message(), it as JsonObject, reversed), item);
    }
  }
}

function writeScalar(pbf: PbfWriter, field: number, type: Exclude<FieldType, object>, value: Json): void {
  switch (type) {
    case 'string':
      // Not writeStringField, which writes U+20000 as U+10000 (pbf 5.1.2).
      pbf.writeBytesField(field, Buffer.from(String(value)));
      return;
    case 'bool':
      pbf.writeBooleanField(field, value === true);
      return;
    case 'uint32':
    case 'enum':
      pbf.writeVarintField(field, Number(value));
      return;
    case 'sint32':
      pbf.writeSVarintField(field, Number(value));
      return;
    case 'fixed32':
      pbf.writeFixed32Field(field, Number(value));
      return;
    case 'double':
      pbf.writeDoubleField(field, Number(value));
      return;
    case 'hex':
      pbf.writeBytesField(field, Buffer.from(String(value), 'hex'));
      return;
    case 'base64':
      pbf.writeBytesField(field, Buffer.from(String(value), 'base64'));
      return;
    case 'int64':
      pbf.writeTag(field, 0);
      writeVarint64(pbf, BigInt.asUintN(64, BigInt(String(value))));
      return;
    case 'fixed64':
    case 'sfixed64':
      pbf.writeTag(field, 1);
      writeFixed64(pbf, BigInt(String(value)));
      return;
    case 'packed fixed64':
      pbf.writeMessage(field, (_, inner) => each(value, (count) => writeFixed64(inner, BigInt(count))), null);
      return;
    case 'packed uint64':
      pbf.writeMessage(field, (_, inner) => each(value, (count) => writeVarint64(inner, BigInt(count))), null);
      return;
    case 'packed double':
      pbf.writeMessage(field, (_, inner) => each(value, (bound) => inner.writeDouble(Number(bound))), null);
      return;
  }
}

function each(value: Json, write: (text: string) => void): void {
  for (const item of value as Json[]) write(String(item));
}

function writeFixed64(pbf: PbfWriter, value: bigint): void {
  const bits = BigInt.asUintN(64, value);
  pbf.writeFixed32(Number(bits & 0xffff_ffffn));
  pbf.writeFixed32(Number(bits >> 32n));
}

function writeVarint64(pbf: PbfWriter, value: bigint): void {
  let rest = value;
  for (; rest > 127n; rest >>= 7n) writeByte(pbf, Number((rest & 127n) | 128n));
  writeByte(pbf, Number(rest));
}

function writeByte(pbf: PbfWriter, byte: number): void {
  pbf.realloc(1);
  pbf.buf[pbf.pos++] = byte;
}
