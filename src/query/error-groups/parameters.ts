import { fromBase64Url, toBase64Url, utf8 } from '../../shared/bytes.ts';
import type { Result } from '../../shared/result.ts';
import type { ErrorStatus } from '../../wire/error-groups.ts';
import type { LabelFilter } from '../cells/question.ts';
import type { ReadError } from '../errors.ts';
import { ParameterReader, type Parameters } from '../parameters.ts';
import { readScope } from '../vitals/parameters.ts';
import { decodeCursor, type Position } from '../walk/order.ts';

export const SORTS = ['count', 'lastSeen', 'firstSeen', 'sessions'] as const;
export type Sort = (typeof SORTS)[number];
const STATUSES: readonly ErrorStatus[] = ['open', 'resolved', 'ignored', 'regressed'];

export interface GroupsRequest {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  filters: LabelFilter[];
  sort: Sort;
  /** Folded; '' is any text. */
  text: string;
  status: ErrorStatus | null;
  limit: number;
  after: Place | null;
}

/** Where a group stands in its list. */
export interface Place {
  weight: number;
  fingerprint: string;
}

const DEFAULT_GROUPS = 50;
const MAX_GROUPS = 200;
const MAX_TEXT_CHARS = 256;

export function readGroupsRequest(parameters: Parameters, nowMs: number): Result<GroupsRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const cursorText = reader.text('cursor');
  const cursor = cursorText === null ? null : decodePlace(cursorText);
  if (cursorText !== null && cursor === null) reader.refuse('cursor', 'must be a nextCursor of this list');
  const scope = readScope(reader, nowMs);
  const sort = reader.oneOf('sort', SORTS, cursor?.sort ?? 'count');
  if (cursor && cursor.sort !== sort) reader.refuse('cursor', `belongs to sort=${cursor.sort}`);
  const text = (reader.text('q') ?? '').trim().toLowerCase();
  if (text.length > MAX_TEXT_CHARS) reader.refuse('q', `must have at most ${MAX_TEXT_CHARS} characters`);
  return reader.finish({
    // "The last day" stays the same day on every page.
    ...{ fromMs: cursor?.fromMs ?? scope.fromMs, toMs: cursor?.toMs ?? scope.toMs, filters: scope.filters, sort, text },
    status: reader.text('status') === null ? null : reader.oneOf('status', STATUSES, 'open'),
    limit: reader.count('limit', DEFAULT_GROUPS, 1, MAX_GROUPS),
    after: cursor && { weight: cursor.weight, fingerprint: cursor.fingerprint },
  });
}

interface Cursor extends Place {
  sort: Sort;
  fromMs: number;
  toMs: number;
}

const CURSOR = /^(count|lastSeen|firstSeen|sessions) (-?\d{1,16}) ([0-9a-f]{16}) (-?\d{1,16}) (-?\d{1,16})$/;

export function encodePlace({ sort, weight, fingerprint, fromMs, toMs }: Cursor): string {
  return toBase64Url(utf8(`${sort} ${weight} ${fingerprint} ${fromMs} ${toMs}`));
}

function decodePlace(text: string): Cursor | null {
  const match = CURSOR.exec(new TextDecoder().decode(fromBase64Url(text) ?? new Uint8Array(0)));
  if (!match) return null;
  const [, sort, weight, fingerprint = '', fromMs, toMs] = match;
  return { sort: sort as Sort, weight: Number(weight), fingerprint, fromMs: Number(fromMs), toMs: Number(toMs) };
}

export interface DetailRequest {
  fromMs: number;
  toMs: number;
  limit: number;
  /** Of occurrences. */
  after: Position | null;
}

/** A group is looked at because of what it is, not when: as far as rollups know minutes. */
const DETAIL_RANGE_MS = 30 * 24 * 3_600_000;
const DEFAULT_OCCURRENCES = 20;
const MAX_OCCURRENCES = 100;

export function readDetailRequest(parameters: Parameters, nowMs: number): Result<DetailRequest, ReadError> {
  const reader = new ParameterReader(parameters);
  const cursorText = reader.text('cursor');
  const cursor = cursorText === null ? null : decodeCursor(cursorText);
  if (cursorText !== null && cursor?.order !== 'desc') reader.refuse('cursor', 'must be a nextCursor of this list');
  const { fromMs, toMs } = readScope(reader, nowMs, DETAIL_RANGE_MS);
  return reader.finish({
    ...{ fromMs: cursor?.fromMs ?? fromMs, toMs: cursor?.toMs ?? toMs, after: cursor?.after ?? null },
    limit: reader.count('limit', DEFAULT_OCCURRENCES, 1, MAX_OCCURRENCES),
  });
}
