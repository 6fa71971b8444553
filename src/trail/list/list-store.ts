import { ENTRY_COLUMNS, type EntryRow } from '../entry-store.ts';
import type { Condition } from './conditions.ts';

/** Numbers of entries between these, both excluded, and the times that are asked for. */
export interface EntryRange {
  after: number;
  before: number;
  fromMs: number;
  toMs: number;
}

/** The newest entries of the range that a condition takes which an index answers in the order of the numbers, at most `limit`. */
export async function candidates(
  db: D1Database,
  condition: Condition,
  { after, before, fromMs, toMs }: EntryRange,
  limit: number,
): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT seq FROM audit a WHERE ${condition.sql} AND seq > ? AND seq < ? AND at_ms >= ? AND at_ms < ?
       ORDER BY seq DESC LIMIT ?`,
    )
    .bind(...condition.values, after, before, fromMs, toMs, limit)
    .all<{ seq: number }>();
  return results.map(({ seq }) => seq);
}

export interface ActionGroup {
  action: string;
  kind: string;
}

/** The pairs of action and kind of actor that there are and that a condition takes: a few steps of the index for each action, however many entries it has. */
export async function actionGroups(db: D1Database, condition: Condition): Promise<ActionGroup[]> {
  const { results } = await db
    .prepare(
      `WITH RECURSIVE actions (action) AS (
         SELECT min(action) FROM audit
         UNION ALL
         SELECT (SELECT min(n.action) FROM audit n WHERE n.action > actions.action) FROM actions WHERE action IS NOT NULL
       ), kinds (actor_kind) AS (VALUES ('anonymous'), ('user'), ('key'), ('system'), ('console'))
       SELECT a.action, a.actor_kind AS kind FROM (SELECT action, actor_kind FROM actions, kinds WHERE action IS NOT NULL) a
       WHERE ${condition.sql} AND EXISTS (SELECT 1 FROM audit n WHERE n.action = a.action AND n.actor_kind = a.actor_kind)`,
    )
    .bind(...condition.values)
    .all<ActionGroup>();
  return results;
}

/** The newest entries of these groups in the range, at most `limit` of all of them together. */
export async function groupCandidates(
  db: D1Database,
  groups: readonly ActionGroup[],
  { after, before, fromMs, toMs }: EntryRange,
  limit: number,
): Promise<number[]> {
  const { results } = await db
    .prepare(
      `SELECT a.seq FROM json_each(?1) g JOIN audit a ON a.seq IN (
         SELECT n.seq FROM audit n WHERE n.action = g.value->>'action' AND n.actor_kind = g.value->>'kind' AND n.seq > ?2 AND n.seq < ?3
           AND n.at_ms >= ?5 AND n.at_ms < ?6 ORDER BY n.seq DESC LIMIT ?4)
       ORDER BY a.seq DESC LIMIT ?4`,
    )
    .bind(JSON.stringify(groups), after, before, limit, fromMs, toMs)
    .all<{ seq: number }>();
  return results.map(({ seq }) => seq);
}

export interface NamedRow extends EntryRow {
  actorName: string | null;
}

/** Halved down to one: enough for 2^41 entries. */
const LARGEST_STEP = 2 ** 40;
const COLUMNS = ENTRY_COLUMNS.map((column) => `a.${column}`).join(', ');

/** Of these entries those that fit, newest first, with what their actors are called today. */
export async function fittingRows(
  db: D1Database,
  seqs: readonly number[],
  condition: Condition,
  limit: number,
): Promise<NamedRow[]> {
  const { results } = await db
    .prepare(
      // CROSS JOIN keeps the order: the numbers are few, and an index of what is asked for may have half of the trail.
      `SELECT ${COLUMNS}, coalesce(u.username, k.name) AS actorName FROM json_each(?) c CROSS JOIN audit a ON a.seq = c.value
       LEFT JOIN users u ON a.actor_kind = 'user' AND u.id = a.actor_id
       LEFT JOIN project_keys k ON a.actor_kind = 'key' AND k.id = a.actor_id
       WHERE ${condition.sql} ORDER BY a.seq DESC LIMIT ?`,
    )
    .bind(JSON.stringify(seqs), ...condition.values, limit)
    .all<NamedRow>();
  return results;
}

/**
 * The last number before a time, found by halving: entries stand in the order of their transactions, so that their times run forward but for what a request
 * takes. 0 where there is none.
 */
export async function lastSeqBefore(db: D1Database, atMs: number): Promise<number> {
  const found = await db
    .prepare(
      `WITH RECURSIVE s (seq, step) AS (
         SELECT 0, CAST(?2 AS INTEGER)
         UNION ALL
         SELECT iif(seq + step <= (SELECT max(a.seq) FROM audit a)
             AND (SELECT a.at_ms FROM audit a WHERE a.seq <= s.seq + s.step ORDER BY a.seq DESC LIMIT 1) < ?1, seq + step, seq), step / 2
         FROM s WHERE step > 0
       ) SELECT seq FROM s WHERE step = 0`,
    )
    .bind(atMs, LARGEST_STEP)
    .first<{ seq: number }>();
  return found?.seq ?? 0;
}

export async function newestAtMs(db: D1Database): Promise<number | null> {
  return db.prepare('SELECT at_ms AS atMs FROM audit ORDER BY seq DESC LIMIT 1').first<number>('atMs');
}
