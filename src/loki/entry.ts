import { toLevel } from '../ingest/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';

/** Labels that name the sender, best first. `service_name` is what Loki itself derives (its `discover_service_name`). */
const SERVICE_LABELS = ['service', 'service_name', 'app', 'job'] as const;
/** Labels that say the level, best first; `detected_level` is Loki's own guess. */
const LEVEL_LABELS = ['level', 'detected_level', 'severity'] as const;
/** As Tempo, the OpenTelemetry Collector and pino write them. */
const IDENTIFIERS: Readonly<Record<string, 'traceId' | 'spanId'>> = {
  trace_id: 'traceId',
  traceID: 'traceId',
  traceId: 'traceId',
  span_id: 'spanId',
  spanID: 'spanId',
  spanId: 'spanId',
};

/** What all entries of a Loki stream have in common. */
export interface StreamFields {
  /** Envelope fields that the labels name. */
  envelope: JsonObject;
  attrs: JsonObject;
  /** Of its labels, which each entry repeats. */
  chars: number;
}

/** Loki's own limits (15 labels of 1,024 and 2,048 characters) come to 46 Ki; nobody reaches a third of that. */
const MAX_LABELS_CHARS = 16 * 1024;

/**
 * Labels → fields of the record. Each becomes an attribute of its own name, so that `job:nginx` finds it; what the envelope has a place for goes
 * there, and stays an attribute too where the envelope's name is another (`service_name`), or where it does not fit.
 */
export function streamFields(labels: JsonObject): Result<StreamFields, string> {
  let chars = 0;
  for (const [name, value] of Object.entries(labels)) {
    if (typeof value === 'object' && value !== null) return err('a label must be a text');
    chars += name.length + String(value).length;
  }
  if (chars > MAX_LABELS_CHARS) return err(`the labels are longer than ${MAX_LABELS_CHARS} characters`);
  const fields: StreamFields = { envelope: {}, attrs: {}, chars };
  place(fields, labels);
  return ok(fields);
}

/**
 * One entry → a record with our names. Structured metadata stands beside the labels; the line stays as it is, JSON or not. Without a time it gets
 * that of its receipt.
 */
export function entryRecord(
  stream: StreamFields,
  ts: number | null,
  line: string,
  metadata: JsonObject | null,
): JsonObject {
  if (metadata === null) return { ...stream.envelope, ts, message: line, attrs: stream.attrs };
  const own = { envelope: { ...stream.envelope }, attrs: { ...stream.attrs } };
  place(own, metadata);
  return { ...own.envelope, ts, message: line, attrs: own.attrs };
}

function place({ envelope, attrs }: Pick<StreamFields, 'envelope' | 'attrs'>, values: JsonObject): void {
  for (const [name, value] of Object.entries(values)) {
    const identifier = Object.hasOwn(IDENTIFIERS, name) ? IDENTIFIERS[name] : undefined;
    if (identifier && isShortText(value)) envelope[identifier] = value;
    else if (name !== 'level' && !(name === 'service' && isShortText(value))) setFree(attrs, name, value);
  }
  const service = SERVICE_LABELS.map((name) => values[name]).find(isShortText);
  if (service !== undefined) envelope.service = service;
  const named = LEVEL_LABELS.map((name) => values[name]).find((value) => isLevelText(value) && toLevel(value) !== null);
  // An unknown `level` goes where the envelope keeps it: the record is info and attrs.level says what the client said.
  const level = named ?? values.level;
  if (isLevelText(level)) envelope.level = level;
}

/** Both a label and structured metadata may have a name: the first keeps it, as everywhere in `attrs`. */
function setFree(attrs: JsonObject, name: string, value: Json): void {
  let free = name;
  while (Object.hasOwn(attrs, free)) free += '_';
  Object.defineProperty(attrs, free, { value, enumerable: true, configurable: true, writable: true });
}

function isShortText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_IDENTIFIER_CHARS;
}

function isLevelText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

const NANOS_PER_MS = 1_000_000n;

/** A Unix time in nanoseconds as text → milliseconds, fractions dropped. Null for what is none; never by a double, which holds 16 digits of 19. */
export function nanosToMs(text: string): number | null {
  if (!/^-?\d{1,19}$/.test(text)) return null;
  const nanos = BigInt(text);
  const ms = nanos / NANOS_PER_MS;
  return Number(nanos < 0n && ms * NANOS_PER_MS !== nanos ? ms - 1n : ms);
}
