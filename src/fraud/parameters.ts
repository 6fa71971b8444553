import { invalidInput } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { parseTime } from '../shared/time.ts';
import { REFERENCE_TYPES, RULE_NAMES } from '../wire/fraud.ts';
import { MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import type { EventQuery, LookupQuery } from './calls.ts';
import type { FraudError } from './errors.ts';

const DECISIONS = ['allow', 'review', 'deny'] as const;
const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
const HOUR_MS = 3_600_000;
/** The range of Date. */
const END_OF_TIME_MS = 8.64e15;
/** What is kept of counters. */
const MAX_RANGE_MS = 90 * 24 * HOUR_MS;

type Query = Readonly<Record<string, string | undefined>>;

/** Collects what is wrong, so that a caller hears of all of it at once. */
class Reader {
  readonly #query: Query;
  readonly #errors: { pointer: string; reason: string }[] = [];

  constructor(query: Query) {
    this.#query = query;
  }

  text(name: string): string | null {
    const value = this.#query[name] ?? '';
    if (value.length > MAX_IDENTIFIER_CHARS)
      return this.#refuse(name, `is longer than ${MAX_IDENTIFIER_CHARS} characters`);
    return value === '' ? null : value;
  }

  needed(name: string): string {
    return this.text(name) ?? this.#refuse(name, 'is missing') ?? '';
  }

  whole(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.#refuse(name, `must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | null {
    const text = this.text(name);
    if (text === null) return null;
    return choices.find((choice) => choice === text) ?? this.#refuse(name, `must be one of ${choices.join(', ')}`);
  }

  cursor(pattern: RegExp): string | null {
    const text = this.text('cursor');
    if (text === null || pattern.test(text)) return text;
    return this.#refuse('cursor', 'must be a nextCursor of this list');
  }

  time(name: string, fallbackMs: number): number {
    const text = this.text(name);
    if (text === null) return fallbackMs;
    return parseTime(text) ?? this.#refuse(name, 'must be Unix milliseconds or an ISO 8601 time') ?? fallbackMs;
  }

  /** `from` up to before `to`. */
  range(defaults: { fromOf: (toMs: number) => number; toMs: number }): { fromMs: number; toMs: number } {
    const toMs = this.time('to', defaults.toMs);
    const fromMs = this.time('from', defaults.fromOf(toMs));
    if (fromMs >= toMs) this.#refuse('to', 'must be after from');
    return { fromMs, toMs };
  }

  read<T>(value: T): Result<T, FraudError> {
    return this.#errors.length === 0 ? ok(value) : err({ kind: 'input', problem: invalidInput(this.#errors) });
  }

  #refuse(name: string, reason: string): null {
    this.#errors.push({ pointer: `/${name}`, reason });
    return null;
  }
}

/** Milliseconds and number of an event. */
const PLACE = /^\d{1,16}\.\d{1,16}$/;

/** `?from=&to=&minScore=&decision=&rule=&userId=&limit=&cursor=`: of all times where none is named. */
export function eventQuery(query: Query, { needsUser }: { needsUser: boolean }): Result<EventQuery, FraudError> {
  const reader = new Reader(query);
  return reader.read({
    userId: needsUser ? reader.needed('userId') : reader.text('userId'),
    ...reader.range({ fromOf: () => -END_OF_TIME_MS, toMs: END_OF_TIME_MS }),
    minScore: reader.whole('minScore', 0, 0, 100),
    decision: reader.oneOf('decision', DECISIONS),
    rule: reader.oneOf('rule', RULE_NAMES),
    cursor: reader.cursor(PLACE),
    limit: reader.whole('limit', DEFAULT_PAGE, 1, MAX_PAGE),
  });
}

/** `?minAccounts=&type=&userId=&reference=&limit=&cursor=`. */
export function lookupQuery(query: Query): Result<LookupQuery, FraudError> {
  const reader = new Reader(query);
  return reader.read({
    minAccounts: reader.whole('minAccounts', 2, 1, 1_000),
    type: reader.oneOf('type', REFERENCE_TYPES),
    userId: reader.text('userId'),
    reference: reader.text('reference'),
    cursor: reader.cursor(/^(phone|email|device)\.[\w-]{22}$/),
    limit: reader.whole('limit', DEFAULT_PAGE, 1, MAX_PAGE),
  });
}

/** `?userId=`. */
export function userQuery(query: Query): Result<string, FraudError> {
  const reader = new Reader(query);
  return reader.read(reader.needed('userId'));
}

/** `?from=&to=`: the last 24 hours where they are not named. */
export function rangeQuery(query: Query, nowMs: number): Result<{ fromMs: number; toMs: number }, FraudError> {
  const reader = new Reader(query);
  const { fromMs, toMs } = reader.range({ fromOf: (toMs) => toMs - 24 * HOUR_MS, toMs: nowMs });
  return reader.read({ fromMs: Math.max(fromMs, toMs - MAX_RANGE_MS), toMs });
}
