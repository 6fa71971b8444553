import { toBase64 } from '../../shared/bytes.ts';
import type { Json, JsonObject } from '../../wire/record.ts';

/**
 * What a binary format has and JSON has not: bytes become base64 text, integers beyond 2^53 keep their digits, NaN and the infinities become
 * their names, undefined becomes null, keys become text. Changes containers in place, so that a record of plain values costs one look at each.
 */
export function toJson(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return integer(value);
    case 'object':
      return value === null ? null : objectToJson(value);
    default:
      return null;
  }
}

function objectToJson(value: object): Json {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = toJson(value[i]);
    return value;
  }
  if (value instanceof Uint8Array) return toBase64(value);
  if (value instanceof Map) return fromMap(value);
  if (JSON.isRawJSON(value)) return value as unknown as Json;
  const record = value as Record<string, unknown>;
  for (const key in record) {
    const inner = record[key];
    if (typeof inner !== 'string') record[key] = toJson(inner);
  }
  return record as JsonObject;
}

function fromMap(map: Map<unknown, unknown>): JsonObject {
  const entries: [string, Json][] = [];
  for (const [key, inner] of map) entries.push([keyText(key), toJson(inner)]);
  // As own properties, `__proto__` too.
  return Object.fromEntries(entries);
}

/** Text as it is; of every other key its JSON, of bytes base64. */
export function keyText(key: unknown): string {
  const json = toJson(key);
  return typeof json === 'string' ? json : JSON.stringify(json);
}

/** A number where a double holds it, the digits where not. */
export function integer(value: bigint): Json {
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : (JSON.rawJSON(String(value)) as unknown as Json);
}

/** What a Date can say, ±8.64e12 seconds. */
const MAX_DATE_SECONDS = 8.64e12;

/** ISO 8601 in UTC with as many digits as are needed, three or nine; of a time that no calendar has, its seconds. */
export function timestampText(seconds: number, nanoseconds: number): string {
  if (Math.abs(seconds) > MAX_DATE_SECONDS || nanoseconds >= 1e9) {
    return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
  }
  const text = new Date(seconds * 1000).toISOString();
  const digits = String(nanoseconds).padStart(9, '0');
  return `${text.slice(0, -4)}${digits.endsWith('000000') ? digits.slice(0, 3) : digits}Z`;
}
