import { type Context, newSpan, type SpanEvent, type SpanFields, type SpanLink } from './fields.ts';
import type { Intake } from './intake.ts';
import { readKeyValue } from './protobuf-values.ts';
import { spanRecord } from './span-record.ts';
import type { WireReader } from './wire-reader.ts';

/** Span (trace/v1/trace.proto). */
export function readSpan(r: WireReader, context: Context, intake: Intake): void {
  const end = r.messageEnd();
  const span = newSpan();
  r.begin(context.flaw);
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        span.traceId = r.hex();
        break;
      case 0x12:
        span.spanId = r.hex();
        break;
      case 0x1a:
        span.traceState = r.text();
        break;
      case 0x22:
        span.parentSpanId = r.hex();
        break;
      case 0x2a:
        span.name = r.text();
        break;
      case 0x30:
        span.kind = r.varint();
        break;
      case 0x39:
        span.start = r.instant();
        break;
      case 0x41:
        span.end = r.instant();
        break;
      case 0x4a:
        readKeyValue(r, span.attributes);
        break;
      case 0x50:
        span.droppedAttributesCount = r.varint();
        break;
      case 0x5a:
        if (r.hasRoom()) span.events.push(readEvent(r));
        else r.skip(tag);
        break;
      case 0x60:
        span.droppedEventsCount = r.varint();
        break;
      case 0x6a:
        if (r.hasRoom()) span.links.push(readLink(r));
        else r.skip(tag);
        break;
      case 0x70:
        span.droppedLinksCount = r.varint();
        break;
      case 0x7a:
        readStatus(r, span);
        break;
      case 0x85:
        span.flags = r.fixed32();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  if (r.malformed !== null) return;
  if (r.flaw !== null) intake.reject(r.flaw);
  else intake.take(spanRecord(span, context), context.chars);
}

function readEvent(r: WireReader): SpanEvent {
  const end = r.messageEnd();
  const event: SpanEvent = { time: null, name: '', attributes: {}, droppedAttributesCount: 0 };
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x09:
        event.time = r.instant();
        break;
      case 0x12:
        event.name = r.text();
        break;
      case 0x1a:
        readKeyValue(r, event.attributes, 3);
        break;
      case 0x20:
        event.droppedAttributesCount = r.varint();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return event;
}

function readLink(r: WireReader): SpanLink {
  const end = r.messageEnd();
  const link: SpanLink = {
    traceId: '',
    spanId: '',
    traceState: '',
    attributes: {},
    droppedAttributesCount: 0,
    flags: 0,
  };
  while (r.pos < end) {
    const tag = r.tag();
    switch (tag) {
      case 0x0a:
        link.traceId = r.hex();
        break;
      case 0x12:
        link.spanId = r.hex();
        break;
      case 0x1a:
        link.traceState = r.text();
        break;
      case 0x22:
        readKeyValue(r, link.attributes, 3);
        break;
      case 0x28:
        link.droppedAttributesCount = r.varint();
        break;
      case 0x35:
        link.flags = r.fixed32();
        break;
      default:
        r.skip(tag);
    }
  }
  r.close(end);
  return link;
}

function readStatus(r: WireReader, span: SpanFields): void {
  const end = r.messageEnd();
  while (r.pos < end) {
    const tag = r.tag();
    if (tag === 0x12) span.statusMessage = r.text();
    else if (tag === 0x18) span.statusCode = r.varint();
    else r.skip(tag);
  }
  r.close(end);
}
