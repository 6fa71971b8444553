/** What one project may have of them: a shipper that sends the same bad data for ever must not fill the database, which is everybody's. */
const MAX_PROJECT_BYTES = 200 * 1024 * 1024;
const MAX_PROJECT_ROWS = 2_000;

/** One row of rejects: base64 of gzip NDJSON. False where the project has as many as it may have. */
export async function insertRejects(
  db: D1Database,
  job: { id: string; attempt: number; projectId: string },
  part: number,
  data: string,
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `INSERT INTO etl_rejects (job_id, attempt, part, project_id, bytes, data)
       SELECT ?1, ?2, ?3, ?4, length(?5), ?5
       WHERE (SELECT count(*) < ?6 AND total(bytes) < ?7 FROM etl_rejects WHERE project_id = ?4)`,
    )
    .bind(job.id, job.attempt, part, job.projectId, data, MAX_PROJECT_ROWS, MAX_PROJECT_BYTES)
    .run();
  return meta.changes > 0;
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

/** Rejects of jobs that began before `beforeMs` or are no more: at most so many rows. Returns how many went. */
export function deleteRejects(db: D1Database, beforeMs: number, mostRows: number): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM etl_rejects WHERE (job_id, attempt, part) IN (
         SELECT r.job_id, r.attempt, r.part FROM etl_rejects r LEFT JOIN etl_jobs j ON j.id = r.job_id
         WHERE j.id IS NULL OR j.created_at_ms < ?1 LIMIT ?2)`,
    )
    .bind(beforeMs, mostRows);
}
