import { err, ok, type Result } from '../shared/result.ts';
import { parseTime } from '../shared/time.ts';
import { DEFAULT_PAGE_RECORDS, MAX_PAGE_RECORDS } from '../wire/limits.ts';
import { isStream, STREAMS } from '../wire/record.ts';
import { compileQuery } from './compile.ts';
import type { ReadError } from './errors.ts';
import { DEFAULT_RANGE_MS } from './limits.ts';
import { pathOf } from './match/values.ts';
import type { Scope, SearchRequest } from './search.ts';
import { decodeCursor, type Order } from './walk/order.ts';

/** Beyond every date that a record can have. */
const END_OF_TIME_MS = 8.64e15;
const MINUTE_MS = 60_000;

/** Query parameters as they came; a repeated one counts once. */
export type Parameters = Readonly<Record<string, string | undefined>>;

type Finding = { pointer: string; reason: string };

/** Collects what is wrong with the parameters, so that a caller hears of all of it at once. */
export class ParameterReader {
  readonly #parameters: Parameters;
  readonly #findings: Finding[] = [];

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  text(name: string): string | null {
    const value = this.#parameters[name];
    return value === undefined || value === '' ? null : value;
  }

  refuse(name: string, reason: string): null {
    this.#findings.push({ pointer: `/${name}`, reason });
    return null;
  }

  time(name: string): number | null {
    const text = this.text(name);
    if (text === null) return null;
    return parseTime(text) ?? this.refuse(name, 'must be Unix milliseconds or an ISO 8601 time');
  }

  count(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.refuse(name, `must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === null) return fallback;
    const choice = choices.find((known) => known === text);
    if (choice === undefined) this.refuse(name, `must be one of ${choices.join(', ')}`);
    return choice ?? fallback;
  }

  /** `ok` where nothing was wrong. */
  finish<T>(value: T): Result<T, ReadError> {
    return this.#findings.length === 0 ? ok(value) : err({ kind: 'invalid_input', errors: this.#findings });
  }
}

/** What holds where the parameters do not say. */
interface RangeDefaults {
  fromMs?: number;
  toMs?: number;
}

/**
 * `from`, `to`, `q` and `stream`. Without `from` the range is the last hour, from a whole minute on so that a repeat finds the cached answer;
 * without `to` it is open, because records may be dated a little ahead of this clock.
 */
function readScope(
  reader: ParameterReader,
  projectId: string,
  nowMs: number,
  defaults: RangeDefaults,
): Result<Scope, ReadError> {
  const toMs = reader.time('to') ?? defaults.toMs ?? END_OF_TIME_MS;
  const fromMs = reader.time('from') ?? defaults.fromMs ?? Math.min(wholeMinute(nowMs), toMs) - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) reader.refuse('to', 'must be after from');
  const streamText = reader.text('stream');
  const stream = isStream(streamText) ? streamText : null;
  if (streamText !== null && stream === null) reader.refuse('stream', `must be one of ${STREAMS.join(', ')}`);
  const checked = reader.finish(null);
  if (!checked.ok) return checked;
  const query = compileQuery(reader.text('q') ?? '');
  if (!query.ok) return err({ kind: 'invalid_query', error: query.error });
  return ok({ projectId, query: query.value, fromMs, toMs, stream });
}

function wholeMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

export function readSearch(parameters: Parameters, projectId: string, nowMs: number): Result<SearchRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const cursorText = reader.text('cursor');
  const cursor = cursorText === null ? null : decodeCursor(cursorText);
  if (cursorText !== null && cursor === null) reader.refuse('cursor', 'must be a nextCursor of this search');
  const order: Order = reader.oneOf('order', ['desc', 'asc'], cursor?.order ?? 'desc');
  if (cursor && cursor.order !== order) reader.refuse('cursor', `belongs to order=${cursor.order}`);
  const limit = reader.count('limit', DEFAULT_PAGE_RECORDS, 1, MAX_PAGE_RECORDS);
  const scope = readScope(reader, projectId, nowMs, cursor ?? {});
  return scope.ok ? ok({ ...scope.value, order, limit, after: cursor?.after ?? null }) : scope;
}

const MAX_BUCKETS = 1_000;
const DEFAULT_BUCKETS = 60;

export function readHistogram(
  parameters: Parameters,
  projectId: string,
  nowMs: number,
): Result<{ scope: Scope; buckets: number }, ReadError> {
  const reader = new ParameterReader(parameters);
  const buckets = reader.count('buckets', DEFAULT_BUCKETS, 1, MAX_BUCKETS);
  // A picture needs an end: that of the minute that is running, which makes whole minutes of the hour before it.
  const toMs = wholeMinute(nowMs) + MINUTE_MS;
  const fromMs = Math.min(toMs, reader.time('to') ?? toMs) - DEFAULT_RANGE_MS;
  const scope = readScope(reader, projectId, nowMs, { fromMs, toMs });
  return scope.ok ? ok({ scope: scope.value, buckets }) : scope;
}

export const EXPORT_FORMATS = ['ndjson', 'json', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export function readExport(
  parameters: Parameters,
  projectId: string,
  nowMs: number,
): Result<{ scope: Scope; format: ExportFormat }, ReadError> {
  const reader = new ParameterReader(parameters);
  const format = reader.oneOf('format', EXPORT_FORMATS, 'ndjson');
  const scope = readScope(reader, projectId, nowMs, {});
  return scope.ok ? ok({ scope: scope.value, format }) : scope;
}

const MAX_NEIGHBOURS = 100;
const DEFAULT_NEIGHBOURS = 10;

export function readContext(
  parameters: Parameters,
): Result<{ before: number; after: number; tsHint: number | null }, ReadError> {
  const reader = new ParameterReader(parameters);
  const before = reader.count('before', DEFAULT_NEIGHBOURS, 0, MAX_NEIGHBOURS);
  const after = reader.count('after', DEFAULT_NEIGHBOURS, 0, MAX_NEIGHBOURS);
  return reader.finish({ before, after, tsHint: reader.time('ts') });
}

const MAX_FACET_FIELDS = 10;
const MAX_FACET_VALUES = 100;
const DEFAULT_FACET_VALUES = 10;
const DEFAULT_FACET_FIELDS = 'level,service,stream';
/** Longer ones are no names of attributes. */
const MAX_FIELD_CHARS = 256;

export function readFacets(
  parameters: Parameters,
  projectId: string,
  nowMs: number,
): Result<{ scope: Scope; fields: string[]; limit: number }, ReadError> {
  const reader = new ParameterReader(parameters);
  const limit = reader.count('limit', DEFAULT_FACET_VALUES, 1, MAX_FACET_VALUES);
  const names = (reader.text('fields') ?? DEFAULT_FACET_FIELDS).split(',').map((name) => name.trim());
  const fields = [...new Set(names)];
  if (fields.some((name) => name === '' || name === 'attrs.' || name.length > MAX_FIELD_CHARS || !pathOf(name))) {
    reader.refuse('fields', 'must be names of fields, separated by commas');
  }
  if (fields.length > MAX_FACET_FIELDS) reader.refuse('fields', `may name ${MAX_FACET_FIELDS} fields`);
  const scope = readScope(reader, projectId, nowMs, {});
  return scope.ok ? ok({ scope: scope.value, fields, limit }) : scope;
}
