import { err, ok, type Result } from '../../shared/result.ts';
import { MAX_FUTURE_MS } from '../../wire/limits.ts';
import { type CompiledQuery, compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import { ParameterReader, type Parameters } from '../parameters.ts';
import { decodeCursor, type Position } from '../walk/order.ts';

export interface TimelineRequest {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  limit: number;
  after: Position | null;
}

/** A session is looked at because of what it is; its id leads past the blocks that do not have it. */
const TIMELINE_RANGE_MS = 30 * 24 * 3_600_000;
const DEFAULT_RECORDS = 200;
const MAX_RECORDS = 1_000;

export function readTimelineRequest(parameters: Parameters, nowMs: number): Result<TimelineRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const cursorText = reader.text('cursor');
  const cursor = cursorText === null ? null : decodeCursor(cursorText);
  if (cursorText !== null && cursor?.order !== 'asc') reader.refuse('cursor', 'must be a nextCursor of this list');
  const range = cursor ?? readRange(reader, nowMs, TIMELINE_RANGE_MS);
  const limit = reader.count('limit', DEFAULT_RECORDS, 1, MAX_RECORDS);
  return reader.finish({ fromMs: range.fromMs, toMs: range.toMs, limit, after: cursor?.after ?? null });
}

/** Clocks of clients may be a little ahead. */
function readRange(reader: ParameterReader, nowMs: number, rangeMs: number): { fromMs: number; toMs: number } {
  const toMs = reader.time('to') ?? nowMs + MAX_FUTURE_MS;
  const fromMs = reader.time('from') ?? Math.min(nowMs, toMs) - rangeMs;
  if (fromMs >= toMs) reader.refuse('to', 'must be after from');
  return { fromMs, toMs };
}

export interface SessionsRequest {
  fromMs: number;
  toMs: number;
  /** Sessions of which a record matches. */
  query: CompiledQuery;
  limit: number;
}

const SESSIONS_RANGE_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const DEFAULT_SESSIONS = 100;
const MAX_SESSIONS = 500;

export function readSessionsRequest(parameters: Parameters, nowMs: number): Result<SessionsRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  // From a whole minute on, so that a repeat finds the kept answer.
  const range = readRange(reader, Math.floor(nowMs / MINUTE_MS) * MINUTE_MS, SESSIONS_RANGE_MS);
  const limit = reader.count('limit', DEFAULT_SESSIONS, 1, MAX_SESSIONS);
  const checked = reader.finish(null);
  if (!checked.ok) return checked;
  const query = compileQuery(reader.text('q') ?? '');
  if (!query.ok) return err({ kind: 'invalid_query', error: query.error });
  return ok({ ...range, query: query.value, limit });
}
