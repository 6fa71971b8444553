import { OTHER, type Summary } from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { ok, type Result } from '../shared/result.ts';
import type { Json, Level, LogRecord } from '../wire/record.ts';
import { aggregate, type Counted, type Counter } from './aggregate.ts';
import type { ReadError } from './errors.ts';
import { pathOf, someAt } from './match/values.ts';
import type { LineMatch } from './scan/scan.ts';
import type { Scope } from './search.ts';
import type { Countable } from './walk/walk.ts';

/** Different values counted by name for one field; where there are more, the rarest go to `other`. An identifier would fill the memory else. */
const MAX_VALUES = 10_000;
/** Longer values are no categories. */
export const MAX_VALUE_CHARS = 256;
const ATTRS_PREFIX = 'attrs.';
const ENVELOPE = ['level', 'service', 'stream', 'message', 'type', 'traceId', 'spanId', 'sessionId', 'userId'] as const;

export interface Facet {
  field: string;
  /** The most frequent ones, most frequent first. */
  values: { value: string; count: number }[];
  /** Occurrences of all other values. */
  other: number;
  /** Records without the field. */
  missing: number;
  /** True where there were so many values that rare ones were not told apart; counts by name may then be too low, by what `other` has of them. */
  truncated: boolean;
}

export interface Facets extends Counted {
  facets: Facet[];
  /** Records that match. */
  records: number;
}

/** How often each value of the fields occurs among matching records. An array counts with each of its items. Errors: store_away. */
export async function facets(
  ctx: Ctx,
  scope: Scope,
  fields: readonly string[],
  limit: number,
): Promise<Result<Facets, ReadError>> {
  const counts = new FacetCounts(scope, fields);
  const counted = await aggregate(ctx, scope, counts);
  if (!counted.ok) return counted;
  return ok({ facets: counts.facets(limit), records: counts.records, ...counted.value });
}

class FieldCounts {
  readonly field: string;
  readonly #read: (record: LogRecord, found: (value: string) => void) => void;
  readonly #counts = new Map<string, number>();
  #other = 0;
  #missing = 0;
  #truncated = false;

  constructor(field: string) {
    this.field = field;
    this.#read = fieldReader(field);
  }

  add(record: LogRecord): void {
    let isMissing = true;
    this.#read(record, (value) => {
      isMissing = false;
      this.count(value, 1);
    });
    if (isMissing) this.#missing++;
  }

  count(value: string, count: number): void {
    const known = this.#counts.get(value);
    if (known !== undefined) {
      this.#counts.set(value, known + count);
    } else if (value.length > MAX_VALUE_CHARS) {
      this.#fold(count);
    } else {
      if (this.#counts.size >= MAX_VALUES) this.#forgetRarest();
      this.#counts.set(value, count);
    }
  }

  /** So that a value is told however late it comes, if only it is frequent (lossy counting: Manku, Motwani 2002). */
  #forgetRarest(): void {
    // Of equals the newest: what stays from the beginning is counted in full.
    const rarestFirst = [...this.#counts].reverse().sort(([, m], [, n]) => m - n);
    for (const [value, count] of rarestFirst.slice(0, MAX_VALUES / 2)) {
      this.#counts.delete(value);
      this.#fold(count);
    }
  }

  #fold(count: number): void {
    this.#truncated = true;
    this.#other += count;
  }

  facet(limit: number): Facet {
    const sorted = [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    const values = sorted.slice(0, limit).map(([value, count]) => ({ value, count }));
    const rest = sorted.slice(limit).reduce((sum, [, count]) => sum + count, 0);
    return { field: this.field, values, other: rest + this.#other, missing: this.#missing, truncated: this.#truncated };
  }
}

/** The values of a field in a record. The same names as in the search language. */
export function fieldReader(field: string): (record: LogRecord, found: (value: string) => void) => void {
  const envelope = ENVELOPE.find((name) => name === field);
  if (envelope) {
    return (record, found) => {
      const value = record[envelope];
      if (value !== undefined) found(value);
    };
  }
  const path = pathOf(field.startsWith(ATTRS_PREFIX) ? field.slice(ATTRS_PREFIX.length) : field);
  return (record, found) => {
    if (!path) return;
    someAt(record.attrs, path, (value: Json) => {
      if (value !== null && typeof value !== 'object') found(String(value));
      return false;
    });
  };
}

class FacetCounts implements Counter {
  readonly needSummaries: boolean;
  readonly #scope: Scope;
  readonly #fields: readonly FieldCounts[];
  readonly #names: ReadonlySet<string>;
  records = 0;

  constructor(scope: Scope, fields: readonly string[]) {
    this.#scope = scope;
    this.#fields = fields.map((field) => new FieldCounts(field));
    this.#names = new Set(fields);
    this.needSummaries = fields.every((field) => field === 'level' || field === 'service' || field === 'stream');
  }

  canCount({ summary, verdict }: Countable): boolean {
    if (!this.needSummaries) return false;
    if (!this.#names.has('service')) return true;
    // Services are not counted by level, and those that were folded have lost their names.
    return verdict === 'all' && !Object.hasOwn(summary.services, OTHER);
  }

  count({ head, summary, verdict }: Countable): void {
    const { levels } = this.#scope.query;
    const wanted = Object.entries(summary.levels).filter(
      ([level]) => verdict === 'all' || levels === null || levels.has(level as Level),
    );
    const records = wanted.reduce((sum, [, count]) => sum + count, 0);
    this.records += records;
    for (const counts of this.#fields) {
      if (counts.field === 'stream') counts.count(head.stream, records);
      else for (const [value, count] of valuesOf(counts.field, wanted, summary)) counts.count(value, count);
    }
  }

  add({ record }: LineMatch): void {
    this.records++;
    for (const counts of this.#fields) counts.add(record);
  }

  facets(limit: number): Facet[] {
    return this.#fields.map((counts) => counts.facet(limit));
  }
}

function valuesOf(field: string, levels: [string, number][], summary: Summary): [string, number][] {
  return field === 'level' ? levels : Object.entries(summary.services);
}
