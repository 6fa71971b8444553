import { type Page, type PageRequest, pageOf } from '../shared/page.ts';
import type { DataType } from '../wire/etl.ts';
import type { EtlJob, JobState } from '../wire/etl-job.ts';
import { IDEMPOTENCY_TTL_MS } from '../wire/limits.ts';
import type { Stream } from '../wire/record.ts';
import { NOTHING_DONE, type ProgressRow } from './progress.ts';
import { type SchemaVersion, schemaOf, selectSchema } from './schema-store.ts';

/** A job that has shown no sign of life for so long reads as broken. */
export const LEASE_MS = 60_000;

/** What a job is from its first moment on. */
export interface NewJob {
  id: string;
  projectId: string;
  principal: string;
  dedupe: string | null;
  dataType: DataType;
  schemaVersion: number | null;
  stream: Stream;
  service: string;
  resentFrom: string | null;
  nowMs: number;
}

/** A start of a job, which alone may write to its row until the next. */
export interface Attempt {
  id: string;
  attempt: number;
  schemaVersion: number;
}

interface Row {
  id: string;
  principal: string;
  attempt: number;
  data_type: string;
  schema_version: number;
  resent_from: string | null;
  state: string;
  broken_by: string | null;
  progress: string;
  created_at_ms: number;
  updated_at_ms: number;
  lease_until_ms: number;
  stream: string;
  service: string;
  told_by: number;
}

const COLUMNS =
  'id, principal, attempt, data_type, schema_version, resent_from, state, broken_by, progress, created_at_ms, updated_at_ms, lease_until_ms, stream, service, told_by';

/** What opening a job found out. `attempt` null: the key has begun something else, or there is no such schema. */
export interface Opened {
  attempt: Attempt | null;
  /** The version that was asked for, or the newest; null where there is none. */
  schema: SchemaVersion | null;
}

/**
 * A new job, or the next attempt of the one with this Idempotency-Key, to whose schema it keeps. Its row says what it said until this
 * attempt has stored something, which shows that it has the same data. In one round trip:
 * nothing can be stored before it is back. `schemaVersion` null is the newest, or none where there is none; 0 is none.
 */
export async function openJob(db: D1Database, job: NewJob): Promise<Opened> {
  const { id, projectId, principal, dedupe, dataType, schemaVersion, stream, service, resentFrom, nowMs } = job;
  const [, opened, found] = await db.batch([
    // The journal has forgotten the key by then, so this is another job.
    db
      .prepare(
        `UPDATE etl_jobs SET dedupe = NULL
         WHERE project_id = ?1 AND principal = ?2 AND dedupe = ?3 AND created_at_ms <= ?4`,
      )
      .bind(projectId, principal, dedupe, nowMs - IDEMPOTENCY_TTL_MS),
    db
      .prepare(
        `INSERT INTO etl_jobs (id, project_id, principal, dedupe, attempt, data_type, schema_version, resent_from, state,
           progress, created_at_ms, updated_at_ms, lease_until_ms, stream, service, told_by)
         SELECT ?1, ?2, ?3, ?4, 1, ?5, coalesce(?6, max(version), 0), ?7, 'running', ?8, ?9, ?9, ?10, ?11, ?12, 1
         FROM etl_schemas WHERE project_id = ?2 AND data_type = ?5
         HAVING ?6 IS NULL OR ?6 = 0 OR total(version = ?6) > 0
         ON CONFLICT (project_id, principal, dedupe) WHERE dedupe IS NOT NULL DO UPDATE SET
           attempt = attempt + 1
           WHERE data_type = ?5 AND (?6 IS NULL OR schema_version = ?6)
         RETURNING id, attempt, schema_version`,
      )
      .bind(
        ...[id, projectId, principal, dedupe, dataType, schemaVersion, resentFrom],
        ...[JSON.stringify(NOTHING_DONE), nowMs, nowMs + LEASE_MS, stream, service],
      ),
    selectSchema(db, projectId, dataType, schemaVersion),
  ]);
  const row = opened?.results[0] as { id: string; attempt: number; schema_version: number } | undefined;
  return {
    attempt: row ? { id: row.id, attempt: row.attempt, schemaVersion: row.schema_version } : null,
    schema: schemaOf(found?.results[0]),
  };
}

/** Does nothing where a later attempt has taken the job over. */
export async function updateJob(
  db: D1Database,
  { id, attempt }: Attempt,
  change: { state: JobState; brokenBy: string | null; progress: ProgressRow; nowMs: number },
): Promise<void> {
  await db
    .prepare(
      `UPDATE etl_jobs SET told_by = ?2, state = ?3, broken_by = ?4, progress = ?5, updated_at_ms = ?6, lease_until_ms = ?7
       WHERE id = ?1 AND attempt = ?2`,
    )
    .bind(
      id,
      attempt,
      change.state,
      change.brokenBy,
      JSON.stringify(change.progress),
      change.nowMs,
      change.nowMs + LEASE_MS,
    )
    .run();
}

export async function findJob(db: D1Database, projectId: string, id: string, nowMs: number): Promise<EtlJob | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM etl_jobs WHERE id = ?1 AND project_id = ?2`)
    .bind(id, projectId)
    .first<Row>();
  return row && jobOf(row, nowMs);
}

/** Newest first. */
export async function listJobs(
  db: D1Database,
  projectId: string,
  { limit, after }: PageRequest,
  nowMs: number,
): Promise<Page<EtlJob>> {
  const before = after.atMs < 0 ? Number.MAX_SAFE_INTEGER : after.atMs;
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM etl_jobs WHERE project_id = ?1 AND (created_at_ms, id) < (?2, ?3)
       ORDER BY created_at_ms DESC, id DESC LIMIT ?4`,
    )
    .bind(projectId, before, after.id, limit + 1)
    .all<Row>();
  return pageOf(
    results.map((row) => jobOf(row, nowMs)),
    limit,
  );
}

/** Jobs past their time: at most so many. */
export function deleteOldJobs(db: D1Database, beforeMs: number, most: number): D1PreparedStatement {
  return db
    .prepare(
      'DELETE FROM etl_jobs WHERE id IN (SELECT id FROM etl_jobs WHERE created_at_ms < ?1 ORDER BY created_at_ms LIMIT ?2)',
    )
    .bind(beforeMs, most);
}

export async function projectsWithMoreJobs(db: D1Database, than: number, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT project_id FROM etl_jobs GROUP BY project_id HAVING count(*) > ?1 LIMIT ?2')
    .bind(than, limit)
    .all<{ project_id: string }>();
  return results.map((row) => row.project_id);
}

/** The oldest jobs of a project, so that `keep` stay: at most so many at once. */
export function deleteJobsBeyond(db: D1Database, projectId: string, keep: number, most: number): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM etl_jobs WHERE id IN (SELECT id FROM etl_jobs WHERE project_id = ?1
         ORDER BY created_at_ms DESC, id DESC LIMIT ?3 OFFSET ?2)`,
    )
    .bind(projectId, keep, most);
}

/** A process that died says nothing: its lease says it. */
function jobOf(row: Row, nowMs: number): EtlJob {
  const hasDied = row.state === 'running' && row.lease_until_ms <= nowMs;
  return {
    id: row.id,
    dataType: row.data_type as DataType,
    schemaVersion: row.schema_version,
    state: hasDied ? 'broken' : (row.state as JobState),
    brokenBy: hasDied ? 'lease_passed' : row.broken_by,
    attempt: row.attempt,
    toldBy: row.told_by,
    stream: row.stream as Stream,
    service: row.service,
    startedBy: row.principal,
    resentFrom: row.resent_from,
    ...(JSON.parse(row.progress) as ProgressRow),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
