import type { ErasureCategory, ErasureStep } from '../../../wire/compliance.ts';
import type { Stream } from '../../../wire/record.ts';

/** What a step has left where it was, and why. */
export interface HeldBack {
  /** Of a hold of the request, or of a legal hold of the archive. */
  holdId: string;
  stream: Stream | null;
  reason: string;
  /** 0 where it was not looked at. */
  records: number;
}

export interface StoredStep {
  requestId: string;
  category: ErasureCategory;
  state: ErasureStep['state'];
  counts: Record<string, number>;
  held: HeldBack[];
  /** Failed ones in a row. */
  attempts: number;
  problem: string | null;
  finishedAtMs: number | null;
}

interface Row {
  request_id: string;
  category: string;
  state: string;
  counts: string;
  held: string;
  attempts: number;
  problem: string | null;
  finished_at_ms: number | null;
}

/** One for each category; those that are there stay as they are. */
export function insertSteps(
  db: D1Database,
  requestId: string,
  projectId: string,
  categories: readonly ErasureCategory[],
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO deletion_steps (request_id, project_id, category, state, counts, held)
       SELECT ?1, ?2, value, 'waiting', '{}', '[]' FROM json_each(?3)
       WHERE EXISTS (SELECT 1 FROM deletion_requests WHERE id = ?1 AND state = 'running')
       ON CONFLICT (request_id, category) DO NOTHING`,
    )
    .bind(requestId, projectId, JSON.stringify(categories));
}

export async function stepsOf(db: D1Database, requestIds: readonly string[]): Promise<Map<string, StoredStep[]>> {
  const { results } = await db
    .prepare(
      `SELECT request_id, category, state, counts, held, attempts, problem, finished_at_ms FROM deletion_steps
       WHERE request_id IN (SELECT value FROM json_each(?1)) ORDER BY request_id`,
    )
    .bind(JSON.stringify(requestIds))
    .all<Row>();
  const steps = new Map<string, StoredStep[]>();
  for (const row of results) {
    const of = steps.get(row.request_id) ?? [];
    steps.set(row.request_id, of);
    of.push({
      ...{
        requestId: row.request_id,
        category: row.category as ErasureCategory,
        state: row.state as StoredStep['state'],
      },
      ...{ counts: JSON.parse(row.counts), held: JSON.parse(row.held), attempts: row.attempts, problem: row.problem },
      finishedAtMs: row.finished_at_ms,
    });
  }
  return steps;
}

/** Changes nothing where the row says the same already: each change is an entry of the audit trail. */
export function writeStep(db: D1Database, step: StoredStep): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE deletion_steps SET state = ?3, counts = ?4, held = ?5, attempts = ?6, problem = ?7, finished_at_ms = ?8
       WHERE request_id = ?1 AND category = ?2
         AND (state, counts, held, attempts, problem, finished_at_ms) IS NOT (?3, ?4, ?5, ?6, ?7, ?8)`,
    )
    .bind(
      ...[step.requestId, step.category, step.state, JSON.stringify(step.counts), JSON.stringify(step.held)],
      ...[step.attempts, step.problem, step.finishedAtMs],
    );
}

/** To be done once more, on top of what was done: of these categories, or of all. */
export function waitAgain(
  db: D1Database,
  requestId: string,
  categories: readonly ErasureCategory[] | null,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE deletion_steps SET state = 'waiting', held = '[]', attempts = 0, problem = NULL, finished_at_ms = NULL
       WHERE request_id = ?1 AND (?2 IS NULL OR category IN (SELECT value FROM json_each(?2)))`,
    )
    .bind(requestId, categories === null ? null : JSON.stringify(categories));
}

/** Steps that have left something where it was, for a hold that is no longer in force: of the request, or of the archive. */
export async function releasedSteps(
  db: D1Database,
  limit: number,
): Promise<{ requestId: string; projectId: string; category: ErasureCategory }[]> {
  const { results } = await db
    .prepare(
      `SELECT s.request_id AS requestId, s.project_id AS projectId, s.category FROM deletion_steps s INDEXED BY deletion_steps_held
       JOIN deletion_requests r ON r.id = s.request_id AND r.state IN ('done', 'running') AND r.sealed IS NOT NULL
       WHERE s.state = 'held' AND EXISTS (SELECT 1 FROM json_each(s.held) h WHERE
         EXISTS (SELECT 1 FROM legal_holds l WHERE l.id = h.value ->> 'holdId' AND l.released_at_ms IS NOT NULL)
         OR EXISTS (SELECT 1 FROM deletion_holds d WHERE d.id = h.value ->> 'holdId' AND d.released_at_ms IS NOT NULL))
       LIMIT ?1`,
    )
    .bind(limit)
    .all<{ requestId: string; projectId: string; category: ErasureCategory }>();
  return results;
}
