import type { LogRecord } from '../../../wire/record.ts';

/** What the live page holds. `rows` and `held` are oldest first. */
export interface Tail {
  rows: readonly LogRecord[];
  /** Arrived while the reader was reading; not shown yet. */
  held: readonly LogRecord[];
  /** Records the server left out because this browser, or the line to it, was too slow. */
  dropped: number;
  /** Held records that had to go because too many came during a pause. */
  overflowed: number;
  /** Records received since the page was opened. */
  received: number;
}

/** About 20 MB of typical records: a tab that is left open overnight must not grow for ever. */
const MAX_ROWS = 20_000;
const MAX_HELD = 20_000;

export const EMPTY_TAIL: Tail = { rows: [], held: [], dropped: 0, overflowed: 0, received: 0 };

export function arrive(tail: Tail, records: readonly LogRecord[], dropped: number, hold: boolean): Tail {
  const counted = { ...tail, dropped: tail.dropped + dropped, received: tail.received + records.length };
  if (!hold) return { ...counted, rows: newest([...tail.rows, ...tail.held, ...records], MAX_ROWS), held: [] };
  const held = [...tail.held, ...records];
  const over = Math.max(0, held.length - MAX_HELD);
  return { ...counted, held: newest(held, MAX_HELD), overflowed: tail.overflowed + over };
}

export function release(tail: Tail): Tail {
  if (tail.held.length === 0) return tail;
  return { ...tail, rows: newest([...tail.rows, ...tail.held], MAX_ROWS), held: [] };
}

/** What was there before the link stood, without what the link has already brought. */
export function prepend(tail: Tail, older: readonly LogRecord[]): Tail {
  const known = new Set([...tail.rows, ...tail.held].map((record) => record.id));
  return { ...tail, rows: newest([...older.filter((record) => !known.has(record.id)), ...tail.rows], MAX_ROWS) };
}

function newest(records: readonly LogRecord[], limit: number): readonly LogRecord[] {
  return records.length > limit ? records.slice(-limit) : records;
}
