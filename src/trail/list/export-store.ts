import { ENTRY_COLUMNS, type EntryRow } from '../entry-store.ts';
import type { Condition } from './conditions.ts';

const COLUMNS = ENTRY_COLUMNS.map((column) => `a.${column}`).join(', ');

/** Of the next `step` entries behind `after` those that fit, oldest first, and the last one that was looked at; null at the end. */
export async function entriesAfter(
  db: D1Database,
  after: number,
  condition: Condition,
  step: number,
): Promise<{ rows: EntryRow[]; lastSeq: number | null }> {
  const [rows, last] = await db.batch<EntryRow & { lastSeq: number | null }>([
    db
      .prepare(
        `SELECT ${COLUMNS} FROM (SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?) a WHERE ${condition.sql} ORDER BY a.seq`,
      )
      .bind(after, step, ...condition.values),
    db
      .prepare('SELECT max(seq) AS lastSeq FROM (SELECT seq FROM audit WHERE seq > ?1 ORDER BY seq LIMIT ?2)')
      .bind(after, step),
  ]);
  return { rows: rows?.results ?? [], lastSeq: last?.results[0]?.lastSeq ?? null };
}
