import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createUser } from '../helpers/worker/accounts.ts';

const at = env.TEST_MIGRATIONS.findIndex(({ name }) => name.startsWith('0025_'));
const before = env.TEST_MIGRATIONS.slice(0, at);

const rows = async (sql: string) => (await env.DB.prepare(sql).all<Record<string, unknown>>()).results;
const COLUMNS =
  'seq, at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, claim_id, session_id';

/** As it was before changes were written. */
beforeEach(async () => {
  await reset();
  await applyD1Migrations(env.DB, before);
});
afterAll(async () => {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});

describe('the trail of a deployment that has one', () => {
  it('keeps its entries with their numbers, goes on with the next one, and is closed as before', async () => {
    for (const kind of ['anonymous', 'user', 'key', 'system'])
      await env.DB.prepare(
        `INSERT INTO audit (at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, session_id)
         VALUES (7, ?1, 'id', 'session.login', 't', 'p', 'r', 'a', '{"a":1}', 's')`,
      )
        .bind(kind)
        .run();
    const kept = await rows(`SELECT ${COLUMNS} FROM audit ORDER BY seq`);
    expect(kept.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    expect(await rows(`SELECT ${COLUMNS} FROM audit ORDER BY seq`)).toEqual(kept);
    expect(await rows('SELECT 1 FROM audit WHERE table_name IS NOT NULL')).toEqual([]);
    await createUser({ role: 'viewer' });
    expect(await rows('SELECT seq, action FROM audit WHERE seq > 4')).toEqual([{ seq: 5, action: 'users.insert' }]);
    for (const sql of ['DELETE FROM audit', 'UPDATE audit SET target = target'])
      await expect(env.DB.prepare(sql).run()).rejects.toThrow('audit rows are not');
  });

  it('tells nobody of the migration itself, and begins at 1 where it was empty', async () => {
    await env.DB.prepare(`INSERT INTO projects (id, name, created_at_ms) VALUES ('prj_old', 'old', 1)`).run();
    await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
    expect(await rows('SELECT * FROM notices')).toEqual([]);
    await createUser({ role: 'viewer' });
    expect(await rows('SELECT seq FROM audit')).toEqual([{ seq: 1 }]);
  });
});
