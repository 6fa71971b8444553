/** Behind which key a sweep goes on; '' is from the start. */
export async function sweptTo(db: D1Database, name: string): Promise<string> {
  const row = await db
    .prepare('SELECT after_key FROM sweeps WHERE name = ?1')
    .bind(name)
    .first<{ after_key: string }>();
  return row?.after_key ?? '';
}

/** '' where it has come to the end, and begins again. */
export async function saveSweptTo(db: D1Database, name: string, afterKey: string): Promise<void> {
  await db
    .prepare(
      'INSERT INTO sweeps (name, after_key) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET after_key = excluded.after_key',
    )
    .bind(name, afterKey)
    .run();
}
