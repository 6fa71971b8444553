import { env } from 'cloudflare:workers';

export type Rows = Record<string, Record<string, unknown>[]>;

/** Rows of these tables, as time travel of the database would go back to them. */
export async function snapshot(tables: readonly string[]): Promise<Rows> {
  const rows: Rows = {};
  for (const table of tables) rows[table] = (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results;
  return rows;
}

/** Sets just these tables back. What R2 and the Durable Objects hold stays as it is. */
export async function restore(rows: Rows): Promise<void> {
  const statements = [
    env.DB.prepare(
      `INSERT INTO audit_context (id, at_ms, actor_kind, actor_id, request_id, address) VALUES (1, 0, 'system', 'restore', '', '')`,
    ),
    env.DB.prepare('PRAGMA defer_foreign_keys = on'),
  ];
  for (const table of Object.keys(rows)) statements.push(env.DB.prepare(`DELETE FROM ${table}`));
  for (const [table, list] of Object.entries(rows)) {
    for (const row of list) {
      const names = Object.keys(row);
      const marks = names.map((_, i) => `?${i + 1}`).join(', ');
      statements.push(
        env.DB.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).bind(...Object.values(row)),
      );
    }
  }
  await env.DB.batch([...statements, env.DB.prepare('DELETE FROM audit_context')]);
}
