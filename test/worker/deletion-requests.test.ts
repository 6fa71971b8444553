import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createProject, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { askDeletion } from '../helpers/worker/deletions.ts';

const DAY_MS = 86_400_000;
const JANE = { userIds: ['usr-jane-4711'], sessionIds: [], identifiers: ['jane@example.com'] };

let admin: SignedIn;
let projectId: string;

const at = (id: string, more = ''): string => `/api/compliance/deletions/${id}${more}`;
const post = (path: string, body?: unknown, as = admin): Promise<Answer> =>
  callApp('POST', path, { as, ...(body === undefined ? {} : { body }) });
const ask = (more: object = {}): Promise<Answer> =>
  post('/api/compliance/deletions', {
    ...{ projectId, identity: JANE, regimeId: 'gdpr', receivedAtMs: Date.now(), contact: 'jane@example.com', ...more },
  });

beforeAll(async () => {
  admin = await signInAs('admin');
});

async function fresh(more: object = {}): Promise<Answer['body']> {
  ({ id: projectId } = await createProject());
  const answer = await ask(more);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

describe('a request for deletion', () => {
  it('is entered with its deadline, its grace period and what the law keeps back', async () => {
    const request = await fresh();
    expect(request).toMatchObject({
      ...{ projectId, regimeId: 'gdpr', identity: JANE, contact: 'jane@example.com', state: 'grace', steps: [] },
      ...{ createdBy: admin.userId, cancelledAtMs: null, executedAtMs: null, problem: null },
      holds: [{ category: 'breach_register', stream: null, by: 'system', releasedAtMs: null }],
    });
    // A month has 28 days at least, of which the last is for the execution.
    const graceDays = (request.graceEndsAtMs - request.createdAtMs) / DAY_MS;
    expect(graceDays).toBeGreaterThanOrEqual(27);
    expect(graceDays).toBeLessThanOrEqual(30);
    expect(request.deadlineAtMs - request.graceEndsAtMs).toBeGreaterThanOrEqual(DAY_MS);
    const read = await callApp('GET', at(request.id), { as: admin });
    expect(read.body).toEqual(request);
  });

  it('leaves the identity nowhere but encrypted: not in a table, not in the trail', async () => {
    const request = await fresh();
    const trail = await auditOf(request.id);
    expect(trail.map(({ action }) => action)).toContain('deletion.create');
    expect(trail.find(({ action }) => action === 'deletion.create')?.detail).toMatchObject({
      reference: request.reference,
    });
    for (const table of ['deletion_requests', 'deletion_holds', 'audit']) {
      const { results } = await env.DB.prepare(`SELECT * FROM ${table}`).all();
      expect(JSON.stringify(results), table).not.toMatch(/jane/i);
    }
  });

  it('is one for a person at a time, however it is typed, and another one once it was cancelled', async () => {
    const { id } = await fresh();
    const again = await ask({ identity: { userIds: ['usr-jane-4711 '], identifiers: ['JANE@example.com'] } });
    expect([again.status, again.body.code, again.body.id]).toEqual([409, 'deletion_exists', id]);
    const both = await Promise.all([ask({ identity: { userIds: ['u2'] } }), ask({ identity: { userIds: ['u2'] } })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect((await post(at(id, '/cancel'), { reason: 'taken back' })).body).toMatchObject({
      ...{ state: 'cancelled', cancelReason: 'taken back' },
    });
    expect((await ask()).status).toBe(201);
  });

  it.each([
    ['nobody', { identity: { userIds: [' '] } }, 400],
    ['an identifier that is too short', { identity: { identifiers: ['short'] } }, 400],
    ['a regime that there is not', { regimeId: 'none' }, 400],
    ['a receipt in the future', { receivedAtMs: Date.now() + DAY_MS }, 400],
    ['a stream of what has none', { holds: [{ category: 'caches', stream: 'logs', reason: 'x' }] }, 400],
    ['a reason that names the person', { holds: [{ category: 'caches', reason: 'Jane@Example.com sues' }] }, 400],
    ['a project that there is not', { projectId: 'prj_none' }, 404],
  ])('is not entered for %s', async (_, more, status) => {
    ({ id: projectId } = await createProject());
    expect((await ask(more)).status).toBe(status);
    const { results } = await env.DB.prepare('SELECT id FROM deletion_requests WHERE project_id = ?1')
      .bind(projectId)
      .all();
    expect(results).toEqual([]);
  });

  it('ends its grace period at once where an administrator says so, and says it twice for nothing', async () => {
    const { id } = await fresh();
    const due = await post(at(id, '/execute'));
    expect([due.status, due.body.state]).toEqual([200, 'due']);
    expect((await post(at(id, '/execute'))).body).toEqual(due.body);
    expect((await auditOf(id)).filter(({ action }) => action === 'deletion.execute')).toHaveLength(1);
    expect((await post(at(id, '/cancel'), { reason: 'not yet begun' })).body.state).toBe('cancelled');
    const refused = await Promise.all([post(at(id, '/execute')), post(at(id, '/cancel'), { reason: 'again' })]);
    expect(refused.map(({ status, body }) => `${status} ${body.code}`)).toEqual([
      '409 deletion_ended',
      '409 deletion_ended',
    ]);
  });

  it('takes holds of a category and of a stream, each once, and lets them go', async () => {
    const { id } = await fresh();
    const hold = { category: 'records', stream: 'fraud', reason: 'a charge-back' };
    const held = await post(at(id, '/holds'), hold);
    expect(held.status).toBe(201);
    expect(held.body.holds.at(-1)).toMatchObject({ ...hold, by: admin.userId, releasedAtMs: null });
    expect((await post(at(id, '/holds'), hold)).body.code).toBe('already_held');
    expect((await post(at(id, '/holds'), { ...hold, reason: 'of usr-jane-4711' })).status).toBe(400);
    const holdId = held.body.holds.at(-1).id;
    const released = await post(at(id, `/holds/${holdId}/release`));
    expect(released.body.holds.at(-1).releasedAtMs).toEqual(expect.any(Number));
    expect((await post(at(id, `/holds/${holdId}/release`))).body.code).toBe('not_found');
    expect((await post(at(id, '/holds'), hold)).status).toBe(201);
    const actions = (await auditOf(id)).map(({ action }) => action);
    expect(actions.filter((action) => /hold|release/.test(action))).toEqual([
      ...['deletion.hold', 'deletion.release', 'deletion.hold'],
    ]);
  });

  it('has no receipt before it was carried out', async () => {
    const { id } = await fresh();
    expect((await callApp('GET', at(id, '/receipt'), { as: admin })).body.code).toBe('not_executed');
  });

  it('is decided by somebody who has proved lately who they are', async () => {
    const { id } = await fresh();
    const user = await createUser({ role: 'admin' });
    const stale = await signIn(user, Date.now() - 31 * 60_000);
    const holdId = (await callApp('GET', at(id), { as: stale })).body.holds[0].id;
    const calls = [
      post(at(id, '/cancel'), { reason: 'x' }, stale),
      post(at(id, '/execute'), undefined, stale),
      post(at(id, '/holds'), { category: 'caches', reason: 'x' }, stale),
      post(at(id, `/holds/${holdId}/release`), undefined, stale),
    ];
    for (const { body } of await Promise.all(calls)) expect(body.code).toBe('step_up_required');
  });
});

describe('the list of requests', () => {
  it('is in pages, the newest first, of a project and of a state', async () => {
    const { id: own } = await createProject();
    const nowMs = Date.now();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(await askDeletion(own, { userIds: [`u${i}`], nowMs: nowMs - 1_000 + i }));
    await post(at(ids[1] as string, '/cancel'), { reason: 'taken back' });
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Answer = await callApp('GET', `/api/compliance/deletions?project=${own}&limit=2&cursor=${cursor}`, {
        as: admin,
      });
      seen.push(...page.body.items.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(ids);
    const cancelled = await callApp('GET', `/api/compliance/deletions?project=${own}&state=cancelled`, { as: admin });
    expect(cancelled.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[1]]);
    for (const wrong of ['limit=0', 'limit=201', 'state=none', 'cursor=!'])
      expect((await callApp('GET', `/api/compliance/deletions?${wrong}`, { as: admin })).status, wrong).toBe(400);
  });

  it('gives any page of 100,000 requests in a few reads of an index', async () => {
    const { id: own } = await createProject();
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO audit_context (id, at_ms, actor_kind, actor_id, request_id, address) VALUES (1, 0, 'system', 'test', '', '')`,
      ),
      env.DB.prepare(
        `INSERT INTO deletion_requests (id, project_id, regime_id, reference, state, received_at_ms, created_at_ms, created_by, created_by_name,
           grace_ends_at_ms, deadline_at_ms)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
         SELECT 'del_many' || i, ?1, 'gdpr', 'ref' || i, iif(i % 10 = 0, 'grace', 'done'), i, i, 'usr', 'usr', i, i FROM n`,
      ).bind(own),
      env.DB.prepare('DELETE FROM audit_context'),
    ]);
    for (const query of [
      `limit=50`,
      `project=${own}&limit=50`,
      `state=done&limit=50`,
      `project=${own}&state=grace&limit=50`,
    ]) {
      const first = await callApp('GET', `/api/compliance/deletions?${query}`, { as: admin });
      const startedMs = performance.now();
      const next = await callApp('GET', `/api/compliance/deletions?${query}&cursor=${first.body.nextCursor}`, {
        as: admin,
      });
      expect(performance.now() - startedMs, query).toBeLessThan(1_000);
      expect(next.body.items, query).toHaveLength(50);
    }
  });
});
