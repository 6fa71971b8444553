import type { PageRequest } from '../../shared/page.ts';
import { MAX_DESTINATIONS } from '../../wire/delivery.ts';
import type { NoticeDestination } from '../../wire/jobs.ts';
import type { Definition, StoredDestination, StoredSecret } from './definition/types.ts';

const COLUMNS =
  'id, project_id, version, definition, secrets, disabled, deleted, created_at_ms, changed_at_ms, confirmed_version';

interface Row {
  id: string;
  project_id: string;
  version: number;
  definition: string;
  secrets: string;
  disabled: 0 | 1;
  deleted: 0 | 1;
  created_at_ms: number;
  changed_at_ms: number;
  confirmed_version: number;
}

/** One that is not deleted; null where this project has none of this id. */
export async function findDestination(
  db: D1Database,
  projectId: string,
  id: string,
): Promise<StoredDestination | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM destinations WHERE id = ?1 AND project_id = ?2 AND deleted = 0`)
    .bind(id, projectId)
    .first<Row>();
  return row && destinationOfRow(row);
}

/** Whatever became of it: for who tells its object. */
export async function findAnyDestination(db: D1Database, id: string): Promise<StoredDestination | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} FROM destinations WHERE id = ?1`).bind(id).first<Row>();
  return row && destinationOfRow(row);
}

/** One row more than the page holds, see shared/page.ts. */
export async function listDestinationRows(
  db: D1Database,
  projectId: string,
  { limit, after }: PageRequest,
): Promise<StoredDestination[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM destinations WHERE project_id = ?1 AND deleted = 0 AND (created_at_ms, id) > (?2, ?3)
       ORDER BY created_at_ms, id LIMIT ?4`,
    )
    .bind(projectId, after.atMs, after.id, limit + 1)
    .all<Row>();
  return results.map(destinationOfRow);
}

/** At most as many as a project may have. */
export async function destinationNames(db: D1Database, projectId: string): Promise<{ id: string; name: string }[]> {
  const { results } = await db
    .prepare(
      `SELECT id, definition ->> 'name' AS name FROM destinations WHERE project_id = ?1 AND deleted = 0 ORDER BY created_at_ms, id`,
    )
    .bind(projectId)
    .all<{ id: string; name: string }>();
  return results;
}

/** Of projects that are not disabled, among these (null is all); at most `limit`. */
export async function destinationIdsOf(
  db: D1Database,
  projectIds: readonly string[] | null,
  limit: number,
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT d.id FROM destinations d JOIN projects p ON p.id = d.project_id AND p.disabled = 0
       WHERE d.deleted = 0 AND (?1 IS NULL OR d.project_id IN (SELECT value FROM json_each(?1)))
       ORDER BY d.project_id, d.created_at_ms, d.id LIMIT ?2`,
    )
    .bind(projectIds === null ? null : JSON.stringify(projectIds), limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Of projects that are not disabled, the newest first; `ids` is which of them, null is every one. At most `limit`. */
export async function destinationsEverywhere(
  db: D1Database,
  ids: readonly string[] | null,
  limit: number,
): Promise<NoticeDestination[]> {
  const { results } = await db
    .prepare(
      `SELECT d.id, d.definition ->> 'name' AS name, d.definition ->> 'kind' AS kind, d.disabled, d.project_id AS projectId, p.name AS projectName
       FROM destinations d JOIN projects p ON p.id = d.project_id AND p.disabled = 0
       WHERE d.deleted = 0 AND (?1 IS NULL OR d.id IN (SELECT value FROM json_each(?1)))
       ORDER BY d.created_at_ms DESC, d.id LIMIT ?2`,
    )
    .bind(ids === null ? null : JSON.stringify(ids), limit)
    .all<Omit<NoticeDestination, 'disabled'> & { disabled: 0 | 1 }>();
  return results.map((row) => ({ ...row, disabled: row.disabled === 1 }));
}

/** Which of these the project has not. */
export async function unknownDestinations(
  db: D1Database,
  projectId: string,
  ids: readonly string[],
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT value AS id FROM json_each(?1)
       WHERE value NOT IN (SELECT id FROM destinations WHERE project_id = ?2 AND deleted = 0)`,
    )
    .bind(JSON.stringify(ids), projectId)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Changes nothing where the project has as many as it may have. */
export function insertDestination(
  db: D1Database,
  { id, projectId, version, definition, secrets, disabled, createdAtMs, changedAtMs }: StoredDestination,
  sealedWith: string,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO destinations (id, project_id, version, definition, secrets, sealed_with, disabled, created_at_ms, changed_at_ms)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
       WHERE (SELECT count(*) FROM destinations WHERE project_id = ?2 AND deleted = 0) < ${MAX_DESTINATIONS}`,
    )
    .bind(
      ...[id, projectId, version, JSON.stringify(definition), JSON.stringify(secrets), sealedWith],
      ...[Number(disabled), createdAtMs, changedAtMs],
    );
}

/** The next version. Changes nothing where the one before it is not the newest any more, or is deleted. */
export function saveDestination(
  db: D1Database,
  { id, version, definition, secrets, disabled, deleted, changedAtMs }: StoredDestination,
  sealedWith: string,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE destinations SET version = ?2, definition = ?3, secrets = ?4, sealed_with = ?5, disabled = ?6, deleted = ?7, changed_at_ms = ?8
       WHERE id = ?1 AND version = ?2 - 1 AND deleted = 0`,
    )
    .bind(
      ...[id, version, JSON.stringify(definition), JSON.stringify(secrets), sealedWith],
      ...[Number(disabled), Number(deleted), changedAtMs],
    );
}

/** Changes nothing where the destination has moved on since it was pushed. */
export function confirmDestination(db: D1Database, id: string, version: number): D1PreparedStatement {
  return db
    .prepare('UPDATE destinations SET confirmed_version = ?2 WHERE id = ?1 AND version = ?2 AND deleted = 0')
    .bind(id, version);
}

/** Once its object has forgotten it. */
export function forgetDestination(db: D1Database, id: string): D1PreparedStatement {
  return db.prepare('DELETE FROM destinations WHERE id = ?1 AND deleted = 1').bind(id);
}

/** Whose object may not know their newest version, the longest waiting first. */
export async function unconfirmedDestinations(db: D1Database, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT id FROM destinations WHERE confirmed_version < version ORDER BY changed_at_ms LIMIT ?1')
    .bind(limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

export async function destinationsUnderOldKeys(
  db: D1Database,
  kid: string,
  limit: number,
): Promise<StoredDestination[]> {
  const { results } = await db
    .prepare(
      // No index finds what is not equal. At random, or those that cannot be opened would stand before the others for ever.
      `SELECT ${COLUMNS} FROM destinations WHERE (sealed_with < ?1 OR sealed_with > ?1) AND deleted = 0
       ORDER BY random() LIMIT ?2`,
    )
    .bind(kid, limit)
    .all<Row>();
  return results.map(destinationOfRow);
}

function destinationOfRow(row: Row): StoredDestination {
  return {
    id: row.id,
    projectId: row.project_id,
    version: row.version,
    definition: JSON.parse(row.definition) as Definition,
    secrets: JSON.parse(row.secrets) as StoredSecret[],
    disabled: row.disabled === 1,
    deleted: row.deleted === 1,
    createdAtMs: row.created_at_ms,
    changedAtMs: row.changed_at_ms,
    confirmed: row.confirmed_version === row.version,
  };
}
