import type { Gap } from './gap.ts';

export const ACCEPT_ACTION = 'audit.accept_gap';

/** Whether somebody has said that this gap, or a wider one, is to be covered as what it is. */
export async function isAccepted(db: D1Database, { fromSeq, toSeq }: Gap): Promise<boolean> {
  const found = await db
    .prepare(
      `SELECT 1 AS found FROM audit WHERE action = ?1 AND table_name IS NULL
       AND detail ->> 'fromSeq' <= CAST(?2 AS INTEGER) AND detail ->> 'toSeq' >= CAST(?3 AS INTEGER) LIMIT 1`,
    )
    .bind(ACCEPT_ACTION, fromSeq, toSeq)
    .first<{ found: number }>();
  return found !== null;
}

/** The next number is the one behind `size` again, or behind what is written meanwhile. */
export function moveBackStatement(db: D1Database, size: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE sqlite_sequence SET seq = max(CAST(?1 AS INTEGER), (SELECT coalesce(max(seq), 0) FROM audit)) WHERE name = 'audit'`,
    )
    .bind(size);
}
