import type { JsonObject } from '../wire/record.ts';
import { putField } from './attributes.ts';
import type { Context, SpanEvent, SpanFields, SpanLink } from './fields.ts';
import { millisecondsBetween, nanosText } from './instant.ts';
import { isId, putContext, putIds, putNanos } from './log-record.ts';

/** Span.SpanKind; 0 is unspecified. */
const KINDS: readonly (string | null)[] = [null, 'internal', 'server', 'client', 'producer', 'consumer'];
/** Status.StatusCode. */
const STATUSES: readonly string[] = ['unset', 'ok', 'error'];

/** A span as the BatchBuilder takes it: dated by its start. Docs: docs/api.md, OTLP. */
export function spanRecord(span: SpanFields, context: Context): JsonObject {
  const attrs = span.attributes;
  const status = STATUSES[span.statusCode] ?? 'unset';
  if (isId(span.parentSpanId)) putField(attrs, 'parentSpanId', span.parentSpanId);
  if (span.start !== null) putNanos(attrs, 'startTimeUnixNano', span.start);
  if (span.start !== null && span.end !== null) {
    putField(attrs, 'durationMs', millisecondsBetween(span.start, span.end));
  }
  putField(attrs, 'status', status);
  if (span.statusMessage !== '') putField(attrs, 'statusMessage', span.statusMessage);
  if (span.traceState !== '') putField(attrs, 'traceState', span.traceState);
  if (span.flags !== 0) putField(attrs, 'flags', span.flags);
  if (span.events.length > 0) putField(attrs, 'events', span.events.map(eventOf));
  if (span.links.length > 0) putField(attrs, 'links', span.links.map(linkOf));
  for (const name of ['droppedAttributesCount', 'droppedEventsCount', 'droppedLinksCount'] as const) {
    if (span[name] !== 0) putField(attrs, name, span[name]);
  }
  putContext(attrs, context);
  const record: JsonObject = { level: status === 'error' ? 'error' : 'info', message: span.name, attrs };
  const time = span.start ?? span.end;
  if (time !== null) record.ts = time.ms;
  if (context.service !== null) record.service = context.service;
  putIds(record, span.traceId, span.spanId);
  const kind = KINDS[span.kind] ?? null;
  if (kind !== null) record.type = kind;
  return record;
}

function eventOf({ time, name, attributes, droppedAttributesCount }: SpanEvent): JsonObject {
  const event: JsonObject = { name };
  if (time !== null) {
    event.ts = time.ms;
    const nanos = nanosText(time);
    if (nanos !== null) event.timeUnixNano = nanos;
  }
  putDetails(event, attributes, droppedAttributesCount);
  return event;
}

function linkOf({ traceId, spanId, traceState, attributes, droppedAttributesCount, flags }: SpanLink): JsonObject {
  const link: JsonObject = { traceId, spanId };
  if (traceState !== '') link.traceState = traceState;
  if (flags !== 0) link.flags = flags;
  putDetails(link, attributes, droppedAttributesCount);
  return link;
}

function putDetails(into: JsonObject, attributes: JsonObject, droppedAttributesCount: number): void {
  if (Object.keys(attributes).length > 0) into.attributes = attributes;
  if (droppedAttributesCount !== 0) into.droppedAttributesCount = droppedAttributesCount;
}
