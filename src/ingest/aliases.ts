import { MAX_FUTURE_MS, MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import type { Json, JsonObject, Level } from '../wire/record.ts';
import { toLevel } from './level.ts';

/**
 * The names that common senders use for what the envelope has a name for: pino and bunyan (`time`, `msg`, `name`), Fluent Bit (`date`, `log`),
 * Docker (`time`, `log`), journald (`MESSAGE`, `PRIORITY`), Python (`levelname`), and the Elastic Common Schema (`@timestamp`, `log.level`,
 * `service.name`, `trace.id`, with dots or nested).
 */
const TIMES = ['@timestamp', 'time', 'date'] as const;
const MESSAGES = ['msg', 'log', 'MESSAGE'] as const;
const LEVELS = ['log.level', 'severity', 'levelname', 'PRIORITY'] as const;
const SERVICES = ['service.name', 'service_name'] as const;
const TRACES = ['trace.id', 'trace_id'] as const;
const SPANS = ['span.id', 'span_id', 'transaction.id'] as const;

/** What aliases say, of what the record does not say by our names. */
export interface Lifted {
  ts?: number;
  message?: string;
  level?: Level;
  service?: string;
  traceId?: string;
  spanId?: string;
}

/**
 * Looks among the fields that the envelope does not know for those it has another name for. Only what the record lacks is taken; an alias at the
 * top is taken out of `extra`, one inside an object is copied, and whatever does not read as what it is an alias of stays where it is. Never a
 * reason to refuse a record.
 */
export function liftAliases(input: JsonObject, extra: JsonObject, hasOwnTime: boolean, nowMs: number): Lifted {
  const lifted: Lifted = {};
  const isPinoLike = typeof input.level === 'number' && (input.time !== undefined || input.pid !== undefined);
  if (!hasOwnTime) {
    const ts = take(extra, TIMES, (value) => aliasedTime(value, nowMs));
    if (ts !== null) lifted.ts = ts;
  }
  if (isMissing(input.message)) {
    const message = take(extra, MESSAGES, (value) => (typeof value === 'string' ? value : null));
    if (message !== null) lifted.message = message;
  }
  if (isMissing(input.level)) {
    const level = take(extra, LEVELS, aliasedLevel) ?? aliasedLevel(inside(extra.log, 'level') ?? null);
    if (level !== null) lifted.level = level;
  }
  if (typeof input.service !== 'string') {
    const service =
      take(extra, SERVICES, shortText) ??
      shortText(inside(extra.service, 'name')) ??
      (isPinoLike ? take(extra, NAME, shortText) : null);
    if (service !== null) lifted.service = service;
  }
  if (isMissing(input.traceId)) {
    const traceId = take(extra, TRACES, shortText) ?? shortText(inside(extra.trace, 'id'));
    if (traceId !== null) lifted.traceId = traceId;
  }
  if (isMissing(input.spanId)) {
    const spanId =
      take(extra, SPANS, shortText) ??
      shortText(inside(extra.span, 'id')) ??
      shortText(inside(extra.transaction, 'id'));
    if (spanId !== null) lifted.spanId = spanId;
  }
  return lifted;
}
const NAME = ['name'] as const;

/** What a container's log driver calls a stream is none of ours; of any other unknown one the sender is told. */
export function isContainerStream(value: Json): boolean {
  return value === 'stdout' || value === 'stderr';
}

/** `service: {name: …}` of the Elastic Common Schema, in the place where we expect a text. */
export function isEcsService(value: Json): boolean {
  return shortText(inside(value, 'name')) !== null;
}

function take<T>(extra: JsonObject, names: readonly string[], read: (value: Json) => T | null): T | null {
  for (const name of names) {
    if (!Object.hasOwn(extra, name)) continue;
    const found = read(extra[name] as Json);
    if (found === null) continue;
    delete extra[name];
    return found;
  }
  return null;
}

function isMissing(value: Json | undefined): boolean {
  return value === undefined || value === null;
}

function inside(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function shortText(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_IDENTIFIER_CHARS ? value : null;
}

/** Syslog's severities (RFC 5424, 6.2.1), as journald writes them in PRIORITY. */
const BY_PRIORITY: readonly Level[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug'];

function aliasedLevel(value: Json): Level | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return (/^[0-7]$/.test(String(value)) ? BY_PRIORITY[Number(value)] : null) ?? toLevel(value);
}

/** With a time of day: `date` alone is as often a birthday as a time stamp. */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?$/;
/** 2000-01-01: what is older is a duration, a count or a broken clock. */
const MIN_MS = 946_684_800_000;

/** Unix seconds, milliseconds, microseconds or nanoseconds, told apart by their size, or an ISO 8601 time. Null for what may be no time. */
function aliasedTime(value: Json, nowMs: number): number | null {
  const number = JSON.isRawJSON(value) ? Number(value.rawJSON) : value;
  let ms = Number.NaN;
  if (typeof number === 'number') {
    // From 1973 to 5138 the four do not overlap.
    const perMs = number < 1e14 ? 1 : number < 1e17 ? 1e3 : 1e6;
    // Half a microsecond more: 1700000000.123 seconds are a little less than 123 milliseconds as a double.
    ms = Math.floor(number < 1e11 ? number * 1e3 + 5e-4 : number / perMs);
  } else if (typeof number === 'string' && DATE_TIME.test(number)) {
    ms = Date.parse(number.replace(' ', 'T').replace(',', '.'));
  }
  return ms >= MIN_MS && ms <= nowMs + MAX_FUTURE_MS ? ms : null;
}
