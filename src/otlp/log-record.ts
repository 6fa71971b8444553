import { toLevel } from '../ingest/index.ts';
import type { Json, JsonObject, Level } from '../wire/record.ts';
import { putField } from './attributes.ts';
import type { Context, LogFields } from './fields.ts';
import { type Instant, nanosText } from './instant.ts';

/** SeverityNumber (opentelemetry.io/docs/specs/otel/logs/data-model): four numbers for each of our levels, from 1. */
const LEVELS_BY_SEVERITY: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const NUMBERS_PER_LEVEL = 4;
const MAX_SEVERITY = 24;
/** Of a message that is made of a structured body, which is whole in `attrs.body`. */
const MAX_BODY_TEXT_CHARS = 1_024;

/** A log record as the BatchBuilder takes it. Docs: docs/api.md, OTLP. */
export function logRecord(log: LogFields, context: Context): JsonObject {
  const attrs = log.attributes;
  const { body, severityNumber, severityText } = log;
  let message = log.eventName;
  if (typeof body === 'string') {
    message = body;
  } else if (body !== undefined) {
    message = textOfBody(body);
    putField(attrs, 'body', body);
  }
  let level = levelOfNumber(severityNumber);
  // What the level does not say of the severity.
  if (severityNumber !== 0 && (level === null || severityNumber % NUMBERS_PER_LEVEL !== 1)) {
    putField(attrs, 'severityNumber', severityNumber);
  }
  if (severityText !== '') {
    const named = toLevel(severityText);
    level ??= named;
    if (severityText.toLowerCase() !== level) putField(attrs, 'severityText', severityText);
  }
  const time = log.time ?? log.observed;
  if (log.eventName !== '') putField(attrs, 'eventName', log.eventName);
  if (log.droppedAttributesCount !== 0) putField(attrs, 'droppedAttributesCount', log.droppedAttributesCount);
  if (log.flags !== 0) putField(attrs, 'flags', log.flags);
  if (time !== null) putNanos(attrs, 'timeUnixNano', time);
  if (log.time !== null && log.observed !== null && log.observed.ms !== log.time.ms) {
    putField(attrs, 'observedTs', log.observed.ms);
  }
  putContext(attrs, context);
  const record: JsonObject = { level: level ?? 'info', message, attrs };
  if (time !== null) record.ts = time.ms;
  if (context.service !== null) record.service = context.service;
  putIds(record, log.traceId, log.spanId);
  return record;
}

function levelOfNumber(severity: number): Level | null {
  if (severity < 1 || severity > MAX_SEVERITY) return null;
  return LEVELS_BY_SEVERITY[Math.floor((severity - 1) / NUMBERS_PER_LEVEL)] ?? null;
}

/** What a reader of the list sees of a structured body: its own message where it has one, else the beginning of its JSON. */
function textOfBody(body: Json): string {
  if (body !== null && typeof body === 'object' && !Array.isArray(body)) {
    const own = body.message ?? body.msg;
    if (typeof own === 'string' && own !== '') return own;
  }
  const text = JSON.stringify(body);
  return text.length > MAX_BODY_TEXT_CHARS ? `${text.slice(0, MAX_BODY_TEXT_CHARS).toWellFormed()}…` : text;
}

/** The record's `ts` has the milliseconds; finer digits are kept as text, because no double holds them. */
export function putNanos(attrs: JsonObject, name: string, instant: Instant): void {
  const text = nanosText(instant);
  if (text !== null) putField(attrs, name, text);
}

export function putContext(attrs: JsonObject, { resource, scope }: Context): void {
  if (resource !== null) putField(attrs, 'resource', resource);
  if (scope !== null) putField(attrs, 'scope', scope);
}

/** Ids of nothing but zeros are none (W3C trace context). */
export function putIds(record: JsonObject, traceId: string, spanId: string): void {
  if (isId(traceId)) record.traceId = traceId;
  if (isId(spanId)) record.spanId = spanId;
}

export function isId(id: string): boolean {
  return id !== '' && !/^0+$/.test(id);
}
