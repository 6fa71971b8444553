/** How far the check of all entries is. */
export interface VerificationRow {
  startedAtMs: number;
  toSize: number;
  doneSize: number;
  /** JSON list of base64. */
  range: string;
  kid: string;
  /** Base64. */
  signature: string;
  verifiedAtMs: number | null;
}

export async function readVerification(db: D1Database): Promise<VerificationRow | null> {
  return db
    .prepare(
      `SELECT started_at_ms AS startedAtMs, to_size AS toSize, done_size AS doneSize, range, kid, signature, verified_at_ms AS verifiedAtMs
       FROM audit_verification WHERE id = 1`,
    )
    .first<VerificationRow>();
}

/** In the place of what was read; another run that was quicker keeps its own. */
export async function writeVerification(
  db: D1Database,
  row: VerificationRow,
  before: VerificationRow | null,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO audit_verification (id, started_at_ms, to_size, done_size, range, kid, signature, verified_at_ms)
       VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)
       ON CONFLICT (id) DO UPDATE SET started_at_ms = excluded.started_at_ms, to_size = excluded.to_size, done_size = excluded.done_size,
         range = excluded.range, kid = excluded.kid, signature = excluded.signature, verified_at_ms = excluded.verified_at_ms
         WHERE signature = ?8`,
    )
    .bind(
      ...[row.startedAtMs, row.toSize, row.doneSize, row.range, row.kid, row.signature, row.verifiedAtMs],
      before?.signature ?? '',
    )
    .run();
}
