import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditedBatch, auditStatement } from '../../src/audit/index.ts';
import { CRITICAL_TABLES } from '../helpers/critical-tables.ts';
import { createKey, createProject, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { changesOf, testCtx } from '../helpers/worker/context.ts';

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

async function rows(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  const { results } = await env.DB.prepare(sql)
    .bind(...values)
    .all<Record<string, unknown>>();
  return results;
}

const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run();
const newestSeq = async () => Number((await rows('SELECT coalesce(max(seq), 0) AS seq FROM audit'))[0]?.seq);
const contexts = () => rows('SELECT * FROM audit_context');

describe('an entry of a change', () => {
  it('says who changed what, in which request and from where, with the row before and after, beside the action', async () => {
    const user = await createUser({ role: 'viewer' });
    const answer = await callApp('PATCH', `/api/users/${user.id}`, {
      as: admin,
      address: '192.0.2.77',
      body: { role: 'analyst' },
    });
    const [made, changed] = await changesOf('users', user.id);
    expect(made).toMatchObject({ operation: 'insert', old_values: null, new_values: { id: user.id, role: 'viewer' } });
    expect(changed).toMatchObject({
      ...{ action: 'users.update', operation: 'update', project_id: null },
      ...{ actor_kind: 'user', actor_id: admin.userId, address: '192.0.2.77' },
      request_id: answer.headers.get('x-request-id'),
      old_values: { id: user.id, role: 'viewer', project_ids: null, disabled: 0 },
      new_values: { id: user.id, role: 'analyst', project_ids: null, disabled: 0 },
    });
    const said = await rows(`SELECT at_ms FROM audit WHERE target = ?1 AND action = 'user.update'`, user.id);
    expect(said).toEqual([{ at_ms: changed?.at_ms }]);
  });

  it('has the row that is deleted, and nothing after it', async () => {
    const { projectId, id } = await silence();
    const gone = await callApp('DELETE', `/api/alerts/silences/${id}?project=${projectId}`, { as: admin });
    expect(gone.status).toBe(204);
    expect((await changesOf('alert_silences', id)).at(-1)).toMatchObject({
      ...{ operation: 'delete', project_id: projectId, actor_id: admin.userId, new_values: null },
      old_values: { id, matchers: { team: 'none' } },
    });
  });

  it('is of the job where cron writes, and of nobody who is signed in where somebody signs in', async () => {
    const user = await createUser({ role: 'viewer' });
    const cron = testCtx({ actor: { kind: 'system', job: 'a_job' }, address: 'cron', requestId: 'run-1' });
    await auditedBatch(cron, [env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(user.id)]);
    expect((await changesOf('users', user.id)).at(-1)).toMatchObject({
      ...{ actor_kind: 'system', actor_id: 'a_job', address: 'cron', request_id: 'run-1', at_ms: cron.nowMs },
    });
    const anonymous = testCtx({ actor: { kind: 'anonymous' } });
    await auditedBatch(anonymous, [env.DB.prepare('UPDATE users SET disabled = 0 WHERE id = ?1').bind(user.id)]);
    expect((await changesOf('users', user.id)).at(-1)).toMatchObject({ actor_kind: 'anonymous', actor_id: null });
  });

  it('is made for each row that one statement changes', async () => {
    const user = await createUser({ role: 'viewer' });
    const sessions = [await signIn(user), await signIn(user)];
    await callApp('POST', '/api/auth/revoke-all', { as: sessions[0] as SignedIn });
    for (const { sessionId } of sessions)
      expect((await changesOf('sessions', sessionId)).map(({ operation }) => operation)).toEqual(['insert', 'update']);
  });

  it('is not made when the program notes what was seen, told or confirmed', async () => {
    const { id: projectId } = await createProject();
    const key = await createKey(projectId);
    expect((await callApp('DELETE', `/api/projects/${projectId}/keys/${key.id}`, { as: admin })).status).toBe(204);
    const [row] = await rows('SELECT confirmed_shards FROM project_keys WHERE id = ?1', key.id);
    expect(row?.confirmed_shards).toBeGreaterThan(0);
    expect((await changesOf('project_keys', key.id)).map(({ operation }) => operation)).toEqual(['insert', 'update']);
    const old = await signIn(await createUser({ role: 'viewer' }), Date.now() - 120_000);
    expect((await callApp('GET', '/api/auth/me', { as: old, address: '192.0.2.9' })).status).toBe(200);
    const [session] = await rows('SELECT last_address FROM sessions WHERE id = ?1', old.sessionId);
    expect(session?.last_address).toBe('192.0.2.9');
    expect((await changesOf('sessions', old.sessionId)).map(({ operation }) => operation)).toEqual(['insert']);
  });
});

describe('a transaction in the name of somebody', () => {
  it('answers the results of its statements alone, and leaves no context behind', async () => {
    const user = await createUser({ role: 'viewer' });
    const results = await auditedBatch<{ id: string }>(testCtx(), [
      env.DB.prepare('SELECT id FROM users WHERE id = ?1').bind(user.id),
      env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1 RETURNING id').bind(user.id),
    ]);
    expect(results.map(({ results: found }) => found)).toEqual([[{ id: user.id }], [{ id: user.id }]]);
    expect(await contexts()).toEqual([]);
  });

  it('that fails leaves neither change, entry, action nor context', async () => {
    const [user, before] = [await createUser({ role: 'viewer' }), await newestSeq()];
    const ctx = testCtx();
    await expect(
      auditedBatch(ctx, [
        env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(user.id),
        auditStatement(ctx, { action: 'user.update', target: user.id, projectId: null, detail: {} }),
        env.DB.prepare('UPDATE users SET role = ?2 WHERE id = ?1').bind(user.id, 'emperor'),
      ]),
    ).rejects.toThrow('CHECK constraint');
    expect([await newestSeq(), await contexts()]).toEqual([before, []]);
    expect(await rows('SELECT disabled, role FROM users WHERE id = ?1', user.id)).toEqual([
      { disabled: 0, role: 'viewer' },
    ]);
  });

  it('whose session has ended by then leaves nothing either', async () => {
    const session = await signIn(await createUser({ role: 'admin' }));
    const user = await createUser({ role: 'viewer' });
    const actor = { kind: 'user', userId: session.userId, sessionId: session.sessionId } as const;
    const more = { username: 'x', role: 'admin', provenAtMs: 0, projectIds: null } as const;
    const ctx = testCtx({ actor: { ...actor, ...more } });
    await callApp('POST', '/api/auth/logout', { as: session });
    const before = await newestSeq();
    const attempt = auditedBatch(ctx, [
      env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(user.id),
      auditStatement(ctx, { action: 'user.update', target: user.id, projectId: null, detail: {} }),
    ]);
    await expect(attempt).rejects.toThrow('the session has ended');
    expect([await newestSeq(), await contexts()]).toEqual([before, []]);
  });

  it('gets past a context that somebody left in the table', async () => {
    await run(
      `INSERT INTO audit_context (id, at_ms, actor_kind, actor_id, request_id, address) VALUES (1, 1, 'user', 'usr_x', '', '')`,
    );
    const user = await createUser({ role: 'viewer' });
    expect(await changesOf('users', user.id)).toMatchObject([{ actor_kind: 'system', actor_id: 'test' }]);
    expect(await contexts()).toEqual([]);
  });
});

describe('a write from outside the program', () => {
  it('is recorded as that, at the time of the database, and the operators are told in the same transaction', async () => {
    const [user, before] = [await createUser({ role: 'viewer' }), Date.now()];
    await run(`UPDATE users SET role = 'admin' WHERE id = ?1`, user.id);
    const change = (await changesOf('users', user.id)).at(-1);
    expect(change).toMatchObject({
      ...{ actor_kind: 'console', actor_id: null, request_id: '', address: '', action: 'users.update' },
      ...{ old_values: { role: 'viewer' }, new_values: { role: 'admin' } },
    });
    expect(change?.at_ms).toBeGreaterThanOrEqual(before - 1000);
    expect(change?.at_ms).toBeLessThanOrEqual(Date.now() + 1000);
    const [notice] = await rows('SELECT * FROM notices WHERE id = ?1', `audit.console_write/${change?.seq}`);
    expect({ ...notice, detail: JSON.parse(String(notice?.detail)) }).toMatchObject({
      ...{
        kind: 'audit.console_write',
        severity: 'critical',
        at_ms: change?.at_ms,
        path: `/audit?entry=${change?.seq}`,
      },
      detail: { table: 'users', operation: 'update', target: user.id, seq: change?.seq },
    });
  });

  it('that fails is neither recorded nor told', async () => {
    const [user, before] = [await createUser({ role: 'viewer' }), await newestSeq()];
    const count = () => rows('SELECT count(*) AS n FROM notices');
    const told = await count();
    await expect(
      env.DB.batch([
        env.DB.prepare(`UPDATE users SET role = 'admin' WHERE id = ?1`).bind(user.id),
        env.DB.prepare(`UPDATE users SET role = 'emperor' WHERE id = ?1`).bind(user.id),
      ]),
    ).rejects.toThrow('CHECK constraint');
    expect([await newestSeq(), await count()]).toEqual([before, told]);
  });

  it.each([
    ['keeps an idle session alive', 'UPDATE sessions SET last_seen_at_ms = last_seen_at_ms + 1 WHERE id = ?1'],
    ['keeps the sockets of a revoked session open', 'UPDATE sessions SET sockets_told = 1 WHERE id = ?1'],
    ['changes nothing at all', 'UPDATE sessions SET user_agent = user_agent WHERE id = ?1'],
  ])('is recorded also where it %s', async (_, sql) => {
    const { sessionId } = await signInAs('viewer');
    await run(sql, sessionId);
    expect((await changesOf('sessions', sessionId)).at(-1)).toMatchObject({
      operation: 'update',
      actor_kind: 'console',
    });
  });

  it('that makes a key work again which was revoked is recorded, though the program does the like without an entry', async () => {
    const key = await createKey((await createProject()).id);
    await run('UPDATE project_keys SET confirmed_shards = 64 WHERE id = ?1', key.id);
    expect((await changesOf('project_keys', key.id)).at(-1)?.actor_kind).toBe('console');
  });

  it.each(['IGNORE', 'FAIL', 'ABORT', 'ROLLBACK', 'REPLACE'])('is recorded when it says OR %s', async (policy) => {
    const user = await createUser({ role: 'viewer' });
    await run(`UPDATE OR ${policy} users SET disabled = 1 WHERE id = ?1`, user.id);
    expect((await changesOf('users', user.id)).at(-1)).toMatchObject({ actor_kind: 'console', operation: 'update' });
    const [id, name] = [crypto.randomUUID(), crypto.randomUUID()];
    await run(
      `INSERT OR ${policy} INTO users (id, username, username_key, password_hash, role, created_at_ms) VALUES (?1, ?2, ?2, 'x', 'viewer', 1)`,
      id,
      name,
    );
    expect(await changesOf('users', id)).toMatchObject([{ actor_kind: 'console', operation: 'insert' }]);
  });

  it('that adds a line to the trail by hand is told as that', async () => {
    await run(
      `INSERT INTO audit (at_ms, actor_kind, actor_id, action, target, request_id, address, detail)
       VALUES (1, 'user', 'usr_x', 'user.update', 'usr_y', 'r', 'a', '{}')`,
    );
    const [notice] = await rows('SELECT * FROM notices WHERE id = ?1', `audit.console_write/${await newestSeq()}`);
    expect(notice).toMatchObject({ severity: 'critical', title: expect.stringContaining('The audit trail') });
  });
});

describe('rows of critical tables', () => {
  const copyOf = (table: string, verb: string) => `${verb} INTO ${table} SELECT * FROM ${table} WHERE true LIMIT 1`;

  it.each(CRITICAL_TABLES)('of %s are not replaced from outside, where no trigger would see them go', async (table) => {
    await oneOf(table);
    const before = await newestSeq();
    for (const verb of ['INSERT OR REPLACE', 'REPLACE'])
      await expect(run(copyOf(table, verb)), verb).rejects.toThrow('rows of critical tables are not replaced');
    expect(await newestSeq()).toBe(before);
  });

  it.each(CRITICAL_TABLES)('of %s keep their keys', async (table) => {
    await oneOf(table);
    const key = await rows('SELECT name, type FROM pragma_table_info(?1) WHERE pk > 0', table);
    for (const { name, type } of key) {
      const other = type === 'INTEGER' ? '99' : `'another'`;
      for (const verb of ['UPDATE', 'UPDATE OR REPLACE'])
        await expect(run(`${verb} ${table} SET ${name} = ${other}`), `${verb} ${name}`).rejects.toThrow(
          /keep their keys/,
        );
    }
  });

  it('do not take the place of another one with the same name', async () => {
    const [one, other] = [await createUser({ role: 'viewer' }), await createUser({ role: 'viewer' })];
    await expect(
      run('UPDATE OR REPLACE users SET username_key = ?2 WHERE id = ?1', one.id, other.username),
    ).rejects.toThrow('rows of critical tables are not replaced');
    await expect(
      run(
        `INSERT OR REPLACE INTO users (id, username, username_key, password_hash, role, created_at_ms) VALUES ('usr_new', ?1, ?1, 'x', 'admin', 1)`,
        other.username,
      ),
    ).rejects.toThrow('rows of critical tables are not replaced');
    expect(await rows('SELECT id FROM users WHERE username_key = ?1', other.username)).toEqual([{ id: other.id }]);
  });
});

describe('the trail itself', () => {
  const ROW = `at_ms, actor_kind, action, target, request_id, address, detail`;
  const LINE = `1, 'system', 'a.b', 't', '', '', '{}'`;
  it.each([
    ['UPDATE', `UPDATE audit SET action = 'x'`, 'audit rows are not changed'],
    ['UPDATE OR IGNORE', `UPDATE OR IGNORE audit SET action = 'x'`, 'audit rows are not changed'],
    ['UPDATE OR REPLACE', 'UPDATE OR REPLACE audit SET seq = 1 WHERE seq = 2', 'audit rows are not changed'],
    ['DELETE', 'DELETE FROM audit', 'audit rows are not deleted'],
    [
      'INSERT OR REPLACE',
      `INSERT OR REPLACE INTO audit (seq, ${ROW}) VALUES (1, ${LINE})`,
      'do not bring their number',
    ],
    ['REPLACE', 'REPLACE INTO audit SELECT * FROM audit WHERE seq = 1', 'do not bring their number'],
    [
      'an upsert',
      `INSERT INTO audit (seq, ${ROW}) VALUES (1, ${LINE}) ON CONFLICT (seq) DO UPDATE SET action = 'x'`,
      'do not bring their number',
    ],
    ['a number far ahead', `INSERT INTO audit (seq, ${ROW}) VALUES (1000000, ${LINE})`, 'do not bring their number'],
    ['a number before the first', `INSERT INTO audit (seq, ${ROW}) VALUES (-1, ${LINE})`, 'CHECK constraint failed'],
    ['UPDATE through the view', `UPDATE audit_changes SET target = 'x'`, 'cannot modify audit_changes'],
    ['DELETE through the view', 'DELETE FROM audit_changes', 'cannot modify audit_changes'],
    ['REPLACE through the view', `REPLACE INTO audit_changes VALUES (NULL, NULL, NULL, NULL, NULL, NULL)`, 'NOT NULL'],
  ])('refuses %s', async (_, sql, reason) => {
    await createUser({ role: 'viewer' });
    const everything = () => rows('SELECT * FROM audit ORDER BY seq');
    const before = await everything();
    expect(before.length).toBeGreaterThan(1);
    await expect(run(sql)).rejects.toThrow(reason);
    expect(await everything()).toEqual(before);
  });

  it('numbers its entries from 1 without gaps, whatever failed in between', async () => {
    await expect(run(`INSERT INTO audit (${ROW}) VALUES (1, 'nobody', 'a.b', 't', '', '', '{}')`)).rejects.toThrow();
    await createUser({ role: 'viewer' });
    const [{ first, last, entries } = {}] = await rows(
      'SELECT min(seq) AS first, max(seq) AS last, count(*) AS entries FROM audit',
    );
    expect([first, entries]).toEqual([1, last]);
  });
});

async function silence(): Promise<{ projectId: string; id: string }> {
  const { id: projectId } = await createProject();
  const body = { matchers: { team: 'none' }, untilMs: Date.now() + 3_600_000 };
  const made = await callApp('POST', `/api/alerts/silences?project=${projectId}`, { as: admin, body });
  return { projectId, id: made.body.id };
}

/** Of a breach, with what their columns take. */
const BREACH_ROWS: Readonly<Record<string, Record<string, unknown>>> = {
  ...{ breach_clocks: { to_whom: 'authority' }, breach_searches: { state: 'running', to_ms: 2 } },
  ...{ breach_affected: { state: 'waiting' }, breach_notifications: {} },
};

/** At least one row, however it came there: of the columns that are NOT NULL, in the name of nobody. */
async function oneOf(table: string): Promise<void> {
  if ((await rows(`SELECT 1 FROM ${table} LIMIT 1`)).length > 0) return;
  const [user, project] = [await createUser({ role: 'viewer' }), await createProject()];
  if (BREACH_ROWS[table] !== undefined) await oneOf('breaches');
  if (table.startsWith('deletion_') && table !== 'deletion_requests') await oneOf('deletion_requests');
  const [breach] = await rows('SELECT id FROM breaches LIMIT 1');
  const [request] = await rows('SELECT id FROM deletion_requests LIMIT 1');
  const states: Record<string, string> = { breaches: 'open', deletion_requests: 'grace' };
  const values: Record<string, unknown> = {
    ...{ user_id: user.id, project_id: project.id, verdict: 'unsure', until_ms: 2, breach_id: breach?.id },
    ...{ request_id: request?.id, state: states[table] ?? 'waiting' },
    ...BREACH_ROWS[table],
  };
  const info = await rows('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?1)', table);
  const needed = info.filter((one) => one.notnull === 1 || Number(one.pk) > 0);
  const names = needed.map(({ name }) => String(name));
  const bound = needed.map(({ name, type }) => values[String(name)] ?? (type === 'INTEGER' ? 1 : '{}'));
  const marks = names.map((_, index) => `?${index + 1}`).join(', ');
  await auditedBatch(testCtx(), [
    env.DB.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).bind(...bound),
  ]);
}
