import { asSomebody } from './actor.ts';
import { CHUNK_ROWS, chunks, type Fill, NUMBERED_IDS, NUMBERS, randomIdSql, randomIds } from './rows.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** Of the newest, how many are still open, and contained with every clock answered. */
const OPEN = 1_000;
const CONTAINED = 1_000;

const FACTS = JSON.stringify({
  ...{ beganAtMs: null, endedAtMs: null, nature: 'A bucket of backups could be read by anybody who had its address.' },
  ...{ kinds: ['confidentiality'], location: 'The region eu-central of the storage provider' },
  ...{ categoriesOfPeople: ['customers'], categoriesOfRecords: ['names', 'e-mail addresses', 'payouts'] },
  ...{ people: 1_200, records: 48_000, cause: 'A policy was loosened for a move and not put back.', causedBy: '' },
  ...{
    consequences: 'Messages that pretend to come from us.',
    measures: 'The policy was put back, keys were changed.',
  },
  ...{ mitigation: 'Everybody was signed out.', advice: 'Do not follow links in messages about payouts.' },
  ...{ contact: 'privacy@shop.example', highRisk: false, lateReasons: {} },
});

/** A register of breaches of a year: each was opened with its clock, and all but the newest were ended in the order in which they came. */
export async function fillBreaches(fill: Fill): Promise<void> {
  const { db, projectId, admin, rows, nowMs } = fill;
  const stepMs = Math.floor(YEAR_MS / rows);
  for (const piece of chunks(rows)) {
    const ids = [randomIds('brc', piece), piece.from];
    const atMs = nowMs - (rows - piece.to) * stepMs;
    await asSomebody(fill, { atMs, turn: Math.floor(piece.from / CHUNK_ROWS) }, [
      db
        .prepare(
          `${NUMBERED_IDS} INSERT INTO breaches (id, project_id, title, state, version, detected_at_ms, aware_at_ms, facts, regimes, rank, sort_ms, created_at_ms,
             created_by, created_by_name)
           SELECT id, iif(i % 10 = 0, NULL, ?3), 'Backup ' || i || ' left open', 'open', 1, aware - ${HOUR_MS}, aware, ?4, '[{"id":"gdpr","version":1}]', 0,
             aware + ${72 * HOUR_MS}, aware, ?5, ?6 FROM (SELECT id, i, ?7 - (?8 - i) * ?9 AS aware FROM n)`,
        )
        .bind(...ids, projectId, FACTS, admin.id, admin.name, nowMs, rows, stepMs),
      db
        .prepare(
          `${NUMBERED_IDS} INSERT INTO breach_clocks (breach_id, clock_id, regime_id, regime_version, label, to_whom, source, due_at_ms, remind_before, done_at_ms,
             done_by, next_notice_ms)
           SELECT id, 'gdpr.authority_72h', 'gdpr', 1, 'Notify the supervisory authority', 'authority', 'GDPR Art. 33(1)', aware_at_ms + ${72 * HOUR_MS},
             '[172800000,86400000,21600000,3600000]', iif(i > ?3, NULL, aware_at_ms + ${24 * HOUR_MS}), iif(i > ?3, NULL, ?4),
             iif(i > ?3, aware_at_ms + ${72 * HOUR_MS} + 1, NULL)
           FROM n CROSS JOIN breaches USING (id)`,
        )
        .bind(...ids, rows - OPEN, admin.name),
      db.prepare(`${NUMBERED_IDS} INSERT INTO breach_totals (breach_id) SELECT id FROM n`).bind(...ids),
      db
        .prepare(
          `${NUMBERED_IDS} UPDATE breaches SET version = 2, state = 'contained', rank = 1, sort_ms = created_at_ms
           FROM n WHERE breaches.id = n.id AND i > ?3 AND i <= ?4`,
        )
        .bind(...ids, rows - OPEN - CONTAINED, rows - OPEN),
      db
        .prepare(
          `${NUMBERED_IDS} UPDATE breaches SET version = 2, state = 'resolved', resolution = 'Closed, and everybody was told.',
             rank = 2, sort_ms = -(aware_at_ms + ${48 * HOUR_MS}), resolved_at_ms = aware_at_ms + ${48 * HOUR_MS} FROM n WHERE breaches.id = n.id AND i <= ?3`,
        )
        .bind(...ids, rows - OPEN - CONTAINED),
    ]);
  }
}

/** Everybody whom one breach affects, found by a search and told but for one in a hundred; and what was said of it. */
export async function fillBreach(fill: Fill, breachId: string): Promise<void> {
  const { db, projectId, admin, rows, nowMs } = fill;
  const by = [admin.id, admin.name];
  await asSomebody(fill, { atMs: nowMs, turn: 0 }, [
    db
      .prepare(
        `INSERT INTO breach_searches (id, breach_id, number, project_id, q, from_ms, to_ms, state, started_at_ms, started_by, started_by_name, ended_at_ms,
           pages, matched, named) VALUES (${randomIdSql('brs')}, ?1, 1, ?2, 'path:/payouts', ?3, ?4, 'done', ?4, ?5, ?6, ?4, ?7, ?7, ?7)`,
      )
      .bind(breachId, projectId, nowMs - YEAR_MS, nowMs, ...by, rows),
    db
      .prepare(
        `INSERT INTO breach_notifications (breach_id, number, project_id, destination_id, subject, body, facts, started_at_ms, started_by, started_by_name, stopped_at_ms)
         VALUES (?1, 1, ?2, 'dst_bench', 'About your data', 'What happened: a backup could be read.', ?3, ?4, ?5, ?6, ?4)`,
      )
      .bind(breachId, projectId, FACTS, nowMs, ...by),
    db.prepare('UPDATE breach_totals SET notifications = 1 WHERE breach_id = ?1').bind(breachId),
  ]);
  for (const { from, to } of chunks(rows)) {
    await asSomebody(fill, { atMs: nowMs, turn: Math.floor(from / CHUNK_ROWS) }, [
      db
        .prepare(
          `${NUMBERS} INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state, event_id, destination_id,
             notification, at_ms, problem)
           SELECT ?3, ?4, 'u' || i, i % 40 + 1, ?5 - ${YEAR_MS}, ?5, 1, iif(i % 100 = 0, 'failed', 'delivered'), 'evt_' || i, 'dst_bench', 1, ?5,
             iif(i % 100 = 0, 'The destination answered 410.', NULL) FROM n`,
        )
        .bind(from, to, breachId, projectId, nowMs),
      db
        .prepare(
          `${NUMBERS} INSERT INTO communications (id, subject_id, at_ms, recorded_at_ms, by_id, by_name, recipient, channel, template_id, subject, body)
           SELECT ${randomIdSql('com')}, ?3, ?4 - (?5 - i) * 1000, ?4 - (?5 - i) * 1000, ?6, ?7, 'Customer ' || i, 'email', NULL, 'Your question ' || i,
             ?8 FROM n`,
        )
        .bind(
          from,
          to,
          breachId,
          nowMs,
          rows,
          ...by,
          'We have looked into your question, and your account is safe. '.repeat(5),
        ),
    ]);
  }
}

/** As many as the register takes. */
export async function fillTemplates(fill: Fill, most: number): Promise<void> {
  const { db, admin, nowMs } = fill;
  for (const { from, to } of chunks(most)) {
    await asSomebody(fill, { atMs: nowMs, turn: 0 }, [
      db
        .prepare(
          `${NUMBERS} INSERT INTO compliance_templates (id, name, purpose, subject, body, version, created_at_ms, changed_at_ms, changed_by)
           SELECT ${randomIdSql('tpl')}, 'Template ' || i, 'breach_affected', 'About {{title}}', ?3, 1, ?4 - i, ?4 - i, ?5 FROM n`,
        )
        .bind(from, to, 'What happened: {{nature}}\n\nWhat you can do: {{advice}}\n\n'.repeat(20), nowMs, admin.id),
    ]);
  }
}
