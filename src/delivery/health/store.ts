/** Ids of destinations in these projects (null is all), at most `limit`. */
export async function destinationIdsOf(
  db: D1Database,
  projectIds: readonly string[] | null,
  limit: number,
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT id FROM destinations
       WHERE deleted = 0 AND (?1 IS NULL OR project_id IN (SELECT value FROM json_each(?1)))
       ORDER BY project_id, created_at_ms, id LIMIT ?2`,
    )
    .bind(projectIds === null ? null : JSON.stringify(projectIds), limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}
