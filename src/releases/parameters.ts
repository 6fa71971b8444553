import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { parseTime } from '../shared/time.ts';
import type { Release } from '../wire/error-groups.ts';
import type { ReleaseError } from './errors.ts';
import type { ReleasePage } from './store.ts';

const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 200;
const END_OF_TIME_MS = 8.64e15;

/** `from`, `to`, `limit`, `cursor`; without a range all of them. */
export function readReleasePage(
  query: Readonly<Record<string, string | undefined>>,
): Result<ReleasePage, ReleaseError> {
  const errors: { pointer: string; reason: string }[] = [];
  const time = (name: string, fallback: number) => {
    const text = query[name];
    const ms = text ? parseTime(text) : fallback;
    if (ms === null) errors.push({ pointer: `/${name}`, reason: 'must be Unix milliseconds or an ISO 8601 time' });
    return ms ?? fallback;
  };
  const [fromMs, toMs] = [time('from', -END_OF_TIME_MS), time('to', END_OF_TIME_MS)];
  if (errors.length === 0 && fromMs >= toMs) errors.push({ pointer: '/to', reason: 'must be after from' });
  const limit = query.limit ? Number(query.limit) : DEFAULT_PAGE;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` });
  const after = query.cursor ? decodeCursor(query.cursor) : null;
  if (query.cursor && after === null) errors.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  return errors.length > 0 ? err({ kind: 'invalid_input', errors }) : ok({ fromMs, toMs, limit, after });
}

export function encodeCursor({ atMs, release }: Release): string {
  return toBase64Url(utf8(`${atMs}.${release}`));
}

function decodeCursor(text: string): ReleasePage['after'] {
  const match = /^(-?\d{1,16})\.(.+)$/s.exec(new TextDecoder().decode(fromBase64Url(text) ?? new Uint8Array(0)));
  return match?.[1] && match[2] ? { atMs: Number(match[1]), release: match[2] } : null;
}
