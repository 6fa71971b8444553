import { chunks, type Fill, NUMBERS } from './rows.ts';

const MINUTE_MS = 60_000;
/** src/jobs/types.ts */
const RUNS_KEPT = 50;

/** Runs of these jobs, fifty of each, and for the rest of the rows runs of jobs that earlier versions had: more than the product keeps. */
export async function fillRuns({ db, rows, nowMs }: Fill, names: readonly string[]): Promise<void> {
  const gone = Array.from({ length: Math.ceil(rows / RUNS_KEPT) - names.length }, (_, i) => `retired_${i}`);
  const all = [...names, ...gone];
  for (let from = 0; from < all.length; from += 100) {
    const some = JSON.stringify(all.slice(from, from + 100));
    await db.batch([
      db
        .prepare(
          `INSERT INTO jobs (name, runs, failures, last_success_at_ms) SELECT value, 1000000, 12, ?2 FROM json_each(?1) WHERE true
           ON CONFLICT (name) DO NOTHING`,
        )
        .bind(some, nowMs),
      db
        .prepare(
          `WITH RECURSIVE s (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < ${RUNS_KEPT - 1})
           INSERT INTO job_runs (name, slot, number, started_at_ms, finished_at_ms, outcome, counts, problem, request_id)
           SELECT value, (1000000 - i) % ${RUNS_KEPT}, 1000000 - i, ?2 - i * ${MINUTE_MS}, ?2 - i * ${MINUTE_MS} + 140, iif(i % 17 = 3, 'failed', 'done'),
             '{"entries":12,"findings":0}', iif(i % 17 = 3, 'A store did not answer in time.', NULL), lower(hex(randomblob(16)))
           FROM json_each(?1), s WHERE true ON CONFLICT (name, slot) DO NOTHING`,
        )
        .bind(some, nowMs),
    ]);
  }
}

/** Of 400 days, each sent in a bundle of fifty. */
export async function fillNotices({ db, rows, nowMs }: Fill): Promise<void> {
  const stepMs = Math.floor((400 * 24 * 60 * MINUTE_MS) / rows);
  for (const { from, to } of chunks(rows)) {
    await db.batch([
      db
        .prepare(
          `${NUMBERS} INSERT INTO notices (id, kind, severity, title, detail, path, at_ms, bundle)
           SELECT 'job.failed/archive/' || i, iif(i % 5 = 0, 'archive.late', 'job.failed'), CASE i % 9 WHEN 0 THEN 'critical' WHEN 1 THEN 'info' ELSE 'warning' END,
             'The job archive has failed ' || (i % 7 + 1) || ' times in a row', json_object('job', 'archive', 'run', i, 'problem', 'A store did not answer in time.'),
             '/operations/jobs?job=archive', CAST(?3 AS INTEGER) - (?4 - i) * ?5, 'ntb_' || printf('%016d', (i - 1) / 50)
           FROM n`,
        )
        .bind(from, to, nowMs, rows, stepMs),
      db
        .prepare(
          `INSERT INTO notice_bundles (id, kind, notices, newest, told, created_at_ms, sent_at_ms)
           SELECT bundle, 'job.failed', count(*), json_group_array(json_object('id', id, 'title', title)) FILTER (WHERE number <= 20), '["dst_operators"]', max(at_ms), max(at_ms)
           FROM (SELECT *, row_number() OVER (PARTITION BY bundle ORDER BY at_ms DESC) AS number FROM notices WHERE at_ms BETWEEN ?1 AND ?2) GROUP BY bundle`,
        )
        .bind(nowMs - (rows - from) * stepMs, nowMs - (rows - to) * stepMs),
    ]);
  }
}
