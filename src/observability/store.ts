/**
 * Throws where the database does not answer, takes no writes, or was never migrated. Deletes nothing: no key is null. That takes the
 * lock of a write all the same, which reads do without, so a database that journals cannot seal into is told apart.
 */
export async function probeDatabase(db: D1Database): Promise<void> {
  await db.prepare('DELETE FROM query_cache WHERE key IS NULL').run();
}

/** Throws where the bucket does not answer. No object has this key. */
export async function probeStore(store: R2Bucket): Promise<void> {
  await store.head('readiness-probe');
}
