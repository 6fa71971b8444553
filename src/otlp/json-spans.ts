import type { Json } from '../wire/record.ts';
import type { Context, SpanEvent, SpanLink } from './fields.ts';
import { itemObject, type JsonExport } from './json-item.ts';
import type { Piece } from './json-parts.ts';
import type { JsonReader } from './json-values.ts';
import { spanRecord } from './span-record.ts';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
);
const CODES = ['UNSET', 'OK', 'ERROR'].map((name) => `STATUS_CODE_${name}`);

/** Span. */
export function readJsonSpan(from: JsonExport, item: Piece, context: Context): void {
  const { read, intake } = from;
  const json = itemObject(from, item);
  if (json === null) return;
  read.flaw = context.flaw;
  const status = read.object(json.status, '/status');
  const span = {
    traceId: read.hex(json.traceId, '/traceId'),
    spanId: read.hex(json.spanId, '/spanId'),
    parentSpanId: read.hex(json.parentSpanId, '/parentSpanId'),
    traceState: read.text(json.traceState, '/traceState'),
    flags: read.int(json.flags, '/flags'),
    name: read.text(json.name, '/name'),
    kind: read.enumeration(json.kind, KINDS, '/kind'),
    start: read.instant(json.startTimeUnixNano, '/startTimeUnixNano'),
    end: read.instant(json.endTimeUnixNano, '/endTimeUnixNano'),
    attributes: read.attributes(json.attributes, '/attributes'),
    droppedAttributesCount: read.int(json.droppedAttributesCount, '/droppedAttributesCount'),
    events: read.list(json.events, '/events').map((event) => readEvent(read, event)),
    droppedEventsCount: read.int(json.droppedEventsCount, '/droppedEventsCount'),
    links: read.list(json.links, '/links').map((link) => readLink(read, link)),
    droppedLinksCount: read.int(json.droppedLinksCount, '/droppedLinksCount'),
    statusCode: read.enumeration(status.code, CODES, '/status/code'),
    statusMessage: read.text(status.message, '/status/message'),
  };
  if (read.flaw !== null) intake.reject(read.flaw);
  else intake.take(spanRecord(span, context), context.chars);
}

function readEvent(read: JsonReader, value: Json): SpanEvent {
  const event = read.object(value, '/events');
  return {
    time: read.instant(event.timeUnixNano, '/events'),
    name: read.text(event.name, '/events'),
    attributes: read.attributes(event.attributes, '/events', 3),
    droppedAttributesCount: read.int(event.droppedAttributesCount, '/events'),
  };
}

function readLink(read: JsonReader, value: Json): SpanLink {
  const link = read.object(value, '/links');
  return {
    traceId: read.hex(link.traceId, '/links'),
    spanId: read.hex(link.spanId, '/links'),
    traceState: read.text(link.traceState, '/links'),
    attributes: read.attributes(link.attributes, '/links', 3),
    droppedAttributesCount: read.int(link.droppedAttributesCount, '/links'),
    flags: read.int(link.flags, '/links'),
  };
}
