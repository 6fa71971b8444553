import { addTokens, type TokenSet } from '../blocks/index.ts';
import { type Edge, NO_EDGE, scrubText } from '../edge/index.ts';
import type { SeenNames } from '../limits/index.ts';
import {
  MAX_ATTRS_DEPTH,
  MAX_ATTRS_PROPERTIES,
  MAX_FUTURE_MS,
  MAX_IDENTIFIER_CHARS,
  MAX_RECORD_CHARS,
} from '../wire/limits.ts';
import { isStream, type Json, type JsonObject, type Level, STREAMS, type Stream } from '../wire/record.ts';
import { isContainerStream, isEcsService, liftAliases } from './aliases.ts';
import { toLevel } from './level.ts';
import { hasShape, shape } from './shape.ts';

/** What the request says for records that do not say it themselves. */
export interface Defaults {
  stream: Stream;
  service: string;
  nowMs: number;
  /** Left out where nothing is known of the sender but its records. */
  edge?: Edge;
}

/** A record ready to be stored, but for its id: `line` starts right after the id. */
export interface Normalised {
  stream: Stream;
  ts: number;
  level: Level;
  service: string;
  hasOwnTime: boolean;
  /** `,"ts":…}`: appended to `{"id":"<id>"`. */
  tail: string;
}

export interface Refusal {
  pointer: string;
  reason: string;
}

type Identifier = 'traceId' | 'spanId' | 'sessionId' | 'userId' | 'type';
const IDENTIFIERS: readonly Identifier[] = ['traceId', 'spanId', 'sessionId', 'userId', 'type'];
/** RFC 3339 with an optional time: Date.parse alone takes far more than anyone means. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * One record as the client sent it → as it is stored. Pure but for `tokens`, which receives the record's words (null: nobody wants
 * them now), and `seen`, which receives the names of a record that is taken. Top-level fields that the envelope does not know move into `attrs`, so nothing a client says is lost; `id` is the
 * server's to give.
 */
export function normalise(
  input: Json,
  defaults: Defaults,
  tokens: TokenSet | null,
  seen: SeenNames | null = null,
): Normalised | Refusal {
  // Raw JSON is a number that no double can hold: it looks like an object and is none.
  if (input === null || typeof input !== 'object' || Array.isArray(input) || JSON.isRawJSON(input)) {
    return { pointer: '', reason: 'a record must be a JSON object' };
  }
  let ts = defaults.nowMs;
  let hasOwnTime = false;
  let stream = defaults.stream;
  let level: Level | null = null;
  let service = defaults.service;
  let message = '';
  let attrs: JsonObject | null = null;
  let extra: JsonObject | null = null;
  let identifiers = '';

  for (const key of Object.keys(input)) {
    const value = input[key] as Json;
    switch (key) {
      case 'message':
        if (typeof value === 'string') {
          message = value;
        } else if (value !== null) {
          const text = typeof value === 'boolean' ? String(value) : numberText(value);
          if (text === null) return { pointer: '/message', reason: 'must be a string' };
          message = text;
        }
        break;
      case 'ts':
      case 'timestamp': {
        if (value === null) break;
        const parsed = toUnixMs(value);
        if (parsed === null) return { pointer: `/${key}`, reason: 'must be Unix milliseconds or an ISO 8601 time' };
        if (parsed > defaults.nowMs + MAX_FUTURE_MS)
          return { pointer: `/${key}`, reason: 'is more than 24 h in the future' };
        // Two times: the first in the record is its time, the other is kept like any field that the envelope does not know.
        if (hasOwnTime) extra = withField(extra, key, value);
        else ts = parsed;
        hasOwnTime = true;
        break;
      }
      case 'level': {
        if (value === null) break;
        if (typeof value !== 'string' && typeof value !== 'number')
          return { pointer: '/level', reason: 'must be a string or a number' };
        const known = toLevel(value);
        if (known) level = known;
        else extra = withField(extra, 'level', value);
        break;
      }
      case 'service':
        if (value === null) break;
        if (isEcsService(value)) {
          extra = withField(extra, key, value);
          break;
        }
        if (typeof value !== 'string') return { pointer: '/service', reason: 'must be a string' };
        if (value.length > MAX_IDENTIFIER_CHARS) return tooLong('/service');
        service = value;
        break;
      case 'attrs':
        if (value === null) break;
        if (typeof value !== 'object' || Array.isArray(value) || JSON.isRawJSON(value)) {
          return { pointer: '/attrs', reason: 'must be an object' };
        }
        attrs = value;
        break;
      case 'stream':
        if (value === null) break;
        if (isContainerStream(value)) {
          extra = withField(extra, key, value);
          break;
        }
        if (!isStream(value)) return { pointer: '/stream', reason: `must be one of ${STREAMS.join(', ')}` };
        stream = value;
        break;
      case 'traceId':
      case 'spanId':
      case 'sessionId':
      case 'userId':
      case 'type': {
        if (value === null) break;
        const text = typeof value === 'string' ? value : numberText(value);
        if (text === null) return { pointer: `/${key}`, reason: 'must be a string' };
        if (text.length > MAX_IDENTIFIER_CHARS) return tooLong(`/${key}`);
        break;
      }
      default:
        extra = withField(extra, key, value);
    }
  }
  const lifted = extra === null ? null : liftAliases(input, extra, hasOwnTime, defaults.nowMs);
  if (lifted) {
    ({ ts = ts, message = message, service = service } = lifted);
    level = lifted.level ?? level;
    hasOwnTime ||= lifted.ts !== undefined;
  }
  level ??= stream === 'errors' ? 'error' : 'info';
  // Before they are merged: finding free names for thousands of fields takes quadratic time.
  if (attrs && extra && Object.keys(attrs).length + Object.keys(extra).length > MAX_ATTRS_PROPERTIES) return tooMany();
  let allAttrs = extra ? mergeAttrs(attrs, extra) : attrs;
  const edge = defaults.edge ?? NO_EDGE;
  if (edge.browser !== null) message = scrubText(message);
  let shapedType: string | null = null;
  if (hasShape(stream, edge)) {
    const type = typeof input.type === 'string' ? input.type : null;
    const shaped = shape({ stream, message, type, attrs: allAttrs ?? {}, at: placeIn(attrs, extra) }, edge);
    if (!shaped.ok) return shaped.error;
    allAttrs = shaped.value.attrs;
    shapedType = shaped.value.type;
  }
  let attrsJson = '{}';
  if (allAttrs) {
    const walk: Walk = { tokens, properties: 0 };
    const refusal = walkAttrs(walk, allAttrs, 1, '/attrs');
    if (refusal) return refusal;
    if (walk.properties > 0) attrsJson = JSON.stringify(allAttrs);
  }
  for (const key of IDENTIFIERS) {
    const value = input[key] ?? lifted?.[key as keyof typeof lifted] ?? (key === 'type' ? shapedType : null);
    if (value === undefined || value === null) continue;
    const text = typeof value === 'string' ? value : (numberText(value) ?? '');
    identifiers += `,"${key}":${JSON.stringify(text)}`;
    if (tokens) addTokens(tokens, text);
  }
  if (tokens) {
    addTokens(tokens, message);
    addTokens(tokens, service);
  }
  const tail = `","ts":${ts},"stream":"${stream}","level":"${level}","service":${JSON.stringify(service)},"message":${JSON.stringify(message)},"attrs":${attrsJson}${identifiers}}`;
  if (tail.length > MAX_RECORD_CHARS) return { pointer: '', reason: `is larger than ${MAX_RECORD_CHARS} characters` };
  seen?.record(service, allAttrs);
  return { stream, ts, level, service, hasOwnTime, tail };
}

export function isRefusal(value: Normalised | Refusal): value is Refusal {
  return 'reason' in value;
}

function tooLong(pointer: string): Refusal {
  return { pointer, reason: `is longer than ${MAX_IDENTIFIER_CHARS} characters` };
}

function tooMany(): Refusal {
  return { pointer: '/attrs', reason: `has more than ${MAX_ATTRS_PROPERTIES} properties` };
}

/** The digits of a number, as many as the client sent where a double cannot hold them; null for what is no number. */
function numberText(value: Json): string | null {
  if (typeof value === 'number') return String(value);
  return JSON.isRawJSON(value) ? value.rawJSON : null;
}

/** Null for what is no time. Fractions of a millisecond are dropped. */
export function toUnixMs(value: Json): number | null {
  const number = JSON.isRawJSON(value) ? Number(value.rawJSON) : value;
  // 8.64e15 ms is the range of Date; anything outside it is no time that could be shown.
  if (typeof number === 'number') return Math.abs(number) <= 8.64e15 ? Math.floor(number) : null;
  if (typeof value !== 'string' || !ISO_8601.test(value) || !isDay(value)) return null;
  const ms = Date.parse(value.replace(' ', 'T').replace(',', '.'));
  return Number.isNaN(ms) ? null : ms;
}

/** Date.parse takes the 30th of February for the 1st of March. */
function isDay(iso: string): boolean {
  const day = Number(iso.slice(8, 10));
  return (
    day <= 28 || new Date(Date.UTC(Number(iso.slice(0, 4)), Number(iso.slice(5, 7)) - 1, day)).getUTCDate() === day
  );
}

/** Defines the property, because assignment would set the prototype for a field named `__proto__`. */
function withField(target: JsonObject | null, key: string, value: Json): JsonObject {
  const object = target ?? {};
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

/** The client's own `attrs` keep their names; a top-level field of the same name gets underscores behind it. */
function mergeAttrs(attrs: JsonObject | null, extra: JsonObject): JsonObject {
  if (!attrs) return extra;
  let merged: JsonObject | null = null;
  for (const key of Object.keys(attrs)) merged = withField(merged, key, attrs[key] as Json);
  for (const key of Object.keys(extra)) {
    let name = key;
    while (merged && Object.hasOwn(merged, name)) name += '_';
    merged = withField(merged, name, extra[key] as Json);
  }
  return merged ?? {};
}

/** Where a merged attribute came from. */
function placeIn(attrs: JsonObject | null, extra: JsonObject | null): (name: string) => string {
  return (path) => {
    const [name = ''] = path.split('/', 1);
    const isOutside = extra !== null && Object.hasOwn(extra, name) && !(attrs && Object.hasOwn(attrs, name));
    return isOutside ? `/${path}` : `/attrs/${path}`;
  };
}

interface Walk {
  tokens: TokenSet | null;
  properties: number;
}

/** Checks depth and size, and collects the words on the way. */
function walkAttrs(walk: Walk, value: Json, depth: number, pointer: string): Refusal | null {
  if (typeof value === 'string') {
    if (walk.tokens) addTokens(walk.tokens, value);
    return null;
  }
  if (value === null) return null;
  if (typeof value !== 'object') {
    if (walk.tokens) addTokens(walk.tokens, String(value));
    return null;
  }
  if (JSON.isRawJSON(value)) {
    // As every later reader will see it: through JSON.parse.
    if (walk.tokens) addTokens(walk.tokens, String(JSON.parse(value.rawJSON)));
    return null;
  }
  if (depth > MAX_ATTRS_DEPTH) return { pointer, reason: `is nested deeper than ${MAX_ATTRS_DEPTH} levels` };
  for (const key of Object.keys(value)) {
    if (++walk.properties > MAX_ATTRS_PROPERTIES) return tooMany();
    const item = (value as JsonObject)[key] as Json;
    const refusal =
      typeof item === 'object' && item !== null
        ? walkAttrs(walk, item, depth + 1, `${pointer}/${escapePointer(key)}`)
        : walkAttrs(walk, item, depth + 1, pointer);
    if (refusal) return refusal;
  }
  return null;
}

/** RFC 6901, section 3. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
