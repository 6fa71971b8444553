import type { PageRequest } from '../shared/page.ts';
import { DEFAULT_PROJECT_LIMITS, type ProjectLimits } from '../wire/limits.ts';
import type { ApiKey, Project, Scope } from './types.ts';

const PROJECT = 'p.id, p.name, p.disabled, p.created_at_ms, p.limits';
const KEY =
  'k.id, k.project_id, k.name, k.scopes, k.origins, k.prefix, k.created_at_ms, k.created_by, k.revoked_at_ms, k.records_per_day';

const LIMIT_NAMES = Object.keys(DEFAULT_PROJECT_LIMITS) as (keyof ProjectLimits)[];

interface StoredProject {
  id: string;
  name: string;
  disabled: 0 | 1;
  created_at_ms: number;
  limits: string | null;
}

interface StoredKey {
  id: string;
  project_id: string;
  name: string;
  scopes: string;
  origins: string | null;
  prefix: string;
  created_at_ms: number;
  created_by: string;
  revoked_at_ms: number | null;
  records_per_day: number | null;
}

export async function findProject(db: D1Database, projectId: string): Promise<Project | null> {
  const row = await db
    .prepare(`SELECT ${PROJECT} FROM projects p WHERE p.id = ?1`)
    .bind(projectId)
    .first<StoredProject>();
  return row && projectOf(row);
}

/** `only` null is all projects. One row more than the page holds, see shared/page.ts. */
export async function listProjectRows(
  db: D1Database,
  only: readonly string[] | null,
  { limit, after }: PageRequest,
): Promise<Project[]> {
  const { results } = await db
    .prepare(
      `SELECT ${PROJECT} FROM projects p
       WHERE (?1 IS NULL OR p.id IN (SELECT value FROM json_each(?1))) AND (p.created_at_ms, p.id) > (?2, ?3)
       ORDER BY p.created_at_ms, p.id LIMIT ?4`,
    )
    .bind(only === null ? null : JSON.stringify(only), after.atMs, after.id, limit + 1)
    .all<StoredProject>();
  return results.map(projectOf);
}

export async function allProjectIds(db: D1Database): Promise<string[]> {
  const { results } = await db.prepare('SELECT id FROM projects').all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Ids of some that are not disabled, the oldest first. */
export async function sampleProjects(db: D1Database, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT id FROM projects WHERE disabled = 0 ORDER BY created_at_ms, id LIMIT ?1')
    .bind(limit)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Which of these ids are no projects. */
export async function unknownProjects(db: D1Database, projectIds: readonly string[]): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT value AS id FROM json_each(?1) WHERE value NOT IN (SELECT id FROM projects)')
    .bind(JSON.stringify(projectIds))
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

export function insertProject(db: D1Database, project: Project): D1PreparedStatement {
  return db
    .prepare('INSERT INTO projects (id, name, disabled, created_at_ms) VALUES (?1, ?2, 0, ?3)')
    .bind(project.id, project.name, project.createdAtMs);
}

/**
 * Null fields stay as they are; of limits those that are named change, and null there is the default again (RFC 7396). Naming `disabled` or
 * limits makes the confirmation count from nothing.
 */
export function updateProject(
  db: D1Database,
  projectId: string,
  change: {
    name: string | null;
    disabled: boolean | null;
    limits: { [name in keyof ProjectLimits]?: number | null | undefined } | null;
  },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE projects SET name = coalesce(?2, name), disabled = coalesce(?3, disabled),
         limits = iif(?4 IS NULL, limits, json_patch(coalesce(limits, '{}'), ?4)),
         confirmed_shards = iif(?3 IS NULL AND ?4 IS NULL, confirmed_shards, 0)
       WHERE id = ?1`,
    )
    .bind(
      projectId,
      change.name,
      change.disabled === null ? null : Number(change.disabled),
      change.limits === null ? null : JSON.stringify(change.limits),
    );
}

/** Changes nothing when `disabled` or a limit has moved on since it was pushed. */
export function confirmProject(
  db: D1Database,
  { id, disabled, limits }: Pick<Project, 'id' | 'disabled' | 'limits'>,
  shards: number,
): D1PreparedStatement {
  const unmoved = LIMIT_NAMES.map(
    (name, i) => `coalesce(limits ->> '${name}', ${DEFAULT_PROJECT_LIMITS[name]}) = ?${4 + i}`,
  );
  return db
    .prepare(`UPDATE projects SET confirmed_shards = ?3 WHERE id = ?1 AND disabled = ?2 AND ${unmoved.join(' AND ')}`)
    .bind(id, Number(disabled), shards, ...LIMIT_NAMES.map((name) => limits[name]));
}

/** The literal 64 repeats the condition of the partial index, which is not used without it. */
export async function unconfirmedProjects(db: D1Database, shards: number, limit: number): Promise<Project[]> {
  const { results } = await db
    .prepare(`SELECT ${PROJECT} FROM projects p WHERE p.confirmed_shards < ?1 AND p.confirmed_shards < 64 LIMIT ?2`)
    .bind(shards, limit)
    .all<StoredProject>();
  return results.map(projectOf);
}

export interface CheckedKey {
  keyHash: string;
  projectId: string;
  revokedAtMs: number | null;
  projectDisabled: boolean;
}

/** What the read side must know of a key beyond its signature. */
export async function findKeyState(db: D1Database, keyId: string): Promise<CheckedKey | null> {
  const row = await db
    .prepare(
      `SELECT k.key_hash, k.project_id, k.revoked_at_ms, p.disabled FROM project_keys k JOIN projects p ON p.id = k.project_id WHERE k.id = ?1`,
    )
    .bind(keyId)
    .first<{ key_hash: string; project_id: string; revoked_at_ms: number | null; disabled: 0 | 1 }>();
  if (!row) return null;
  return {
    keyHash: row.key_hash,
    projectId: row.project_id,
    revokedAtMs: row.revoked_at_ms,
    projectDisabled: row.disabled === 1,
  };
}

/** Scoped by project: a key of another one is not found. */
export async function findKey(db: D1Database, projectId: string, keyId: string): Promise<ApiKey | null> {
  const row = await db
    .prepare(`SELECT ${KEY} FROM project_keys k WHERE k.id = ?1 AND k.project_id = ?2`)
    .bind(keyId, projectId)
    .first<StoredKey>();
  return row && keyOf(row);
}

/** One row more than the page holds. */
export async function listKeyRows(db: D1Database, projectId: string, { limit, after }: PageRequest): Promise<ApiKey[]> {
  const { results } = await db
    .prepare(
      `SELECT ${KEY} FROM project_keys k WHERE k.project_id = ?1 AND (k.created_at_ms, k.id) > (?2, ?3)
       ORDER BY k.created_at_ms, k.id LIMIT ?4`,
    )
    .bind(projectId, after.atMs, after.id, limit + 1)
    .all<StoredKey>();
  return results.map(keyOf);
}

/** Live keys with a quota; a project has few keys, and the answer is bounded all the same. */
export async function keyQuotas(
  db: D1Database,
  projectId: string,
  nowMs: number,
): Promise<{ keyId: string; name: string; recordsPerDay: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT id AS keyId, name, records_per_day AS recordsPerDay FROM project_keys
       WHERE project_id = ?1 AND records_per_day IS NOT NULL AND (revoked_at_ms IS NULL OR revoked_at_ms > ?2)
       ORDER BY created_at_ms, id LIMIT 1000`,
    )
    .bind(projectId, nowMs)
    .all<{ keyId: string; name: string; recordsPerDay: number }>();
  return results;
}

const INSERT_KEY = `INSERT INTO project_keys (id, project_id, name, scopes, origins, key_hash, prefix, created_at_ms, created_by, records_per_day)`;

export function insertKey(db: D1Database, key: ApiKey, keyHash: string): D1PreparedStatement {
  return bindKey(db.prepare(`${INSERT_KEY} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`), key, keyHash);
}

/** Only if the statement before it in the batch changed something. */
export function insertKeyIfChanged(db: D1Database, key: ApiKey, keyHash: string): D1PreparedStatement {
  return bindKey(
    db.prepare(`${INSERT_KEY} SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE changes() > 0`),
    key,
    keyHash,
  );
}

/** Ends a key at `fromMs`, never later than it already ends. Changes nothing when that is what the row says. */
export function revokeKeyRow(db: D1Database, keyId: string, fromMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE project_keys SET revoked_at_ms = ?2, confirmed_shards = 0 WHERE id = ?1 AND (revoked_at_ms IS NULL OR revoked_at_ms > ?2)`,
    )
    .bind(keyId, fromMs);
}

/** The same for the predecessor in a rotation: a key that has ended is not replaced, unless no journal has confirmed its end yet. */
export function revokeForRotation(db: D1Database, keyId: string, fromMs: number, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE project_keys SET revoked_at_ms = min(coalesce(revoked_at_ms, ?2), ?2), confirmed_shards = 0
       WHERE id = ?1 AND (revoked_at_ms IS NULL OR revoked_at_ms > ?3 OR confirmed_shards = 0)`,
    )
    .bind(keyId, fromMs, nowMs);
}

/** Ends a key that nobody was ever given, so no journal has to hear of it. */
export function discardKey(db: D1Database, keyId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare('UPDATE project_keys SET revoked_at_ms = ?2 WHERE id = ?1 AND revoked_at_ms IS NULL')
    .bind(keyId, nowMs);
}

/** Changes nothing when the end has moved since it was pushed. */
export function confirmKey(db: D1Database, keyId: string, revokedAtMs: number, shards: number): D1PreparedStatement {
  return db
    .prepare('UPDATE project_keys SET confirmed_shards = ?3 WHERE id = ?1 AND revoked_at_ms = ?2')
    .bind(keyId, revokedAtMs, shards);
}

export async function unconfirmedKeys(db: D1Database, shards: number, limit: number): Promise<ApiKey[]> {
  const { results } = await db
    .prepare(`SELECT ${KEY} FROM project_keys k WHERE k.confirmed_shards < ?1 AND k.confirmed_shards < 64 LIMIT ?2`)
    .bind(shards, limit)
    .all<StoredKey>();
  return results.map(keyOf);
}

function bindKey(statement: D1PreparedStatement, key: ApiKey, keyHash: string): D1PreparedStatement {
  const origins = key.origins === null ? null : JSON.stringify(key.origins);
  const { id, projectId, name, scopes, prefix, createdAtMs, createdBy, quota } = key;
  const bound = [id, projectId, name, JSON.stringify(scopes), origins, keyHash, prefix, createdAtMs, createdBy];
  return statement.bind(...bound, quota?.recordsPerDay ?? null);
}

function projectOf(row: StoredProject): Project {
  return {
    id: row.id,
    name: row.name,
    createdAtMs: row.created_at_ms,
    disabled: row.disabled === 1,
    limits: limitsOf(row.limits),
  };
}

function limitsOf(stored: string | null): ProjectLimits {
  return { ...DEFAULT_PROJECT_LIMITS, ...(stored === null ? {} : (JSON.parse(stored) as Partial<ProjectLimits>)) };
}

function keyOf(row: StoredKey): ApiKey {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as Scope[],
    origins: row.origins === null ? null : (JSON.parse(row.origins) as string[]),
    quota: row.records_per_day === null ? null : { recordsPerDay: row.records_per_day },
    prefix: row.prefix,
    createdAtMs: row.created_at_ms,
    createdBy: row.created_by,
    revokedAtMs: row.revoked_at_ms,
  };
}
