/** Throws where the database does not answer, or was never migrated. */
export async function probeDatabase(db: D1Database): Promise<void> {
  await db.prepare('SELECT last_seq FROM seal_watermarks LIMIT 1').all();
}
