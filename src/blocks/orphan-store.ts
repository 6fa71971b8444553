/** Tables whose rows belong to a block. */
export const BLOCK_PARTS = ['block_payloads', 'block_filters'] as const;
export type BlockPart = (typeof BLOCK_PARTS)[number];

/** The last of up to `limit` ids behind `after`, and how many there are; null behind the end. */
export async function nextParts(
  db: D1Database,
  part: BlockPart,
  after: string,
  limit: number,
): Promise<{ last: string | null; parts: number }> {
  const row = await db
    .prepare(
      `SELECT max(block_id) AS last, count(*) AS parts FROM (SELECT block_id FROM ${part} WHERE block_id > ?1 ORDER BY block_id LIMIT ?2)`,
    )
    .bind(after, limit)
    .first<{ last: string | null; parts: number }>();
  return row ?? { last: null, parts: 0 };
}

/** Those whose block is no more: both come and go in one transaction, so that none is of a block that is on its way. */
export async function deleteOrphans(db: D1Database, part: BlockPart, after: string, last: string): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM ${part} WHERE block_id > ?1 AND block_id <= ?2 AND NOT EXISTS (SELECT 1 FROM blocks WHERE id = block_id)`,
    )
    .bind(after, last)
    .run();
  return meta.changes;
}
