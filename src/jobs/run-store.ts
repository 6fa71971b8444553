import type { JobRun } from '../wire/jobs.ts';
import { RUNS_KEPT } from './types.ts';

export interface StartedRun {
  name: string;
  /** From 1, of this job. */
  number: number;
  /** The first of the runs before it that failed without a success since; null where the last did not fail. */
  failingRun: number | null;
}

/**
 * Two statements, of which the first answers StartedRun, or nothing where another one runs that began after `unlessRunningSinceMs`; null starts in any
 * case. What follows them in the batch can ask `changes()` whether it began.
 */
export function startStatements(
  db: D1Database,
  run: { name: string; startedAtMs: number; requestId: string; askedBy: string | null },
  unlessRunningSinceMs: number | null,
): [D1PreparedStatement, D1PreparedStatement] {
  const { name, startedAtMs, requestId, askedBy } = run;
  return [
    db
      .prepare(
        `INSERT INTO jobs (name, runs) VALUES (?1, 1) ON CONFLICT (name) DO UPDATE SET runs = runs + 1
         WHERE ?2 IS NULL OR NOT EXISTS (
           SELECT 1 FROM job_runs WHERE name = ?1 AND outcome = 'running' AND started_at_ms > ?2)
         RETURNING name, runs AS number, failing_run AS failingRun`,
      )
      .bind(name, unlessRunningSinceMs),
    db
      .prepare(
        `INSERT INTO job_runs (name, slot, number, started_at_ms, outcome, counts, request_id, asked_by)
         SELECT name, runs % ${RUNS_KEPT}, runs, ?2, 'running', '{}', ?3, ?4 FROM jobs WHERE name = ?1 AND changes() > 0
         ON CONFLICT (name, slot) DO UPDATE SET number = excluded.number, started_at_ms = excluded.started_at_ms,
           finished_at_ms = NULL, outcome = 'running', counts = '{}', problem = NULL, request_id = excluded.request_id,
           asked_by = excluded.asked_by`,
      )
      .bind(name, startedAtMs, requestId, askedBy),
  ];
}

/** Two statements. Changes nothing where the run was given up meanwhile, or fifty others have begun. */
export function finishStatements(
  db: D1Database,
  { name, number }: StartedRun,
  end: { atMs: number; outcome: 'done' | 'failed' | 'lost'; counts: Record<string, number>; problem: string | null },
): D1PreparedStatement[] {
  const { atMs, outcome, counts, problem } = end;
  const isLost = outcome === 'lost';
  return [
    db
      .prepare(
        `UPDATE job_runs SET finished_at_ms = ?4, outcome = ?5, counts = ?6, problem = ?7
         WHERE name = ?1 AND slot = ?2 AND number = ?3 AND outcome = 'running'`,
      )
      .bind(name, number % RUNS_KEPT, number, isLost ? null : atMs, outcome, JSON.stringify(counts), problem),
    outcome === 'done'
      ? db
          .prepare('UPDATE jobs SET failing_run = NULL, last_success_at_ms = ?2 WHERE name = ?1 AND changes() > 0')
          .bind(name, atMs)
      : db
          .prepare(
            `UPDATE jobs SET failures = failures + 1, failing_run = coalesce(failing_run, ?2)
             WHERE name = ?1 AND changes() > 0`,
          )
          .bind(name, number),
  ];
}

/** Those that began by `beforeMs` and have not ended, oldest first. */
export async function unendedRuns(
  db: D1Database,
  beforeMs: number,
  limit: number,
): Promise<(StartedRun & { requestId: string })[]> {
  const { results } = await db
    .prepare(
      `SELECT name, number, failing_run AS failingRun, request_id AS requestId FROM job_runs JOIN jobs USING (name)
       WHERE outcome = 'running' AND started_at_ms <= ?1
       ORDER BY started_at_ms, number LIMIT ?2`,
    )
    .bind(beforeMs, limit)
    .all<StartedRun & { requestId: string }>();
  return results;
}

interface RunRow {
  started_at_ms: number;
  finished_at_ms: number | null;
  outcome: JobRun['outcome'];
  counts: string;
  problem: string | null;
  request_id: string;
  asked_by: string | null;
}

export interface JobTotals {
  name: string;
  runs: number;
  failures: number;
  lastSuccessAtMs: number | null;
  last: JobRun | null;
}

/** Of every job that ever ran. */
export async function listTotals(db: D1Database): Promise<JobTotals[]> {
  const { results } = await db
    .prepare(
      `SELECT j.name, j.runs, j.failures, j.last_success_at_ms, r.started_at_ms, r.finished_at_ms, r.outcome, r.counts,
         r.problem, r.request_id, r.asked_by
       FROM jobs j LEFT JOIN job_runs r ON r.name = j.name AND r.slot = j.runs % ${RUNS_KEPT}`,
    )
    .all<
      { name: string; runs: number; failures: number; last_success_at_ms: number | null } & (
        | RunRow
        | { started_at_ms: null }
      )
    >();
  return results.map((row) => ({
    ...{ name: row.name, runs: row.runs, failures: row.failures, lastSuccessAtMs: row.last_success_at_ms },
    last: row.started_at_ms === null ? null : runOf(row),
  }));
}

/** When the newest run of a job began; null before the first. */
export async function newestStart(db: D1Database, name: string): Promise<number | null> {
  return db
    .prepare(
      `SELECT started_at_ms FROM jobs j JOIN job_runs r ON r.name = j.name AND r.slot = j.runs % ${RUNS_KEPT}
       WHERE j.name = ?1`,
    )
    .bind(name)
    .first<number>('started_at_ms');
}

/** Newest first. */
export async function listRunRows(db: D1Database, name: string): Promise<JobRun[]> {
  const { results } = await db
    .prepare(
      `SELECT started_at_ms, finished_at_ms, outcome, counts, problem, request_id, asked_by FROM job_runs
       WHERE name = ?1 ORDER BY number DESC`,
    )
    .bind(name)
    .all<RunRow>();
  return results.map(runOf);
}

/** Of jobs that are not among these any more, and that last began before `beforeMs`. */
export async function forgetJobs(db: D1Database, names: readonly string[], beforeMs: number): Promise<number> {
  const gone = `name NOT IN (SELECT value FROM json_each(?1)) AND NOT EXISTS (
    SELECT 1 FROM job_runs r WHERE r.name = jobs.name AND r.started_at_ms >= ?2)`;
  const [runs] = await db.batch([
    db
      .prepare(`DELETE FROM job_runs WHERE name IN (SELECT name FROM jobs WHERE ${gone})`)
      .bind(JSON.stringify(names), beforeMs),
    db.prepare(`DELETE FROM jobs WHERE ${gone}`).bind(JSON.stringify(names), beforeMs),
  ]);
  return runs?.meta.changes ?? 0;
}

function runOf(row: RunRow): JobRun {
  return {
    startedAtMs: row.started_at_ms,
    finishedAtMs: row.finished_at_ms,
    durationMs: row.finished_at_ms === null ? null : row.finished_at_ms - row.started_at_ms,
    outcome: row.outcome,
    counts: JSON.parse(row.counts) as Record<string, number>,
    problem: row.problem,
    requestId: row.request_id,
    askedBy: row.asked_by,
  };
}
