import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { trustedKeys } from '../../src/trail/keys/keys.ts';
import { sealTrail } from '../../src/trail/seal/job.ts';
import { trailStatus } from '../../src/trail/status.ts';
import { verifyNow } from '../../src/trail/verify/verify.ts';
import type { AuditFinding } from '../../src/wire/audit.ts';
import { createUser, type TestUser } from '../helpers/worker/accounts.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { findings, lastSeq, writeEntries } from '../helpers/worker/trail.ts';

/** Whoever may run SQL in the database and nothing else, by every kind of statement that D1 takes: refused, or found. */

const run = (sql: string) => env.DB.prepare(sql).run();
/** Statements of a console: each a transaction of its own. */
async function runAll(...statements: string[]): Promise<void> {
  for (const sql of statements) await run(sql);
}

const sqlOf = async (name: string): Promise<string> =>
  (await env.DB.prepare('SELECT sql FROM sqlite_master WHERE name = ?1').bind(name).first<string>('sql')) ?? '';

/** As the next minute and the next day do. */
async function newFindings(): Promise<AuditFinding[]> {
  const before = new Set((await findings()).map(({ id }) => id));
  await sealTrail(testCtx());
  for (let runs = 0; runs < 20; runs++) {
    await verifyNow(testCtx());
    if ((await trailStatus(testCtx())).verifying === null) break;
  }
  return (await findings()).filter(({ id }) => !before.has(id));
}

const kindsOf = (found: readonly AuditFinding[]) => [...new Set(found.map(({ kind }) => kind))].toSorted();

/** Entries that are sealed; the number of one in the middle. */
async function sealedEntry(): Promise<number> {
  await writeEntries(20);
  await sealTrail(testCtx());
  return (await lastSeq()) - 10;
}

let user: TestUser;

beforeAll(async () => {
  user = await createUser({ role: 'viewer' });
  await writeEntries(300);
  await sealTrail(testCtx());
});

const COLUMNS = '(at_ms, actor_kind, action, target, request_id, address, detail)';
const VALUES = "(1, 'user', 'forged.verb', 'x', 'r', '', '{}')";
const WITH_SEQ = '(seq, at_ms, actor_kind, action, target, request_id, address, detail)';
const valuesAt = (seq: string) => `(${seq}, 1, 'user', 'forged.verb', 'x', 'r', '', '{}')`;

describe('the database refuses', () => {
  it.each([
    "UPDATE audit SET action = 'x.y' WHERE seq = 5",
    "UPDATE OR IGNORE audit SET action = 'x.y' WHERE seq = 5",
    'UPDATE OR REPLACE audit SET seq = 6 WHERE seq = 5',
    "UPDATE OR ROLLBACK audit SET detail = '{}'",
    'UPDATE audit SET seq = seq + 1000000',
    'UPDATE audit SET action = u.username FROM users u WHERE audit.seq = 5',
    "WITH one AS (SELECT 5 AS seq) UPDATE audit SET action = 'x.y' WHERE seq IN (SELECT seq FROM one)",
    'DELETE FROM audit',
    'DELETE FROM audit WHERE seq = 5',
    'DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit) RETURNING seq',
    'WITH old AS (SELECT seq FROM audit WHERE seq < 9) DELETE FROM audit WHERE seq IN (SELECT seq FROM old)',
    `REPLACE INTO audit ${WITH_SEQ} VALUES ${valuesAt('5')}`,
    `INSERT OR REPLACE INTO audit ${WITH_SEQ} VALUES ${valuesAt('5')}`,
    `INSERT OR IGNORE INTO audit ${WITH_SEQ} VALUES ${valuesAt('5')}`,
    `INSERT INTO audit ${WITH_SEQ} VALUES ${valuesAt('5')} ON CONFLICT (seq) DO UPDATE SET action = 'x.y'`,
    `INSERT INTO audit ${WITH_SEQ} VALUES ${valuesAt('(SELECT max(seq) + 2 FROM audit)')}`,
    `INSERT INTO audit ${WITH_SEQ} VALUES ${valuesAt('1000000')}`,
    `INSERT INTO audit ${WITH_SEQ} VALUES ${valuesAt('9223372036854775807')}`,
    `INSERT INTO audit ${WITH_SEQ} VALUES ${valuesAt('0')}`,
    `INSERT INTO audit ${WITH_SEQ} VALUES ${valuesAt('-1')}`,
    `INSERT INTO audit ${WITH_SEQ} VALUES ${valuesAt('-5')}`,
    `INSERT INTO audit (rowid, at_ms, actor_kind, action, target, request_id, address, detail) VALUES ${valuesAt('7')}`,
    `INSERT INTO audit ${COLUMNS} VALUES (1, 'user', 'x.y', 'x', 'r', '', 'no json')`,
    "UPDATE audit_changes SET target = 'x'",
    'DELETE FROM audit_changes',
    'UPDATE audit_checkpoints SET size = size + 1',
    'DELETE FROM audit_checkpoints',
    'REPLACE INTO audit_checkpoints SELECT size, root_hash, 1, kid, note FROM audit_checkpoints',
    'CREATE VIEW audit AS SELECT 1',
    'CREATE TABLE audit (seq)',
    'CREATE TEMP TRIGGER t BEFORE INSERT ON audit BEGIN SELECT RAISE(IGNORE); END',
    'CREATE TEMP VIEW audit AS SELECT 1',
    'CREATE TABLE sqlite_audit (a)',
    'CREATE TABLE _cf_audit (a)',
    "UPDATE sqlite_master SET sql = '' WHERE name = 'audit_keeps_rows'",
    "DELETE FROM sqlite_master WHERE name = 'audit_keeps_rows'",
    "INSERT INTO sqlite_master VALUES ('trigger', 'x', 'audit', 0, '')",
    'PRAGMA writable_schema = 1',
    'PRAGMA schema_version = 1',
    'PRAGMA user_version = 1',
    "ATTACH ':memory:' AS other",
    'VACUUM',
    'ALTER TABLE audit DROP COLUMN action',
    'ALTER TABLE audit DROP COLUMN project_id',
  ])('%s', async (sql) => {
    const before = await env.DB.prepare('SELECT * FROM audit ORDER BY seq').all();
    await expect(run(sql)).rejects.toThrow(/D1_ERROR/);
    const after = await env.DB.prepare('SELECT * FROM audit ORDER BY seq').all();
    expect(after.results).toEqual(before.results);
  });

  it('the same with every switch that D1 lets anybody set', async () => {
    const switches = ['foreign_keys = 0', 'recursive_triggers = 1', 'recursive_triggers = 0', 'defer_foreign_keys = 1'];
    switches.push('legacy_alter_table = 1', 'reverse_unordered_selects = 1', 'case_sensitive_like = 1');
    const attacks = [
      `REPLACE INTO audit ${WITH_SEQ} VALUES ${valuesAt('5')}`,
      'DELETE FROM audit WHERE seq = 5',
      "UPDATE audit SET action = 'x.y' WHERE seq = 5",
    ];
    for (const one of switches) {
      for (const attack of attacks) {
        await expect(
          env.DB.batch([env.DB.prepare(`PRAGMA ${one}`), env.DB.prepare(attack)]),
          `${one}; ${attack}`,
        ).rejects.toThrow();
        await expect(run(`PRAGMA ${one}; ${attack}`), `${one}; ${attack}`).rejects.toThrow();
      }
    }
    await runAll('PRAGMA foreign_keys = 1', 'PRAGMA recursive_triggers = 0', 'PRAGMA legacy_alter_table = 0');
    await runAll('PRAGMA reverse_unordered_selects = 0', 'PRAGMA case_sensitive_like = 0');
  });

  it('and the trail is what it was: nothing is found', async () => {
    expect(await newFindings()).toEqual([]);
  });
});

describe('what the database takes is found', () => {
  it('an entry changed after its trigger was dropped', async () => {
    const seq = await sealedEntry();
    const sql = await sqlOf('audit_keeps_rows');
    await runAll('DROP TRIGGER audit_keeps_rows', `UPDATE audit SET target = 'another' WHERE seq = ${seq}`);
    const found = await newFindings();
    expect(kindsOf(found)).toEqual(['altered', 'schema']);
    expect(found.find(({ kind }) => kind === 'altered')).toMatchObject({ seq });
    await run(sql);
    expect((await newFindings()).map(({ detail }) => detail)).toEqual([
      'The trigger audit_keeps_rows was added outside of a migration.',
    ]);
  });

  it.each([
    ['at_ms', '2'],
    ['actor_kind', "'key'"],
    ['actor_id', "'usr_x'"],
    ['actor_id', 'NULL'],
    ['action', "'test.other'"],
    ['target', "target || ' '"],
    ['project_id', "''"],
    ['request_id', "'x'"],
    ['address', "'192.0.2.2'"],
    ['detail', "replace(detail, '{', '{ ')"],
    ['detail', "json_set(detail, '$.n', 'x')"],
    ['claim_id', "'x'"],
    ['session_id', "'x'"],
    ['table_name', "'users'"],
    ['operation', "'delete'"],
    ['old_values', "'null'"],
    ['new_values', "'{}'"],
  ])('the column %s set to %s, and the trigger made again as it was', async (column, value) => {
    const seq = await sealedEntry();
    const sql = await sqlOf('audit_keeps_rows');
    await runAll('DROP TRIGGER audit_keeps_rows', `UPDATE audit SET ${column} = ${value} WHERE seq = ${seq}`, sql);
    const found = await newFindings();
    expect(found.filter(({ kind }) => kind === 'altered').map((finding) => finding.seq)).toEqual([seq]);
    expect(found.filter(({ kind }) => kind === 'schema').map(({ detail }) => detail)).toEqual([
      'The trigger audit_keeps_rows was made again outside of a migration.',
    ]);
  });

  it('an entry taken away, be it old or the newest, sealed or not, also with its number taken back', async () => {
    const sql = await sqlOf('audit_keeps_history');
    const old = await sealedEntry();
    await runAll('DROP TRIGGER audit_keeps_history', `DELETE FROM audit WHERE seq = ${old}`, sql);
    const first = await newFindings();
    expect(kindsOf(first)).toEqual(['missing', 'schema']);
    expect(first.find(({ kind }) => kind === 'missing')).toMatchObject({ seq: old });

    await sealedEntry();
    const newest = await lastSeq();
    await runAll('DROP TRIGGER audit_keeps_history', `DELETE FROM audit WHERE seq = ${newest}`, sql);
    await run(`UPDATE sqlite_sequence SET seq = ${newest - 1} WHERE name = 'audit'`);
    const found = await newFindings();
    expect(kindsOf(found)).toEqual(['missing', 'schema']);
    expect(found.find(({ kind }) => kind === 'missing')).toMatchObject({ seq: newest });

    await writeEntries(5);
    const unsealed = await lastSeq();
    await runAll('DROP TRIGGER audit_keeps_history', `DELETE FROM audit WHERE seq > ${unsealed - 3}`, sql);
    const gone = await newFindings();
    expect(kindsOf(gone)).toEqual(['missing', 'schema']);
    expect(gone.find(({ kind }) => kind === 'missing')?.detail).toBe(
      `Entries ${unsealed - 2} to ${unsealed} are not there.`,
    );

    // Not sealed, and the number taken back: what is left to see is that the trigger was away.
    await writeEntries(5);
    const last = await lastSeq();
    await runAll('DROP TRIGGER audit_keeps_history', `DELETE FROM audit WHERE seq > ${last - 3}`, sql);
    await run(`UPDATE sqlite_sequence SET seq = ${last - 3} WHERE name = 'audit'`);
    expect((await newFindings()).map(({ detail }) => detail)).toEqual([
      'The trigger audit_keeps_history was made again outside of a migration.',
    ]);
  });

  it('an entry put back into the hole where one was taken away', async () => {
    const seq = await sealedEntry();
    const [keeps, gives] = [await sqlOf('audit_keeps_history'), await sqlOf('audit_gives_numbers')];
    const copy = await env.DB.prepare('SELECT target FROM audit WHERE seq = ?1').bind(seq).first('target');
    await runAll(
      'DROP TRIGGER audit_keeps_history',
      'DROP TRIGGER audit_gives_numbers',
      `DELETE FROM audit WHERE seq = ${seq}`,
    );
    await run(`INSERT INTO audit ${WITH_SEQ} VALUES (${seq}, 1, 'user', 'test.write', '${copy}', 'r', '', '{}')`);
    await runAll(keeps, gives);
    const found = await newFindings();
    expect(found.filter(({ kind }) => kind !== 'schema')).toMatchObject([{ kind: 'altered', seq }]);
  });

  it('numbers that were skipped', async () => {
    await sealedEntry();
    const last = await lastSeq();
    await run(`UPDATE sqlite_sequence SET seq = seq + 7 WHERE name = 'audit'`);
    await writeEntries(1);
    expect((await newFindings()).map(({ detail }) => detail)).toEqual([
      `Entries ${last + 1} to ${last + 7} are not there.`,
    ]);
  });

  it('the whole table made again, with one entry changed', async () => {
    const seq = await sealedEntry();
    const { results } = await env.DB.prepare(
      "SELECT sql FROM sqlite_master WHERE tbl_name = 'audit' AND type <> 'table' AND sql IS NOT NULL ORDER BY rowid",
    ).all<{ sql: string }>();
    const table = await sqlOf('audit');
    const view = await env.DB.prepare(
      "SELECT sql FROM sqlite_master WHERE name IN ('audit_changes', 'audit_changes_become_rows') ORDER BY rowid",
    ).all<{ sql: string }>();
    await runAll('CREATE TABLE copy AS SELECT * FROM audit', `UPDATE copy SET target = 'x' WHERE seq = ${seq}`);
    await runAll(
      'DROP VIEW audit_changes',
      'DROP TABLE audit',
      table,
      'INSERT INTO audit SELECT * FROM copy',
      'DROP TABLE copy',
    );
    await runAll(...results.map(({ sql }) => sql), ...view.results.map(({ sql }) => sql));
    const found = await newFindings();
    expect(found.filter(({ kind }) => kind === 'altered')).toMatchObject([{ seq }]);
    const told = found.map(({ detail }) => detail);
    expect(told).toContain('The table audit was made again outside of a migration.');
    expect(told).toContain('The trigger audit_keeps_rows was made again outside of a migration.');
  });

  it('a view in the place of the table', async () => {
    const seq = await sealedEntry();
    await runAll(
      'ALTER TABLE audit RENAME TO audit_hidden',
      `CREATE VIEW audit AS SELECT * FROM audit_hidden WHERE seq <> ${seq}`,
    );
    const found = await newFindings();
    expect(kindsOf(found)).toEqual(['missing', 'schema']);
    expect(found.find(({ kind }) => kind === 'missing')).toMatchObject({ seq });
    await runAll('DROP VIEW audit', 'ALTER TABLE audit_hidden RENAME TO audit');
    expect(kindsOf(await newFindings())).toEqual(['schema']);
  });

  it.each([
    [
      'a trigger that keeps entries out',
      [
        "CREATE TRIGGER quiet BEFORE INSERT ON audit WHEN new.action GLOB 'users.*' BEGIN SELECT RAISE(IGNORE); END",
        'DROP TRIGGER quiet',
      ],
    ],
    [
      'a trigger that takes the context',
      ['CREATE TRIGGER quiet AFTER INSERT ON users BEGIN DELETE FROM audit_context; END', 'DROP TRIGGER quiet'],
    ],
    ['a column more', ['ALTER TABLE audit ADD COLUMN more TEXT', 'ALTER TABLE audit DROP COLUMN more']],
    ['an index', ['CREATE INDEX extra ON audit (address)', 'DROP INDEX extra']],
    ['an index less', ['DROP INDEX audit_by_request', 'CREATE INDEX audit_by_request ON audit (request_id)']],
    ['a table', ['CREATE TABLE extra (a)', 'DROP TABLE extra']],
  ])('%s, and when it goes again', async (_, [there, away]) => {
    for (const sql of [there, away]) {
      await run(sql ?? '');
      expect(kindsOf(await newFindings()), sql).toEqual(['schema']);
    }
  });

  it('a column that is called otherwise: also by the job that fails', async () => {
    await run('ALTER TABLE audit RENAME COLUMN address TO place');
    const before = (await findings()).length;
    await expect(sealTrail(testCtx())).rejects.toThrow('no such column');
    expect((await findings()).slice(before).every(({ kind }) => kind === 'schema')).toBe(true);
    expect((await findings()).length).toBeGreaterThan(before);
    await run('ALTER TABLE audit RENAME COLUMN place TO address');
    expect(kindsOf(await newFindings())).toEqual(['schema']);
  });

  it('a change of a user while the trigger of users was away', async () => {
    const { results } = await env.DB.prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'users' AND sql LIKE '%AFTER UPDATE%'",
    ).all<{ name: string; sql: string }>();
    expect(results.length).toBeGreaterThan(0);
    for (const { name } of results) await run(`DROP TRIGGER ${name}`);
    await env.DB.prepare("UPDATE users SET role = 'admin' WHERE id = ?1").bind(user.id).run();
    for (const { sql } of results) await run(sql);
    expect((await newFindings()).map(({ detail }) => detail)).toEqual(
      results.map(({ name }) => `The trigger ${name} was made again outside of a migration.`),
    );
  });

  it('a context that was left to write in the name of another', async () => {
    await run("INSERT INTO audit_context VALUES (1, 1, 'user', 'usr_boss', 'r', '192.0.2.1')");
    await env.DB.prepare("UPDATE users SET role = 'viewer' WHERE id = ?1").bind(user.id).run();
    expect(await newFindings()).toMatchObject([
      {
        kind: 'console_write',
        detail: 'A context was left in the database, which names user usr_boss for whatever is written by hand.',
      },
    ]);
    expect(await env.DB.prepare('SELECT count(*) AS n FROM audit_context').first('n')).toBe(0);
  });

  it('an entry that was added by hand: it says console, or the operators are told', async () => {
    await run(`INSERT INTO audit ${COLUMNS} VALUES ${VALUES}`);
    const seq = await lastSeq();
    const notice = await env.DB.prepare('SELECT kind FROM notices WHERE id = ?1')
      .bind(`audit.console_write/${seq}`)
      .first('kind');
    expect(notice).toBe('audit.console_write');
  });

  it('a key that somebody put among ours counts for nothing, and is told', async () => {
    await run(`INSERT INTO signing_keys VALUES ('k9', '${'A'.repeat(43)}=', 1, 'k1', '${'A'.repeat(86)}==')`);
    expect((await trustedKeys(testCtx())).map(({ kid }) => kid)).toEqual(['k1']);
    const seq = await lastSeq();
    const notice = await env.DB.prepare('SELECT kind FROM notices WHERE id = ?1')
      .bind(`audit.console_write/${seq}`)
      .first('kind');
    expect(notice).toBe('audit.console_write');
  });
});

describe('what is not found, as docs/audit.md says', () => {
  it('a change that comes with a made-up migration is entered under its name and is no finding', async () => {
    await runAll("INSERT INTO d1_migrations (name) VALUES ('9999_made_up.sql')", 'CREATE TABLE extra (a)');
    expect(await newFindings()).toEqual([]);
    const change = await env.DB.prepare(
      "SELECT migration, change FROM audit_schema_changes WHERE name = 'extra' AND migration IS NOT NULL",
    ).first();
    expect(change).toEqual({ migration: '9999_made_up.sql', change: 'added' });
  });

  it('an entry in the name of another within one transaction with a context of its own', async () => {
    await env.DB.batch([
      env.DB.prepare("INSERT INTO audit_context VALUES (1, 1, 'user', 'usr_boss', 'r', '192.0.2.1')"),
      env.DB.prepare("UPDATE users SET role = 'admin' WHERE id = ?1").bind(user.id),
      env.DB.prepare('DELETE FROM audit_context'),
    ]);
    expect(await newFindings()).toEqual([]);
  });
});
