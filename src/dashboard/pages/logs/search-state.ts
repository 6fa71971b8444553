import type { LogRecord } from '../../../wire/record.ts';
import type { ApiError } from '../../api/http.ts';
import type { Progress, StreamEnd } from '../../api/stream-logs.ts';
import type { Scanned } from '../../api/types.ts';

export interface Search {
  records: readonly LogRecord[];
  /** The records on screen belong to the search before this one. */
  stale: boolean;
  running: boolean;
  progress: Progress | null;
  scanned: Scanned | null;
  /** Where the page begins that runs or ran last; null is the first page. What was stopped or broke off goes on from here. */
  pageCursor: string | null;
  /** Where the next page begins; null also while nobody knows. */
  nextCursor: string | null;
  /** False when the server's budget ended before the range did. */
  complete: boolean;
  stopped: boolean;
  error: ApiError | null;
}

export const FIRST_SEARCH: Search = {
  records: [],
  stale: false,
  running: true,
  progress: null,
  scanned: null,
  pageCursor: null,
  nextCursor: null,
  complete: true,
  stopped: false,
  error: null,
};

/** Whether the last record on screen is the last one of the range, as far as this search may say so. */
export function isWhole(s: Search): boolean {
  return !s.running && !s.stopped && s.error === null && s.complete && s.nextCursor === null;
}

/** A page is asked for. What an earlier search knew of its own range must not pass for knowledge of this one. */
export function begin(s: Search, cursor: string | null): Search {
  return {
    ...FIRST_SEARCH,
    records: s.records,
    stale: cursor === null,
    scanned: cursor === null ? null : s.scanned,
    pageCursor: cursor,
  };
}

/** A page that goes on after a stop brings again what it had brought already. */
export function receive(s: Search, records: readonly LogRecord[]): Search {
  if (s.stale) return { ...s, stale: false, records };
  const known = new Set(s.records.map((record) => record.id));
  return { ...s, records: [...s.records, ...records.filter((record) => !known.has(record.id))] };
}

export function finish(s: Search, end: StreamEnd): Search {
  // A search without a hit sends no records: what is on screen belongs to the one before, and would pass for its answer.
  const ended = { ...s, running: false, progress: null, stale: false, records: s.stale ? [] : s.records };
  if (end.kind === 'failed') {
    return end.error.kind === 'aborted' ? { ...ended, stopped: true } : { ...ended, error: end.error };
  }
  const scanned = s.scanned === null ? end.scanned : add(s.scanned, end.scanned);
  return { ...ended, scanned, nextCursor: end.nextCursor, complete: end.complete };
}

function add(a: Scanned, b: Scanned): Scanned {
  return { blocks: a.blocks + b.blocks, archived: a.archived + b.archived, bytes: a.bytes + b.bytes };
}
