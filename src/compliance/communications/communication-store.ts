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

/** `asc`: in the order in which it was said. One index answers both. */
export const COMMUNICATION_ORDERS = ['asc', 'desc'] as const;
export type CommunicationOrder = (typeof COMMUNICATION_ORDERS)[number];

/** From behind a place on; null is from the first in this order. One more than the page holds. */
export async function listCommunicationRows(
  db: D1Database,
  subjectId: string,
  order: CommunicationOrder,
  { limit, after }: { limit: number; after: { atMs: number; id: string } | null },
): Promise<Communication[]> {
  const [behind, first] = order === 'asc' ? ['>', -1] : ['<', Number.MAX_SAFE_INTEGER];
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM communications WHERE subject_id = ?1 AND (at_ms, id) ${behind} (?2, ?3)
       ORDER BY at_ms ${order}, id ${order} LIMIT ?4`,
    )
    .bind(subjectId, after?.atMs ?? first, after?.id ?? '', limit + 1)
    .all<Row>();
  return results.map((row) => ({
    ...{ id: row.id, subjectId: row.subject_id, atMs: row.at_ms, recordedAtMs: row.recorded_at_ms, by: row.by_id },
    ...{ byName: row.by_name, recipient: row.recipient, channel: row.channel, templateId: row.template_id },
    ...{ subject: row.subject, body: row.body },
  }));
}
