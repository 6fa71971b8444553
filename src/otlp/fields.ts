/** What OTLP's messages say, out of either encoding, on the way to a record. Fields that are absent have protobuf's defaults. */
import { MAX_ATTRS_PROPERTIES } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import type { Instant } from './instant.ts';

/** Why one record cannot be stored. */
export interface Flaw {
  /** RFC 6901, into the record as OTLP's JSON has it; '' for the whole. */
  pointer: string;
  reason: string;
}

/** As BatchBuilder counts them; told by the readers, before the record is built of them. */
export const TOO_MANY_PROPERTIES: Flaw = { pointer: '', reason: `has more than ${MAX_ATTRS_PROPERTIES} properties` };
export const TOO_MANY_OF_ONE_NAME: Flaw = { pointer: '', reason: 'has too many attributes of one name' };

/** What holds for every record of one scope. */
export interface Context {
  /** Null where the resource does not name one. */
  service: string | null;
  /** Null where there is nothing to say. */
  resource: JsonObject | null;
  scope: JsonObject | null;
  flaw: Flaw | null;
  /** Length of resource and scope as JSON: what each record of the scope repeats. */
  chars: number;
}

export interface ResourceFields {
  attributes: JsonObject;
  droppedAttributesCount: number;
  schemaUrl: string;
}

export interface ScopeFields extends ResourceFields {
  name: string;
  version: string;
}

export interface LogFields {
  time: Instant | null;
  observed: Instant | null;
  severityNumber: number;
  severityText: string;
  /** Undefined: none. */
  body: Json | undefined;
  attributes: JsonObject;
  droppedAttributesCount: number;
  flags: number;
  traceId: string;
  spanId: string;
  eventName: string;
}

export interface SpanFields {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  traceState: string;
  flags: number;
  name: string;
  kind: number;
  start: Instant | null;
  end: Instant | null;
  attributes: JsonObject;
  droppedAttributesCount: number;
  events: SpanEvent[];
  droppedEventsCount: number;
  links: SpanLink[];
  droppedLinksCount: number;
  statusCode: number;
  statusMessage: string;
}

export interface SpanEvent {
  time: Instant | null;
  name: string;
  attributes: JsonObject;
  droppedAttributesCount: number;
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: JsonObject;
  droppedAttributesCount: number;
  flags: number;
}

export type MetricType = 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary';

/** A metric without its data points. */
export interface MetricFields {
  name: string;
  unit: string;
  description: string;
  metadata: JsonObject;
  /** Null: none that is known, and so no data points. */
  type: MetricType | null;
  temporality: number;
  monotonic: boolean;
}

export interface PointFields {
  start: Instant | null;
  time: Instant | null;
  labels: JsonObject;
  flags: number;
  exemplars: ExemplarFields[];
  /** Of a gauge or a sum. Undefined: not recorded. */
  value: Json | undefined;
  count: Json;
  sum: Json | undefined;
  min: Json | undefined;
  max: Json | undefined;
  bounds: Json[];
  counts: Json[];
  scale: number;
  zeroCount: Json;
  zeroThreshold: Json;
  positive: BucketFields;
  negative: BucketFields;
  quantiles: { quantile: Json; value: Json }[];
}

export interface BucketFields {
  offset: number;
  counts: Json[];
}

export interface ExemplarFields {
  time: Instant | null;
  value: Json | undefined;
  traceId: string;
  spanId: string;
  attributes: JsonObject;
}

export function newLog(): LogFields {
  return {
    time: null,
    observed: null,
    severityNumber: 0,
    severityText: '',
    body: undefined,
    attributes: {},
    droppedAttributesCount: 0,
    flags: 0,
    traceId: '',
    spanId: '',
    eventName: '',
  };
}

export function newSpan(): SpanFields {
  return {
    traceId: '',
    spanId: '',
    parentSpanId: '',
    traceState: '',
    flags: 0,
    name: '',
    kind: 0,
    start: null,
    end: null,
    attributes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    statusCode: 0,
    statusMessage: '',
  };
}

export function newMetric(): MetricFields {
  return { name: '', unit: '', description: '', metadata: {}, type: null, temporality: 0, monotonic: false };
}

export function newPoint(): PointFields {
  return {
    start: null,
    time: null,
    labels: {},
    flags: 0,
    exemplars: [],
    value: undefined,
    count: 0,
    sum: undefined,
    min: undefined,
    max: undefined,
    bounds: [],
    counts: [],
    scale: 0,
    zeroCount: 0,
    zeroThreshold: 0,
    positive: { offset: 0, counts: [] },
    negative: { offset: 0, counts: [] },
    quantiles: [],
  };
}

export function newExemplar(): ExemplarFields {
  return { time: null, value: undefined, traceId: '', spanId: '', attributes: {} };
}

export function newResource(): ResourceFields {
  return { attributes: {}, droppedAttributesCount: 0, schemaUrl: '' };
}

export function newScope(): ScopeFields {
  return { name: '', version: '', attributes: {}, droppedAttributesCount: 0, schemaUrl: '' };
}
