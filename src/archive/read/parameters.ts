import { fromBase64Url, toBase64Url, utf8 } from '../../shared/bytes.ts';
import { readCursor } from '../../shared/page.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseTime } from '../../shared/time.ts';
import { isStream } from '../../wire/record.ts';
import type { ArchiveError } from '../errors.ts';
import type { ListRequest } from './list-store.ts';

type Query = Readonly<Record<string, string | undefined>>;
type Finding = { pointer: string; reason: string };

const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 100;
/** Beyond every date that a record can have. */
const END_OF_TIME_MS = 8.64e15;

/** `stream`, `from`, `to`, `limit`, `cursor`; without a range all of them. */
export function readListRequest(query: Query): Result<ListRequest, ArchiveError> {
  const errors: Finding[] = [];
  const time = (name: string, fallback: number): number => {
    const ms = query[name] ? parseTime(query[name]) : fallback;
    if (ms === null) errors.push({ pointer: `/${name}`, reason: 'must be Unix milliseconds or an ISO 8601 time' });
    return ms ?? fallback;
  };
  const [fromMs, toMs] = [time('from', -END_OF_TIME_MS), time('to', END_OF_TIME_MS)];
  if (errors.length === 0 && fromMs >= toMs) errors.push({ pointer: '/to', reason: 'must be after from' });
  const stream = query.stream || null;
  if (stream !== null && !isStream(stream)) errors.push({ pointer: '/stream', reason: 'is no stream' });
  const limit = readLimit(query, errors);
  const after = query.cursor ? decodeCursor(query.cursor) : null;
  if (query.cursor && after === null) errors.push(NO_CURSOR);
  if (errors.length > 0 || (stream !== null && !isStream(stream))) return err({ kind: 'invalid_input', errors });
  return ok({ stream, fromMs, toMs, after, limit });
}

/** `limit`, `cursor`, of the list of holds. */
export function readHoldPage(
  query: Query,
): Result<{ limit: number; after: { createdAtMs: number; id: string } | null }, ArchiveError> {
  const errors: Finding[] = [];
  const limit = readLimit(query, errors);
  const after = query.cursor ? readCursor(query.cursor) : null;
  if (query.cursor && after === null) errors.push(NO_CURSOR);
  return errors.length > 0 ? err({ kind: 'invalid_input', errors }) : ok({ limit, after });
}

/** `after`, of a walk along the chain: the last version that was looked at. */
export function readAfter(query: Query): Result<number, ArchiveError> {
  const text = query.after || '0';
  if (/^\d{1,9}$/.test(text)) return ok(Number(text));
  return err({ kind: 'invalid_input', errors: [{ pointer: '/after', reason: 'must be the number of a version' }] });
}

const NO_CURSOR: Finding = { pointer: '/cursor', reason: 'must be a nextCursor of this list' };

function readLimit(query: Query, errors: Finding[]): number {
  const limit = query.limit ? Number(query.limit) : DEFAULT_PAGE;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` });
  }
  return limit;
}

export function encodeCursor({ day, number }: { day: string; number: number }): string {
  return toBase64Url(utf8(`${day}/${number}`));
}

function decodeCursor(text: string): ListRequest['after'] {
  const plain = new TextDecoder().decode(fromBase64Url(text) ?? new Uint8Array(0));
  const [, day, number] = /^([+-]?\d{4,6}-\d\d-\d\d)\/(\d{1,9})$/.exec(plain) ?? [];
  return day && number ? { day, number: Number(number) } : null;
}
