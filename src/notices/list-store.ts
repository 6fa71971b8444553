import type { Notice } from '../wire/jobs.ts';

/** A console can write a long one. */
const MAX_DETAIL_CHARS = 10_000;

/** Newest first, before `before`; one row more than `limit`. */
export async function listNoticeRows(
  db: D1Database,
  { before, limit }: { before: { atMs: number; id: string } | null; limit: number },
): Promise<Notice[]> {
  const { results } = await db
    .prepare(
      `SELECT n.id, n.kind, n.severity, n.title, iif(length(n.detail) <= ${MAX_DETAIL_CHARS}, n.detail, '{}') AS detail, n.path,
         n.at_ms AS atMs, b.sent_at_ms AS sentAtMs
       FROM notices n LEFT JOIN notice_bundles b ON b.id = n.bundle
       WHERE (n.at_ms, n.id) < (?1, ?2) ORDER BY n.at_ms DESC, n.id DESC LIMIT ?3`,
    )
    .bind(before?.atMs ?? Number.MAX_SAFE_INTEGER, before?.id ?? '', limit + 1)
    .all<Omit<Notice, 'detail'> & { detail: string }>();
  return results.map((row) => ({ ...row, detail: JSON.parse(row.detail) as Notice['detail'] }));
}

/** Up to `limit` notices, and likewise bundles, from before `beforeMs`. */
export async function deleteNoticesBefore(db: D1Database, beforeMs: number, limit: number): Promise<number> {
  const [notices] = await db.batch([
    db
      .prepare('DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE at_ms < ?1 ORDER BY at_ms LIMIT ?2)')
      .bind(beforeMs, limit),
    db
      .prepare(
        'DELETE FROM notice_bundles WHERE id IN (SELECT id FROM notice_bundles WHERE created_at_ms < ?1 ORDER BY created_at_ms LIMIT ?2)',
      )
      .bind(beforeMs, limit),
  ]);
  return notices?.meta.changes ?? 0;
}

/** Of notices from after `sinceMs`: how many some destination lacks, or would if one were set. At most `limit`. */
export async function countUnsent(db: D1Database, sinceMs: number, limit: number): Promise<number> {
  const row = await db
    .prepare(
      `SELECT (SELECT count(*) FROM (SELECT 1 FROM notices WHERE bundle IS NULL AND at_ms > ?1 LIMIT ?2))
         + (SELECT total(notices) FROM notice_bundles WHERE sent_at_ms IS NULL AND created_at_ms > ?1) AS unsent`,
    )
    .bind(sinceMs, limit)
    .first<{ unsent: number }>();
  return Math.min(row?.unsent ?? 0, limit);
}
