export interface StoredSettings {
  destinationIds: string[];
  /** Of the deployment, for links. */
  origin: string;
  changedAtMs: number;
}

/** Null before the first change. */
export async function findSettings(db: D1Database): Promise<StoredSettings | null> {
  const row = await db
    .prepare('SELECT destination_ids, origin, changed_at_ms FROM notice_settings WHERE id = 1')
    .first<{ destination_ids: string; origin: string; changed_at_ms: number }>();
  return (
    row && {
      destinationIds: JSON.parse(row.destination_ids) as string[],
      origin: row.origin,
      changedAtMs: row.changed_at_ms,
    }
  );
}

export function saveSettings(
  db: D1Database,
  { destinationIds, origin, changedAtMs }: StoredSettings,
  changedBy: string,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO notice_settings (id, destination_ids, origin, changed_at_ms, changed_by) VALUES (1, ?1, ?2, ?3, ?4)
       ON CONFLICT (id) DO UPDATE SET destination_ids = excluded.destination_ids, origin = excluded.origin,
         changed_at_ms = excluded.changed_at_ms, changed_by = excluded.changed_by`,
    )
    .bind(JSON.stringify(destinationIds), origin, changedAtMs, changedBy);
}
