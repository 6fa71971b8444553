import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { runSearches } from '../../src/compliance/index.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { compliance, newBreach } from '../helpers/worker/breaches.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, changesOf, testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { databaseWith } from '../helpers/worker/faulty-database.ts';
import { put, seal } from '../helpers/worker/query.ts';

const T0 = Date.UTC(2026, 5, 1);
let admin: SignedIn;
let projectId: string;
let breachId: string;

const call = (method: string, path: string, body?: unknown) => compliance(admin, method, path, body);
const ctx = (more = {}) => testCtx({ actor: { kind: 'system', job: 'breach_search' }, ...more });

/** `users` users, `each` records of each, and as many of nobody. */
async function fill(users: number, each = 1, from = 0): Promise<void> {
  const records = Array.from({ length: users * each }, (_, i) => ({
    ...{ ts: T0 + i * 10, message: `leaked row ${i}`, userId: `u${from + (i % users)}`, level: 'error' },
  }));
  await put(projectId, [
    ...records,
    { ts: T0 + 5, message: 'leaked without a name' },
    { ts: T0 + 6, message: 'quiet', userId: 'calm' },
  ]);
}

async function open(more: Record<string, unknown> = {}): Promise<string> {
  return (await call('POST', 'breaches', newBreach({ projectId, ...more }))).body.id;
}

const ask = (more: Record<string, unknown> = {}) =>
  call('POST', `breaches/${breachId}/affected`, { q: 'leaked', from: T0, to: T0 + 86_400_000, ...more });
const summary = async () => (await call('GET', `breaches/${breachId}`)).body.affected;
const users = async (query = '') => (await call('GET', `breaches/${breachId}/affected${query}`)).body.items;

/** Until no search runs; each run is one of the cron. */
async function searched(): Promise<number> {
  for (let runs = 1; runs < 50; runs++) {
    await runSearches(ctx());
    if (!(await summary()).searching) return runs;
  }
  throw new Error('the search does not end');
}

beforeEach(async () => {
  admin = await signInAs('admin');
  projectId = (await createProject()).id;
  breachId = await open();
  // What earlier tests left would be searched for as well.
  await env.DB.prepare(`UPDATE breach_searches SET state = 'stopped', ended_at_ms = 1 WHERE state = 'running'`).run();
});

describe('a search of those affected', () => {
  it('leaves no word that it looked for in the trail, of which nothing can be erased', async () => {
    const person = 'jane.doe@example.com';
    expect((await ask({ q: person })).status).toBe(201);
    await searched();
    const { results } = await env.DB.prepare('SELECT * FROM audit').all();
    expect(JSON.stringify(results)).toContain('breach_searches.insert');
    expect(JSON.stringify(results)).not.toContain(person);
  });

  it('finds each user once, with how many records name them and when, among records of the tail and of blocks', async () => {
    await fill(3, 2);
    await seal(projectId);
    await put(projectId, [{ ts: T0 + 1_000, message: 'leaked again', userId: 'u1' }]);
    const started = await ask();
    expect(started.body).toMatchObject({ state: 'running', q: 'leaked', projectId, matched: 0, reachedMs: T0 });
    expect(await summary()).toMatchObject({ users: 0, searching: true });
    await searched();
    expect(await summary()).toMatchObject({ users: 3, records: 7, searching: false, pending: 0 });
    expect(await users()).toMatchObject([
      { projectId, userId: 'u0', records: 2, firstTs: T0, lastTs: T0 + 30, state: 'none', deliveryId: null },
      { projectId, userId: 'u1', records: 3, firstTs: T0 + 10, lastTs: T0 + 1_000 },
      { projectId, userId: 'u2', records: 2 },
    ]);
    expect((await call('GET', `breaches/${breachId}/searches`)).body.items).toMatchObject([
      { state: 'done', matched: 8, named: 7, reachedMs: T0 + 86_400_000, problem: null },
    ]);
    expect((await auditOf(breachId)).map(({ action }) => action)).toEqual([
      'breach.create',
      'breach.search',
      'breach.searched',
    ]);
  });

  it('that overlaps an earlier one adds users, and counts no record twice', async () => {
    await fill(4);
    await ask({ to: T0 + 20 }); // u0, u1
    await searched();
    await ask(); // all of them, of which two again
    await searched();
    expect(await summary()).toMatchObject({ users: 4, records: 4 });
    expect((await users()).map(({ records }: { records: number }) => records)).toEqual([1, 1, 1, 1]);
  });

  it('asked again finds who has come since', async () => {
    await fill(2);
    await ask();
    await searched();
    await put(projectId, [{ ts: T0 + 15, message: 'leaked late', userId: 'late' }]);
    await ask();
    await searched();
    expect(await summary()).toMatchObject({ users: 3, records: 3 });
  });

  it('takes ten thousand users in runs that each stay within their part of an invocation', async () => {
    for (const part of [0, 1]) {
      const at = (i: number) => part * 5_000 + i;
      await put(
        projectId,
        Array.from({ length: 5_000 }, (_, i) => ({ ts: T0 + at(i), message: 'leaked', userId: `u${at(i)}` })),
      );
      await seal(projectId);
    }
    await ask();
    for (let runs = 0; (await summary()).searching; runs++) {
      const { db, count } = countingStatements(env.DB);
      const { pages } = await runSearches(ctx({ env: { ...env, DB: db } }));
      expect(pages).toBeLessThanOrEqual(40);
      expect(count()).toBeLessThan(460);
      expect(runs).toBeLessThan(10);
    }
    expect(await summary()).toMatchObject({ users: 10_000, records: 10_000 });
  }, 120_000);

  it('stands still while a store is away, and goes on where it was', async () => {
    await fill(3);
    await ask();
    const away = {
      ...env,
      JOURNAL: { getByName: () => ({ readTail: () => Promise.reject(new Error('away')) }) },
    } as unknown as typeof env;
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await runSearches(ctx({ env: away }))).toMatchObject({ searches: 1, away: 1, pages: 0 });
    logged.mockRestore();
    expect(await summary()).toMatchObject({ users: 0, searching: true });
    await searched();
    expect(await summary()).toMatchObject({ users: 3 });
  });

  it('counts each page once where two runs read it at once', async () => {
    await fill(40, 3);
    await ask();
    await Promise.all([runSearches(ctx()), runSearches(ctx())]);
    await searched();
    expect(await summary()).toMatchObject({ users: 40, records: 120 });
  });

  it('finds everybody exactly once, whatever call to a store it dies at', async () => {
    await fill(7, 2);
    await seal(projectId);
    await put(projectId, [{ ts: T0 + 999, message: 'leaked', userId: 'tail' }]);
    const boundaries = await atEachFaultPoint(env, {
      async prepare() {
        breachId = await open();
        await ask();
      },
      act: (faulty) => runSearches(ctx({ env: faulty })),
      async check(_, place) {
        await searched();
        expect([place, await summary()]).toMatchObject([place, { users: 8, records: 15, searching: false }]);
      },
    });
    expect(boundaries).toBeGreaterThan(8);
  }, 120_000);

  it('ends with the reason where this version cannot read its query any more, and holds up no other', async () => {
    await fill(1);
    await ask();
    await env.DB.prepare(`UPDATE breach_searches SET q = 'level:(' WHERE breach_id = ?1`).bind(breachId).run();
    await ask();
    await searched();
    const { items } = (await call('GET', `breaches/${breachId}/searches`)).body;
    expect(items).toMatchObject([
      { state: 'failed', problem: expect.stringContaining('cannot be read') },
      { state: 'done' },
    ]);
    expect(await summary()).toMatchObject({ users: 1 });
  });

  it.each<[string, Record<string, unknown>, number, string]>([
    ['a query that cannot be understood', { q: 'level:(' }, 400, 'invalid_query'],
    ['an end before its beginning', { from: 5, to: 5 }, 400, 'invalid_input'],
    ['another project than the breach’s', { project: 'prj_other' }, 400, 'invalid_input'],
    ['a stream that there is not', { stream: 'rumours' }, 400, 'invalid_input'],
  ])('is refused with %s', async (_, more, status, code) => {
    const answer = await ask(more);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('of the whole deployment names its project, and users of two projects are two', async () => {
    breachId = await open({ projectId: null });
    expect((await ask()).body.errors).toMatchObject([{ pointer: '/project' }]);
    await fill(1);
    await ask({ project: projectId });
    const other = (await createProject()).id;
    await put(other, [{ ts: T0, message: 'leaked', userId: 'u0' }]);
    await ask({ project: other });
    await searched();
    expect((await users()).map(({ userId }: { userId: string }) => userId)).toEqual(['u0', 'u0']);
    expect((await ask({ project: 'prj_none' })).status).toBe(404);
  });

  it('is not begun more than twenty times, nor of a resolved breach', async () => {
    for (let i = 0; i < 20; i++) expect((await ask()).status).toBe(201);
    expect((await ask()).body).toMatchObject({ code: 'too_many' });
    breachId = await open();
    await call('POST', `breaches/${breachId}/clocks/gdpr.authority_72h`, { notNeeded: true, note: 'no risk' });
    await call('POST', `breaches/${breachId}/resolve`, { version: 2, resolution: 'over' });
    expect((await ask()).body.code).toBe('breach_resolved');
  });

  it('that is stopped, or ended early, leaves whom it found, and the next counts what it did not reach', async () => {
    await fill(1_200);
    await ask();
    // One page of five hundred records, then the journal is away.
    let reads = 0;
    const away = {
      ...env,
      JOURNAL: {
        getByName: (name: string) => ({
          readTail: (...of: never[]) => {
            const journal = env.JOURNAL.getByName(name) as unknown as { readTail(...of: never[]): Promise<unknown> };
            return reads++ === 0 ? journal.readTail(...of) : Promise.reject(new Error('away'));
          },
        }),
      },
    } as unknown as typeof env;
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await runSearches(ctx({ env: away }))).toMatchObject({ pages: 1, away: 1 });
    logged.mockRestore();
    expect(await summary()).toMatchObject({ users: 499, searching: true });
    await ask();
    const stopped = await call('POST', `breaches/${breachId}/searches/stop`);
    expect(stopped.body.items).toMatchObject([
      { state: 'stopped', matched: 500 },
      { state: 'stopped', matched: 0 },
    ]);
    expect(stopped.body.items[0].endedAtMs).not.toBeNull();
    expect(await summary()).toMatchObject({ users: 499, searching: false });
    expect(await runSearches(ctx())).toMatchObject({ searches: 0 });
    expect((await call('POST', `breaches/${breachId}/searches/stop`)).status).toBe(200);
    await ask();
    await searched();
    expect(await summary()).toMatchObject({ users: 1_200, records: 1_200 });
    expect((await auditOf(breachId)).filter(({ action }) => action === 'breach.search_stop').length).toBe(1);
  });

  it('begins once those before it have ended, so that no record is left to nobody', async () => {
    await fill(3);
    await ask();
    await ask();
    expect(await runSearches(ctx())).toMatchObject({ searches: 1 });
    expect(await runSearches(ctx())).toMatchObject({ searches: 1 });
    expect(await summary()).toMatchObject({ users: 3, records: 3, searching: false });
  });

  it('keeps a breach from being resolved while it runs', async () => {
    await ask();
    await call('POST', `breaches/${breachId}/clocks/gdpr.authority_72h`, { notNeeded: true, note: 'no risk' });
    const resolve = () => call('POST', `breaches/${breachId}/resolve`, { version: 2, resolution: 'over' });
    expect((await resolve()).body.code).toBe('affected_in_work');
    await searched();
    expect((await resolve()).status).toBe(200);
  });
});

describe('a search that begins while its breach is being resolved', () => {
  it('is the one that holds: the breach stays open', async () => {
    await call('POST', `breaches/${breachId}/clocks/gdpr.authority_72h`, { notNeeded: true, note: 'no risk' });
    const DB = databaseWith(env.DB, async (sql, write) => {
      if (sql.includes('UPDATE breaches')) expect((await ask()).status).toBe(201);
      return write();
    });
    const answer = await callApp('POST', `/api/compliance/breaches/${breachId}/resolve`, {
      ...{ app: createApp(), env: { ...env, DB }, as: admin, body: { version: 2, resolution: 'over' } },
    });
    expect([answer.status, answer.body.code]).toEqual([409, 'affected_in_work']);
    expect((await call('GET', `breaches/${breachId}`)).body).toMatchObject({ state: 'open', version: 2 });
  });
});

describe('receipts of those affected', () => {
  it('come page by page, by state', async () => {
    await fill(5);
    await ask();
    await searched();
    const first = await call('GET', `breaches/${breachId}/affected?limit=2`);
    const second = await call('GET', `breaches/${breachId}/affected?limit=2&cursor=${first.body.nextCursor}`);
    const third = await call('GET', `breaches/${breachId}/affected?limit=2&cursor=${second.body.nextCursor}`);
    const all = [first, second, third].flatMap(({ body }) =>
      body.items.map(({ userId }: { userId: string }) => userId),
    );
    expect([all, third.body.nextCursor]).toEqual([['u0', 'u1', 'u2', 'u3', 'u4'], null]);
    expect((await users('?state=none')).length).toBe(5);
    for (const state of ['pending', 'queued', 'delivered', 'failed'])
      expect(await users(`?state=${state}`)).toEqual([]);
    for (const wrong of ['?state=lost', '?limit=0', '?cursor=x'])
      expect((await call('GET', `breaches/${breachId}/affected${wrong}`)).status).toBe(400);
  });

  it('leave nothing of a user in the trail, which has what the console does to them', async () => {
    await fill(2);
    await ask();
    await searched();
    expect(await changesOf('breach_affected', breachId)).toEqual([]);
    await env.DB.prepare(`DELETE FROM breach_affected WHERE breach_id = ?1 AND user_id = 'u1'`).bind(breachId).run();
    const [change] = await changesOf('breach_affected', breachId);
    expect(change).toMatchObject({ actor_kind: 'console', operation: 'delete', old_values: { user_id: '[redacted]' } });
    expect(await summary()).toMatchObject({ users: 1, records: 1 });
    const { results } = await env.DB.prepare(
      `SELECT seq FROM audit WHERE old_values LIKE '%u1%' OR new_values LIKE '%u1%' OR detail LIKE '%u1%'`,
    ).all();
    expect(results).toEqual([]);
  });
});
