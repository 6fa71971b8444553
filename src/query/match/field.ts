import { err, ok, type Result } from '../../shared/result.ts';
import type { LogRecord } from '../../wire/record.ts';
import type { FieldTest, QueryError, QueryNode } from '../language/ast.ts';
import { levelPlan, servicePlan, streamPlan, timePlan } from './indexed-field.ts';
import { type Clause, needleFor, propertyNeedle, quotedNeedle } from './needle.ts';
import { ALL_PLAN, type Plan } from './plan.ts';
import { clauseOf, globClauses, textMatcher } from './text.ts';
import { anyOf, needOfGlob, needOfText, type TokenNeed } from './token-need.ts';
import { MAX_PATH_NAMES, pathOf, scalarTest, someAt, someText, toNumber } from './values.ts';

type FieldNode = Extract<QueryNode, { kind: 'field' }>;
type Keyword = 'service' | 'id' | 'type' | 'traceId' | 'spanId' | 'sessionId' | 'userId';

const ATTRS_PREFIX = 'attrs.';

/** One `field:…` of a search. */
export function fieldPlan(node: FieldNode): Result<Plan, QueryError> {
  const { name, test } = node;
  switch (name) {
    case 'level':
      return levelPlan(node);
    case 'stream':
      return streamPlan(node);
    case 'ts':
    case 'timestamp':
      return timePlan(node);
    case 'message':
      return ok(messagePlan(test));
    case 'service':
      return ok(servicePlan(test, keywordPlan('service', test)));
    case 'id':
    case 'type':
    case 'traceId':
    case 'spanId':
    case 'sessionId':
    case 'userId':
      return ok(keywordPlan(name, test));
    case 'attrs':
      return allAttrsPlan(node);
    default:
      return attrPlan(name.startsWith(ATTRS_PREFIX) ? name.slice(ATTRS_PREFIX.length) : name, node);
  }
}

function leaf(matches: (record: LogRecord) => boolean, need: TokenNeed | null, clauses: readonly Clause[]): Plan {
  return { matches, need, clauses, verdict: () => 'some', levels: null, wantsSummary: false };
}

function messagePlan(test: FieldTest): Plan {
  if (test.kind === 'exists') return leaf((record) => record.message !== '', null, []);
  if (test.kind === 'text' && test.text === '') return leaf((record) => record.message === '', null, []);
  if (test.kind === 'text' || test.kind === 'glob') {
    const matcher = textMatcher(test);
    return leaf((record) => matcher.test(record.message, null), matcher.need, matcher.clauses);
  }
  const holds = scalarTest(test);
  return leaf((record) => holds(record.message), null, []);
}

function keywordPlan(name: Keyword, test: FieldTest): Plan {
  // `service` and `id` are in every line; the others only where they were given.
  const presence = clauseOf(propertyNeedle(name));
  if (test.kind === 'exists') return leaf((record) => (record[name] ?? '') !== '', null, presence);
  const holds = scalarTest(test);
  const matches = (record: LogRecord): boolean => {
    const value = record[name];
    return value !== undefined && holds(value);
  };
  switch (test.kind) {
    case 'text': {
      const folded = test.text.toLowerCase();
      return leaf(matches, name === 'id' ? null : needOfText(folded), clauseOf(quotedNeedle(folded)));
    }
    case 'glob':
      return leaf(matches, name === 'id' ? null : needOfGlob(test.parts), [...presence, ...globClauses(test.parts)]);
    default:
      return leaf(matches, null, presence);
  }
}

/** `attrs:word` looks into every attribute. */
function allAttrsPlan({ test, span }: FieldNode): Result<Plan, QueryError> {
  switch (test.kind) {
    case 'exists':
      return ok(leaf((record) => Object.keys(record.attrs).length > 0, null, []));
    case 'text':
    case 'glob': {
      if (test.kind === 'text' && test.text.trim() === '')
        return err({ ...span, reason: 'there is nothing between these quotes' });
      const matcher = textMatcher(test);
      return ok(leaf((record) => someText(record.attrs, matcher.test), matcher.need, matcher.clauses));
    }
    default:
      return err({ ...span, reason: 'name the attribute to compare, as in attrs.durationMs:>500' });
  }
}

function attrPlan(name: string, { test, span }: FieldNode): Result<Plan, QueryError> {
  const path = pathOf(name);
  if (!path) return err({ ...span, reason: `a field may have ${MAX_PATH_NAMES} names with dots between them` });
  const presence = clauseOf(propertyNeedle(name.slice(name.lastIndexOf('.') + 1)));
  if (test.kind === 'exists')
    return ok(leaf((record) => someAt(record.attrs, path, (value) => value !== null), null, presence));
  const holds = scalarTest(test);
  const matches = (record: LogRecord): boolean =>
    someAt(record.attrs, path, (value) => (value === null || typeof value !== 'object') && holds(value));
  switch (test.kind) {
    case 'text':
      return ok(leaf(matches, equalNeed(test.text), [...presence, ...equalClauses(test.text)]));
    case 'glob':
      return ok(leaf(matches, needOfGlob(test.parts), [...presence, ...globClauses(test.parts)]));
    default:
      return ok(leaf(matches, null, presence));
  }
}

function equalNeed(text: string): TokenNeed | null {
  const folded = text.toLowerCase();
  // null is no token.
  if (folded === 'null') return null;
  const number = toNumber(text);
  return number === null ? needOfText(folded) : anyOf([needOfText(folded), needOfText(String(number))]);
}

function equalClauses(text: string): readonly Clause[] {
  const folded = text.toLowerCase();
  if (folded === 'true' || folded === 'false' || folded === 'null') return clauseOf(needleFor(folded));
  const number = toNumber(text);
  if (number === null && !/^-?(?:infinity|nan)$/.test(folded)) return clauseOf(quotedNeedle(folded));
  const asText = needleFor(folded);
  const asNumber = number === null ? asText : needleFor(String(number).toLowerCase());
  return asText && asNumber ? [asText.text === asNumber.text ? [asText] : [asText, asNumber]] : [];
}

/** A word, phrase or pattern without a field: in everything that blocks/record-tokens.ts indexes. */
export function barePlan(node: Extract<QueryNode, { kind: 'bare' }>): Plan {
  const { test } = node;
  if (test.kind === 'glob' && test.parts.every((part) => part.kind === 'run')) return ALL_PLAN;
  const matcher = textMatcher(test);
  const holds = matcher.test;
  return leaf(
    (record) =>
      holds(record.message, null) ||
      holds(record.service, null) ||
      (record.type !== undefined && holds(record.type, null)) ||
      (record.traceId !== undefined && holds(record.traceId, null)) ||
      (record.spanId !== undefined && holds(record.spanId, null)) ||
      (record.sessionId !== undefined && holds(record.sessionId, null)) ||
      (record.userId !== undefined && holds(record.userId, null)) ||
      someText(record.attrs, holds),
    matcher.need,
    matcher.clauses,
  );
}
