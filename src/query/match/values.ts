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

/**
 * Calls `test` with each value at a path of `attrs` until one holds. Names with dots in them are found as they are (`"http.status"`)
 * and as nested objects, arrays by each of their items.
 */
export function someAt(value: Json, path: readonly string[], test: (value: Json) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => someAt(item, path, test));
  if (path.length === 0) return test(value);
  if (value === null || typeof value !== 'object') return false;
  for (let taken = 1; taken <= path.length; taken++) {
    const name = taken === 1 ? (path[0] as string) : path.slice(0, taken).join('.');
    if (Object.hasOwn(value, name) && someAt(value[name] as Json, path.slice(taken), test)) return true;
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
