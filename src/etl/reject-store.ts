/** One row of rejects: base64 of gzip NDJSON. */
export async function insertRejects(
  db: D1Database,
  job: { id: string; attempt: number },
  part: number,
  data: string,
): Promise<void> {
  await db
    .prepare('INSERT INTO etl_rejects (job_id, attempt, part, data) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING')
    .bind(job.id, job.attempt, part, data)
    .run();
}

/** The part of this number, or null behind the last one. */
export async function readRejects(
  db: D1Database,
  job: { id: string; attempt: number },
  part: number,
): Promise<string | null> {
  const row = await db
    .prepare('SELECT data FROM etl_rejects WHERE job_id = ?1 AND attempt = ?2 AND part = ?3')
    .bind(job.id, job.attempt, part)
    .first<{ data: string }>();
  return row?.data ?? null;
}

/** Those of attempts that a later one has replaced. */
export async function deleteOldRejects(db: D1Database, job: { id: string; attempt: number }): Promise<void> {
  await db.prepare('DELETE FROM etl_rejects WHERE job_id = ?1 AND attempt < ?2').bind(job.id, job.attempt).run();
}
