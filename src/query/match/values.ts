import type { Json } from '../../wire/record.ts';
import type { Comparison, FieldTest } from '../language/ast.ts';
import { compileGlob, matchesWhole } from './glob.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text writes, or null where it writes none. */
export function toNumber(text: string): number | null {
  return NUMBER.test(text) ? Number(text) : null;
}

export type Scalar = string | number | boolean | null;

/** A test of one value of `attrs`. Arrays and objects never reach it: their items do. */
export type ScalarTest = (value: Scalar) => boolean;

export function scalarTest(test: Exclude<FieldTest, { kind: 'exists' }>): ScalarTest {
  switch (test.kind) {
    case 'text':
      return equals(test.text);
    case 'glob': {
      const glob = compileGlob(test.parts);
      return (value) =>
        value !== null &&
        matchesWhole(glob, typeof value === 'string' ? value.toLowerCase() : String(value).toLowerCase());
    }
    case 'compare':
      return orderTest(test.bound, (order) => holds(test.op, order));
    case 'range': {
      const low =
        test.low === null ? null : orderTest(test.low, (order) => holds(test.lowInclusive ? '>=' : '>', order));
      const high =
        test.high === null ? null : orderTest(test.high, (order) => holds(test.highInclusive ? '<=' : '<', order));
      return (value) => value !== null && (low === null || low(value)) && (high === null || high(value));
    }
  }
}

/** Without regard to case; a number also by its value, so that `1.50` finds 1.5. */
function equals(text: string): ScalarTest {
  const folded = text.toLowerCase();
  const number = toNumber(text);
  return (value) => {
    if (typeof value === 'string') return value.toLowerCase() === folded;
    if (typeof value === 'number') return value === number || String(value).toLowerCase() === folded;
    return String(value) === folded;
  };
}

export function holds(op: Comparison, order: number): boolean {
  switch (op) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
  }
}

/** Numbers are compared as numbers, also where the record has them as text; other bounds by the order of folded text. */
function orderTest(bound: string, accepts: (order: number) => boolean): ScalarTest {
  const number = toNumber(bound);
  if (number !== null) {
    return (value) => {
      const own = typeof value === 'number' ? value : typeof value === 'string' ? toNumber(value.trim()) : null;
      return own !== null && accepts(own === number ? 0 : own - number);
    };
  }
  const folded = bound.toLowerCase();
  return (value) => {
    if (typeof value !== 'string') return false;
    const own = value.toLowerCase();
    return accepts(own < folded ? -1 : own > folded ? 1 : 0);
  };
}

/** Names joined by dots in one field. Twice as deep as attributes nest; each of them is tried with and without its neighbours. */
export const MAX_PATH_NAMES = 32;

/** For each name of a dotted field, what a property may be called that begins there: that name, it and the next one, and so on. */
export type Path = readonly (readonly string[])[];

/** Made once for a search, because it is asked for every record. Null where the field has more than MAX_PATH_NAMES names. */
export function pathOf(field: string): Path | null {
  const names = field.split('.');
  if (names.length > MAX_PATH_NAMES) return null;
  return names.map((_, from) => names.slice(from).map((_, more) => names.slice(from, from + more + 1).join('.')));
}

/**
 * Calls `test` with each value at a path of `attrs` until one holds. Names with dots in them are found as they are (`"http.status"`)
 * and as nested objects, arrays by each of their items. `from`: names that lead to this value.
 */
export function someAt(value: Json, path: Path, test: (value: Json) => boolean, from = 0): boolean {
  if (Array.isArray(value)) return value.some((item) => someAt(item, path, test, from));
  const candidates = path[from];
  if (!candidates) return test(value);
  if (value === null || typeof value !== 'object') return false;
  for (let more = 0; more < candidates.length; more++) {
    const name = candidates[more] as string;
    if (Object.hasOwn(value, name) && someAt(value[name] as Json, path, test, from + more + 1)) return true;
  }
  return false;
}

/** Calls `test` with the text of each value inside, as the token filter sees it (blocks/record-tokens.ts), until one holds. */
export function someText(value: Json, test: (text: string, number: number | null) => boolean): boolean {
  if (typeof value === 'string') return test(value, null);
  if (typeof value === 'number') return test(String(value), value);
  if (typeof value === 'boolean') return test(String(value), null);
  if (value === null) return false;
  if (Array.isArray(value)) return value.some((item) => someText(item, test));
  for (const name in value) if (someText(value[name] as Json, test)) return true;
  return false;
}
