import type { Clock } from './clocks.ts';

interface ClockRow {
  breach_id: string;
  clock_id: string;
  regime_id: string;
  regime_version: number;
  label: string;
  to_whom: Clock['toWhom'];
  source: string;
  due_at_ms: number;
  remind_before: string;
  withdrawn: 0 | 1;
  done_at_ms: number | null;
  not_needed: 0 | 1;
  done_by: string | null;
  note: string | null;
  next_notice_ms: number | null;
}

const CLOCK_COLUMNS =
  'breach_id, clock_id, regime_id, regime_version, label, to_whom, source, due_at_ms, remind_before, withdrawn, done_at_ms, not_needed, done_by, note, next_notice_ms';

export async function findClocks(db: D1Database, breachIds: readonly string[]): Promise<Map<string, Clock[]>> {
  const { results } = await db
    .prepare(
      `SELECT ${CLOCK_COLUMNS} FROM breach_clocks WHERE breach_id IN (SELECT value FROM json_each(?1)) ORDER BY due_at_ms, clock_id`,
    )
    .bind(JSON.stringify(breachIds))
    .all<ClockRow>();
  const byBreach = Map.groupBy(results, ({ breach_id }) => breach_id);
  return new Map([...byBreach].map(([id, rows]) => [id, rows.map(clockOfRow)]));
}

/** Of which the time has come to tell something, the longest ago first. */
export async function clocksToTell(
  db: D1Database,
  nowMs: number,
  limit: number,
): Promise<{ breachId: string; clock: Clock }[]> {
  const { results } = await db
    .prepare(
      `SELECT ${CLOCK_COLUMNS} FROM breach_clocks WHERE next_notice_ms IS NOT NULL AND next_notice_ms <= ?1
       ORDER BY next_notice_ms, breach_id, clock_id LIMIT ?2`,
    )
    .bind(nowMs, limit)
    .all<ClockRow>();
  return results.map((row) => ({ breachId: row.breach_id, clock: clockOfRow(row) }));
}

/**
 * Of a breach that is at this version when the statement runs. With a change of the breach it stands before that change in its transaction, so that both are
 * made or neither.
 */
export function insertClocks(
  db: D1Database,
  { id: breachId, version }: { id: string; version: number },
  clocks: readonly Clock[],
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO breach_clocks (${CLOCK_COLUMNS})
       SELECT ?1, j.value ->> 'id', j.value ->> 'regimeId', j.value ->> 'regimeVersion', j.value ->> 'label', j.value ->> 'toWhom', j.value ->> 'source',
              j.value ->> 'dueAtMs', j.value -> 'remindBeforeMs', 0, NULL, 0, NULL, NULL, j.value ->> 'nextNoticeMs'
       FROM json_each(?3) j WHERE EXISTS (SELECT 1 FROM breaches WHERE id = ?1 AND version = ?2 AND state <> 'resolved')`,
    )
    .bind(breachId, version, JSON.stringify(clocks));
}

/** The same of clocks that are there. */
export function updateClocks(
  db: D1Database,
  { id: breachId, version }: { id: string; version: number },
  clocks: readonly Clock[],
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE breach_clocks SET withdrawn = j.value ->> 'withdrawn', done_at_ms = j.value ->> 'doneAtMs', not_needed = j.value ->> 'notNeeded',
              done_by = j.value ->> 'doneBy', note = j.value ->> 'note', next_notice_ms = j.value ->> 'nextNoticeMs'
       FROM json_each(?3) j
       WHERE breach_id = ?1 AND clock_id = j.value ->> 'id'
         AND EXISTS (SELECT 1 FROM breaches WHERE id = ?1 AND version = ?2 AND state <> 'resolved')`,
    )
    .bind(breachId, version, JSON.stringify(clocks));
}

/** Of a clock that was told of: changes nothing where somebody has answered it, or another run has told of it. */
export function movedOn(
  db: D1Database,
  { breachId, clock, nextMs }: { breachId: string; clock: Clock; nextMs: number | null },
): D1PreparedStatement {
  return db
    .prepare(
      'UPDATE breach_clocks SET next_notice_ms = ?4 WHERE breach_id = ?1 AND clock_id = ?2 AND next_notice_ms = ?3',
    )
    .bind(breachId, clock.id, clock.nextNoticeMs, nextMs);
}

function clockOfRow(row: ClockRow): Clock {
  return {
    ...{ id: row.clock_id, regimeId: row.regime_id, regimeVersion: row.regime_version, label: row.label },
    ...{ toWhom: row.to_whom, source: row.source, dueAtMs: row.due_at_ms },
    ...{ remindBeforeMs: JSON.parse(row.remind_before) as number[], withdrawn: row.withdrawn === 1 },
    ...{ doneAtMs: row.done_at_ms, notNeeded: row.not_needed === 1, doneBy: row.done_by, note: row.note },
    nextNoticeMs: row.next_notice_ms,
  };
}
