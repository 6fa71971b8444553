import { randomId } from '../../../src/shared/ids.ts';

/** Whatever is filled in: from where, for whom. */
export interface Fill {
  db: D1Database;
  projectId: string;
  admin: { id: string; name: string };
  /** Rows of each list. */
  rows: number;
  /** The last row is of then. */
  nowMs: number;
}

/** Rows of one statement: what somebody did in one request, where a trail is kept. */
export const CHUNK_ROWS = 500;

/** D1 binds every number as REAL, of which a division leaves a fraction. The numbers `?1` to `?2`, each a row `n.i`. */
export const NUMBERS =
  'WITH RECURSIVE n (i) AS (SELECT CAST(?1 AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < ?2)';

/** Ids that were made for rows, as `n.id`, with the numbers of the rows from `?2` on: JSON in `?1`. Rows that belong to one are then found by its key. */
export const NUMBERED_IDS = 'WITH n (id, i) AS (SELECT value, key + CAST(?2 AS INTEGER) FROM json_each(?1))';

/** Of a piece. They are given by chance, so that no index is written in order. */
export function randomIds(prefix: string, { from, to }: { from: number; to: number }): string {
  return JSON.stringify(Array.from({ length: to - from + 1 }, () => randomId(prefix)));
}

/** The same in SQL, where nobody has to know it. */
export const randomIdSql = (prefix: string): string => `'${prefix}_' || lower(hex(randomblob(8)))`;

/** From the first row to the last, in pieces. */
export function* chunks(rows: number): Generator<{ from: number; to: number }> {
  for (let from = 1; from <= rows; from += CHUNK_ROWS) yield { from, to: Math.min(rows, from + CHUNK_ROWS - 1) };
}
