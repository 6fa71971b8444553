import type { Json, JsonObject } from '../wire/record.ts';
import type { EtlSchema, FieldRule } from './schema.ts';
import { toText } from './transform/cast.ts';
import { getField, isObject, type Path, parsePath, pointerOf } from './transform/path.ts';
import type { Failure } from './transform/transform.ts';

/** Fields that a record may always have: the envelope (src/ingest/normalise.ts). */
const ENVELOPE: readonly string[] = [
  ...['ts', 'timestamp', 'stream', 'level', 'service', 'message', 'attrs'],
  ...['traceId', 'spanId', 'sessionId', 'userId', 'type'],
];

export type Check = (record: Json) => Failure | null;

/** Step load: the value becomes a record. Fields that nobody knows are kept, dropped from it, or a reason to refuse it. */
export function compileLoad({ unknownFields, fields }: EtlSchema): Check {
  const known = new Set([...ENVELOPE, ...fields.map(({ field }) => parsePath(field)?.[0] ?? field)]);
  return function load(record) {
    if (!isObject(record)) return { pointer: '', reason: 'a record must be an object', transformation: null };
    if (unknownFields === 'keep') return null;
    for (const name of Object.keys(record)) {
      if (known.has(name)) continue;
      if (unknownFields === 'reject') return failure([name], 'is not in the schema');
      delete record[name];
    }
    return null;
  };
}

/** Step validate, as far as the schema says it. */
export function compileRules(rules: readonly FieldRule[]): Check {
  const compiled = rules.map((rule) => ({ rule, path: parsePath(rule.field) ?? [rule.field] }));
  return function checkRules(record) {
    for (const { rule, path } of compiled) {
      const value = getField(record as JsonObject, path);
      if (value === undefined || value === null) {
        if (rule.required) return failure(path, 'is required');
        continue;
      }
      const reason = broken(rule, value);
      if (reason !== null) return failure(path, reason);
    }
    return null;
  };
}

function broken(rule: FieldRule, value: Json): string | null {
  const { type, oneOf, min, max, maxLength } = rule;
  if (type !== undefined && !hasType(value, type)) return `must be of type ${type}`;
  if (oneOf !== undefined && !oneOf.some((allowed) => allowed === value)) return 'is none of the values allowed';
  if (min !== undefined || max !== undefined) {
    const number = numberOf(value);
    if (number === null) return 'must be a number';
    if (min !== undefined && number < min) return `must be at least ${min}`;
    if (max !== undefined && number > max) return `must be at most ${max}`;
  }
  if (maxLength !== undefined && lengthOf(value) > maxLength) return `is longer than ${maxLength}`;
  return null;
}

function hasType(value: Json, type: NonNullable<FieldRule['type']>): boolean {
  switch (type) {
    case 'integer': {
      if (typeof value === 'number') return Number.isInteger(value);
      return isRaw(value) && /^-?\d+$/.test(value.rawJSON);
    }
    case 'number':
      return typeof value === 'number' || isRaw(value);
    case 'object':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function numberOf(value: Json): number | null {
  if (typeof value === 'number') return value;
  return isRaw(value) ? Number(value.rawJSON) : null;
}

/** Of an array its items, of anything else its characters. */
function lengthOf(value: Json): number {
  return Array.isArray(value) ? value.length : toText(value).length;
}

function isRaw(value: Json): value is Json & { rawJSON: string } {
  return value !== null && typeof value === 'object' && JSON.isRawJSON(value);
}

function failure(path: Path, reason: string): Failure {
  return { pointer: pointerOf(path), reason, transformation: null };
}
