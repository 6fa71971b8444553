import type { Communication } from '../../wire/compliance.ts';

interface Row {
  id: string;
  subject_id: string;
  at_ms: number;
  recorded_at_ms: number;
  by_id: string;
  by_name: string;
  recipient: string;
  channel: Communication['channel'];
  template_id: string | null;
  subject: string;
  body: string;
}

const COLUMNS = 'id, subject_id, at_ms, recorded_at_ms, by_id, by_name, recipient, channel, template_id, subject, body';

export function insertCommunication(db: D1Database, said: Communication): D1PreparedStatement {
  const { id, subjectId, atMs, recordedAtMs, by, byName, recipient, channel, templateId, subject, body } = said;
  return db
    .prepare(`INSERT INTO communications (${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)`)
    .bind(id, subjectId, atMs, recordedAtMs, by, byName, recipient, channel, templateId, subject, body);
}

/** In the order in which it was said. */
export async function listCommunicationRows(
  db: D1Database,
  subjectId: string,
  { limit, after }: { limit: number; after: { atMs: number; id: string } },
): Promise<Communication[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM communications WHERE subject_id = ?1 AND (at_ms, id) > (?2, ?3) ORDER BY at_ms, id LIMIT ?4`,
    )
    .bind(subjectId, after.atMs, after.id, limit + 1)
    .all<Row>();
  return results.map((row) => ({
    ...{ id: row.id, subjectId: row.subject_id, atMs: row.at_ms, recordedAtMs: row.recorded_at_ms, by: row.by_id },
    ...{ byName: row.by_name, recipient: row.recipient, channel: row.channel, templateId: row.template_id },
    ...{ subject: row.subject, body: row.body },
  }));
}
