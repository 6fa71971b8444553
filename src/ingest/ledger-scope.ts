import { err, ok, type Result } from '../shared/result.ts';
import { parseTime } from '../shared/time.ts';
import type { IngestError } from './errors.ts';

const MINUTE_MS = 60_000;
const DEFAULT_RANGE_MS = 60 * MINUTE_MS;
/** As long as journals keep minutes. */
const MAX_RANGE_MS = 24 * 60 * MINUTE_MS;
/** Rows of minutes in one answer, some 1.8 MB: seven keys that send all day, or a hundred for an hour and a half. */
export const ANSWERED_MINUTES = 10_000;
export const ANSWERED_SOURCES = 500;

/** Whole minutes; `toMs` is the end of the last one. */
export interface LedgerScope {
  keyId: string | null;
  fromMs: number;
  toMs: number;
}

/**
 * `from`, `to` (Unix ms or ISO 8601) and `key`. Without `from` the hour before `to`, without `to` until now. The minutes that both lie in
 * count whole. Of a longer time the last day is meant, for which there are minutes.
 */
export function ledgerScope(
  { from, to, key }: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): Result<LedgerScope, IngestError> {
  const times: Record<'from' | 'to', number | null> = { from: null, to: null };
  for (const [name, text] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (text === undefined || text === '') continue;
    times[name] = parseTime(text);
    if (times[name] === null)
      return err({ kind: 'bad_parameter', name, reason: 'must be Unix milliseconds or an ISO 8601 time' });
  }
  const toMs = times.to ?? nowMs + 1;
  const fromMs = times.from ?? toMs - DEFAULT_RANGE_MS;
  if (fromMs >= toMs) return err({ kind: 'bad_parameter', name: 'to', reason: 'must be after from' });
  const end = Math.ceil(toMs / MINUTE_MS) * MINUTE_MS;
  const start = Math.max(Math.floor(fromMs / MINUTE_MS) * MINUTE_MS, end - MAX_RANGE_MS);
  return ok({ keyId: key === undefined || key === '' ? null : key, fromMs: start, toMs: end });
}
