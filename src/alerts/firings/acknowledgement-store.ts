import type { Acknowledgement } from '../calls.ts';

export interface StoredAcknowledgement extends Acknowledgement {
  projectId: string;
  /** Whether the object is known to have it. */
  applied: boolean;
}

interface Row {
  project_id: string;
  firing_id: string;
  by_id: string;
  by_name: string;
  at_ms: number;
  note: string | null;
  applied: 0 | 1;
}

const COLUMNS = 'project_id, firing_id, by_id, by_name, at_ms, note, applied';

/** The last by time stays. Changes nothing where the same person has said the same already. */
export function saveAcknowledgement(
  db: D1Database,
  projectId: string,
  { firingId, by, byName, atMs, note }: Acknowledgement,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO alert_acknowledgements (${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
       ON CONFLICT (project_id, firing_id) DO UPDATE SET by_id = excluded.by_id, by_name = excluded.by_name,
         at_ms = excluded.at_ms, note = excluded.note, applied = 0
       WHERE excluded.at_ms >= alert_acknowledgements.at_ms
         AND (excluded.by_id <> alert_acknowledgements.by_id OR excluded.note IS NOT alert_acknowledgements.note)`,
    )
    .bind(projectId, firingId, by, byName, atMs, note);
}

export async function findAcknowledgement(
  db: D1Database,
  projectId: string,
  firingId: string,
): Promise<StoredAcknowledgement | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM alert_acknowledgements WHERE project_id = ?1 AND firing_id = ?2`)
    .bind(projectId, firingId)
    .first<Row>();
  return row && acknowledgementOf(row);
}

/** Changes nothing where another one has taken its place since it was told. */
export function confirmAcknowledgement(db: D1Database, stored: StoredAcknowledgement): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE alert_acknowledgements SET applied = 1
       WHERE project_id = ?1 AND firing_id = ?2 AND by_id = ?3 AND at_ms = ?4`,
    )
    .bind(stored.projectId, stored.firingId, stored.by, stored.atMs);
}

/** Of a firing that the object does not have, and which was never applied. */
export function dropAcknowledgement(db: D1Database, projectId: string, firingId: string): D1PreparedStatement {
  return db
    .prepare('DELETE FROM alert_acknowledgements WHERE project_id = ?1 AND firing_id = ?2 AND applied = 0')
    .bind(projectId, firingId);
}

/** The longest waiting first. */
export async function unappliedAcknowledgements(db: D1Database, limit: number): Promise<StoredAcknowledgement[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM alert_acknowledgements WHERE applied = 0 ORDER BY at_ms LIMIT ?1`)
    .bind(limit)
    .all<Row>();
  return results.map(acknowledgementOf);
}

export function deleteOldAcknowledgements(db: D1Database, beforeMs: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM alert_acknowledgements WHERE (project_id, firing_id) IN
         (SELECT project_id, firing_id FROM alert_acknowledgements WHERE at_ms < ?1 LIMIT ?2)`,
    )
    .bind(beforeMs, limit);
}

function acknowledgementOf(row: Row): StoredAcknowledgement {
  return {
    ...{ projectId: row.project_id, firingId: row.firing_id, by: row.by_id, byName: row.by_name },
    ...{ atMs: row.at_ms, note: row.note, applied: row.applied === 1 },
  };
}
