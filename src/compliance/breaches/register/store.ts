import type { BreachInput, BreachState } from '../../../wire/compliance.ts';

/** What of BreachInput has no column of its own. */
export type BreachFacts = Omit<BreachInput, 'title' | 'detectedAtMs' | 'awareAtMs' | 'regimeIds'>;

export interface StoredBreach {
  id: string;
  projectId: string | null;
  title: string;
  state: BreachState;
  version: number;
  detectedAtMs: number;
  awareAtMs: number;
  facts: BreachFacts;
  regimes: { id: string; version: number }[];
  createdAtMs: number;
  createdBy: string;
  createdByName: string;
  resolvedAtMs: number | null;
  resolution: string | null;
}

export interface Totals {
  users: number;
  records: number;
  waiting: number;
  claimed: number;
  queued: number;
  delivered: number;
  failed: number;
  searching: number;
  notifications: number;
  notifying: 0 | 1;
}

interface BreachRow {
  id: string;
  project_id: string | null;
  title: string;
  state: BreachState;
  version: number;
  detected_at_ms: number;
  aware_at_ms: number;
  facts: string;
  regimes: string;
  rank: number;
  sort_ms: number;
  created_at_ms: number;
  created_by: string;
  created_by_name: string;
  resolved_at_ms: number | null;
  resolution: string | null;
}

/** In the order of lists. */
export interface BreachPlace {
  rank: number;
  sortMs: number;
  id: string;
}

const COLUMNS =
  'id, project_id, title, state, version, detected_at_ms, aware_at_ms, facts, regimes, rank, sort_ms, created_at_ms, created_by, created_by_name, resolved_at_ms, resolution';

export async function findBreachRow(db: D1Database, id: string): Promise<StoredBreach | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} FROM breaches WHERE id = ?1`).bind(id).first<BreachRow>();
  return row && breachOfRow(row);
}

/** From an index each, whose order is the list's: however many there are, a page reads its rows. */
export async function listBreachRows(
  db: D1Database,
  { projectId, state }: { projectId: string | null; state: BreachState | null },
  after: BreachPlace | null,
  limit: number,
): Promise<{ breach: StoredBreach; place: BreachPlace }[]> {
  const filters: [string, string | null][] = [
    ['project_id = ?', projectId],
    ['state = ?', state],
  ];
  const given = filters.filter(([, value]) => value !== null);
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM breaches WHERE ${[...given.map(([sql]) => sql), '(rank, sort_ms, id) > (?, ?, ?)'].join(' AND ')}
       ORDER BY rank, sort_ms, id LIMIT ?`,
    )
    .bind(...given.map(([, value]) => value), after?.rank ?? -1, after?.sortMs ?? 0, after?.id ?? '', limit)
    .all<BreachRow>();
  return results.map((row) => ({
    breach: breachOfRow(row),
    place: { rank: row.rank, sortMs: row.sort_ms, id: row.id },
  }));
}

export function insertBreach(
  db: D1Database,
  breach: StoredBreach,
  { rank, sortMs }: Omit<BreachPlace, 'id'>,
): D1PreparedStatement {
  const { id, projectId, title, state, version, detectedAtMs, awareAtMs, facts, regimes } = breach;
  return db
    .prepare(
      `INSERT INTO breaches (${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, NULL, NULL)`,
    )
    .bind(
      ...[id, projectId, title, state, version, detectedAtMs, awareAtMs, JSON.stringify(facts)],
      ...[JSON.stringify(regimes), rank, sortMs, breach.createdAtMs, breach.createdBy, breach.createdByName],
    );
}

export function insertTotals(db: D1Database, breachId: string): D1PreparedStatement {
  return db.prepare('INSERT INTO breach_totals (breach_id) VALUES (?1)').bind(breachId);
}

/** The next version. Changes nothing where the one before it is not the newest any more, or is resolved. */
export function saveBreach(
  db: D1Database,
  { id, title, state, version, facts, regimes, resolvedAtMs, resolution }: StoredBreach,
  { rank, sortMs }: Omit<BreachPlace, 'id'>,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE breaches SET title = ?3, state = ?4, version = ?2, facts = ?5, regimes = ?6, resolved_at_ms = ?7, resolution = ?8, rank = ?9, sort_ms = ?10
       WHERE id = ?1 AND version = ?2 - 1 AND state <> 'resolved' AND (?4 <> 'resolved' OR NOT EXISTS (
         SELECT 1 FROM breach_totals WHERE breach_id = ?1 AND (searching > 0 OR (notifying = 1 AND waiting + claimed > 0))))`,
    )
    .bind(
      ...[id, version, title, state, JSON.stringify(facts), JSON.stringify(regimes)],
      ...[resolvedAtMs, resolution, rank, sortMs],
    );
}

export async function findTotals(db: D1Database, breachIds: readonly string[]): Promise<Map<string, Totals>> {
  const { results } = await db
    .prepare(
      `SELECT breach_id, users, records, waiting, claimed, queued, delivered, failed, searching, notifications, notifying
       FROM breach_totals WHERE breach_id IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(breachIds))
    .all<Totals & { breach_id: string }>();
  return new Map(results.map(({ breach_id, ...totals }) => [breach_id, totals]));
}

function breachOfRow(row: BreachRow): StoredBreach {
  return {
    ...{ id: row.id, projectId: row.project_id, title: row.title, state: row.state, version: row.version },
    ...{ detectedAtMs: row.detected_at_ms, awareAtMs: row.aware_at_ms },
    ...{ facts: JSON.parse(row.facts) as BreachFacts, regimes: JSON.parse(row.regimes) as StoredBreach['regimes'] },
    ...{ createdAtMs: row.created_at_ms, createdBy: row.created_by, createdByName: row.created_by_name },
    ...{ resolvedAtMs: row.resolved_at_ms, resolution: row.resolution },
  };
}
