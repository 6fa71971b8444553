import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { type Env, parseConfig } from '../../src/env.ts';
import { cleanupJobs, MAX_JOBS_KEPT } from '../../src/etl/cleanup.ts';
import { MAX_REJECTS_KEPT } from '../../src/etl/rejects.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';

let projectId: string;
let admin: SignedIn;
let key: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  admin = await signInAs('admin');
  ({ key } = await createKey(projectId, ['ingest']));
});

const path = (rest = '') => `/api/etl/jobs${rest}?project=${projectId}`;
const save = (schema: unknown) =>
  callApp('PUT', `/api/etl/schemas/JSON?project=${projectId}`, { as: admin, body: schema });
const lines = (count: number, record: (i: number) => object) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify(record(i))}\n`).join('');

function send(body: string, headers: Record<string, string> = {}, bindings: Env = env): Promise<Answer> {
  return callApp('POST', '/api/etl/start?dataType=JSON', { key, body, headers, app: createApp(), env: bindings });
}

async function rejectsOf(jobId: string): Promise<unknown[]> {
  const { status, body } = await callApp('GET', path(`/${jobId}/rejects`), { as: admin });
  expect(status).toBe(200);
  return String(body)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** A database whose statements fail from the one on for which `fails` says so. */
function failing(fails: (sql: string) => boolean): Env {
  const away = () => {
    throw new Error('D1_ERROR: Network connection lost.');
  };
  const DB = new Proxy(env.DB, {
    get(db, name) {
      if (name === 'prepare') {
        return (sql: string) =>
          fails(sql)
            ? new Proxy(db.prepare(sql), { get: (_, of) => (of === 'bind' ? () => deadEnd : away) })
            : db.prepare(sql);
      }
      if (name === 'batch') {
        return (statements: D1PreparedStatement[]) =>
          statements.includes(deadEnd)
            ? Promise.reject(new Error('D1_ERROR: Network connection lost.'))
            : db.batch(statements);
      }
      const value = Reflect.get(db, name);
      return typeof value === 'function' ? value.bind(db) : value;
    },
  });
  const deadEnd = new Proxy({} as D1PreparedStatement, {
    get: (_, name) =>
      name === 'then' ? undefined : () => Promise.reject(new Error('D1_ERROR: Network connection lost.')),
  });
  return { ...env, DB };
}

describe('rejects', () => {
  it('can be downloaded: values as they came, texts of what could not be read', async () => {
    await save({ transformations: [{ type: 'rename', from: 'sev', to: 'level', label: 'severity' }] });
    const { body } = await send(
      '{"message":"good"}\n{"sev":{},"n":12345678901234567890}\nnot json\n{"sev":1,"level":2}\n',
    );
    expect(body).toMatchObject({ received: 4, stored: 1, rejected: 3, rejectsKept: 3 });
    expect(await rejectsOf(body.jobId)).toEqual([
      {
        index: 1,
        pointer: '/level',
        reason: 'must be a string or a number',
        value: { sev: {}, n: 12345678901234567000 },
      },
      { index: 2, pointer: '', reason: expect.stringContaining('not valid JSON'), raw: 'not json' },
      {
        ...{ index: 3, pointer: '/level', reason: 'is there already', value: { sev: 1, level: 2 } },
        transformation: { index: 0, name: 'severity' },
      },
    ]);
  });

  it('are counted beyond those that are kept, and the job says how many it has', async () => {
    const count = MAX_REJECTS_KEPT + 5;
    const { status, body } = await send(lines(count, (i) => ({ level: {}, i })));
    expect([status, body.rejected, body.rejectsKept, body.errors.length]).toEqual([400, count, MAX_REJECTS_KEPT, 100]);
    const kept = await rejectsOf(body.jobId);
    expect([kept.length, kept.at(-1)]).toEqual([
      MAX_REJECTS_KEPT,
      expect.objectContaining({ index: MAX_REJECTS_KEPT - 1 }),
    ]);
    expect(await ledgerOf(projectId)).toMatchObject({ received: count, rejected: count, stored: 0 });
  });

  it('are counted and not kept once the project has as many as it may have', async () => {
    const fill = env.DB.prepare(
      "INSERT INTO etl_rejects (job_id, attempt, part, project_id, bytes, data) VALUES (?1, 1, 0, ?2, ?3, '')",
    );
    await fill.bind(`etl_full_${projectId}`, projectId, 200 * 1024 * 1024).run();
    const { body } = await send('{"message":"m"}\n{"level":{}}');
    expect(body).toMatchObject({ stored: 1, rejected: 1, rejectsKept: 0 });
    expect(body).not.toHaveProperty('recorded');
    expect(await rejectsOf(body.jobId)).toEqual([]);
  });

  it('are sent again through the newest schema as a new job, once for each key', async () => {
    const first = await send(
      lines(3, (i) => ({ message: `m${i}`, ...(i > 0 ? { level: [i] } : {}) })),
      { 'x-a': 'b' },
    );
    expect(first.body).toMatchObject({ stored: 1, rejected: 2 });
    const resend = (headers: Record<string, string>) =>
      callApp('POST', path(`/${first.body.jobId}/resend`), { as: admin, body: {}, headers });
    const refused = await resend({});
    expect([refused.status, refused.body.code]).toEqual([400, 'idempotency_key_missing']);
    await save({ transformations: [{ type: 'cast', field: 'level', to: 'string' }] });
    const again = await resend({ 'idempotency-key': 'r1' });
    expect(again.status).toBe(202);
    expect(again.body).toMatchObject({ received: 2, stored: 2, rejected: 0, schemaVersion: 1 });
    const repeat = await resend({ 'idempotency-key': 'r1' });
    expect([repeat.body.jobId, repeat.headers.get('idempotent-replayed')]).toEqual([again.body.jobId, 'true']);
    expect((await everyRecord(projectId)).map(({ message }) => message)).toEqual(['m0', 'm1', 'm2']);
    const job = await callApp('GET', path(`/${again.body.jobId}`), { as: admin });
    expect(job.body).toMatchObject({ resentFrom: first.body.jobId, startedBy: `user:${admin.userId}`, state: 'done' });
  });
});

describe('the list of jobs', () => {
  it('has the newest first, in pages', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await send(`{"message":"${i}"}`)).body.jobId);
    const page = (await callApp('GET', `${path()}&limit=2`, { as: admin })).body;
    const rest = (await callApp('GET', `${path()}&limit=2&cursor=${page.nextCursor}`, { as: admin })).body;
    const listed = [...page.items, ...rest.items].map(({ id }: { id: string }) => id);
    expect(listed.sort()).toEqual(ids.sort());
    expect(rest.nextCursor).toBeNull();
  });

  it('shows a job whose process has died as broken once its lease has passed', async () => {
    const { body } = await send('{"message":"m"}');
    const set = (leaseUntilMs: number) =>
      env.DB.prepare("UPDATE etl_jobs SET state = 'running', lease_until_ms = ?2 WHERE id = ?1").bind(
        body.jobId,
        leaseUntilMs,
      );
    await set(Date.now() + 60_000).run();
    expect((await callApp('GET', path(`/${body.jobId}`), { as: admin })).body).toMatchObject({ state: 'running' });
    const early = await callApp('POST', path(`/${body.jobId}/resend`), {
      ...{ as: admin, body: {}, headers: { 'idempotency-key': 'x' } },
    });
    expect([early.status, early.body.code]).toEqual([409, 'job_running']);
    await set(Date.now() - 1).run();
    const { state, brokenBy } = (await callApp('GET', path(`/${body.jobId}`), { as: admin })).body;
    expect([state, brokenBy]).toEqual(['broken', 'lease_passed']);
  });

  it('forgets a job and its rejects after 30 days', async () => {
    const { body } = await send('{"message":"m"}\n{"level":{}}');
    const at = (days: number) => testCtx({ nowMs: Date.now() + days * 86_400_000 });
    await cleanupJobs(at(29));
    expect((await callApp('GET', path(`/${body.jobId}`), { as: admin })).status).toBe(200);
    await cleanupJobs(at(31));
    expect((await callApp('GET', path(`/${body.jobId}`), { as: admin })).status).toBe(404);
    const left = await env.DB.prepare('SELECT count(*) AS n FROM etl_rejects WHERE job_id = ?1')
      .bind(body.jobId)
      .first('n');
    expect(left).toBe(0);
  });

  it('forgets the oldest jobs of a project beyond ten thousand, and what they held', async () => {
    const { body } = await send('{"message":"m"}\n{"level":{}}');
    await env.DB.prepare('UPDATE etl_jobs SET created_at_ms = created_at_ms - 1000 WHERE id = ?1')
      .bind(body.jobId)
      .run();
    const copies = env.DB.prepare(
      `INSERT INTO etl_jobs SELECT j.id || '_' || value, project_id, principal, NULL, attempt, told_by, data_type, schema_version, stream,
         service, resent_from, state, broken_by, progress, created_at_ms + value, updated_at_ms, lease_until_ms
       FROM etl_jobs j JOIN json_each(?2) WHERE j.id = ?1`,
    );
    await copies.bind(body.jobId, JSON.stringify(Array.from({ length: MAX_JOBS_KEPT }, (_, i) => i + 1))).run();
    expect(await cleanupJobs(testCtx())).toMatchObject({ jobs: 1, rejectRows: 1 });
    expect((await callApp('GET', path(`/${body.jobId}`), { as: admin })).status).toBe(404);
    expect((await callApp('GET', path(`/${body.jobId}_1`), { as: admin })).status).toBe(200);
    expect(await cleanupJobs(testCtx())).toEqual({ jobs: 0, rejectRows: 0 });
  });

  it('has another job for a key that came again after a day', async () => {
    const headers = { 'idempotency-key': 'daily' };
    const first = await send('{"message":"m"}', headers);
    await env.DB.prepare('UPDATE etl_jobs SET created_at_ms = created_at_ms - 86400001 WHERE id = ?1')
      .bind(first.body.jobId)
      .run();
    expect((await send('{"message":"m"}', headers)).body.jobId).not.toBe(first.body.jobId);
  });
});

describe('a database that is away', () => {
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
  });

  it('at the start refuses the run before anything is stored', async () => {
    const bindings = failing((sql) => sql.includes('etl_'));
    expect(parseConfig(bindings)).toBeDefined();
    const { status, body, headers } = await send(
      lines(200, (i) => ({ i })),
      {},
      bindings,
    );
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'store_away', '1']);
    expect(await everyRecord(projectId)).toEqual([]);
  });

  it('that dies on the way loses no record and doubles none: the answer says what is stored, and that the job does not', async () => {
    const bindings = failing(
      (sql) => sql.startsWith('UPDATE etl_jobs SET told_by') || sql.includes('INTO etl_rejects'),
    );
    const text = `${lines(200, (i) => ({ i }))}{"level":{}}\n`;
    const { status, body } = await send(text, { 'idempotency-key': 'k' }, bindings);
    expect(status).toBe(202);
    expect(body).toMatchObject({ received: 201, stored: 200, rejected: 1, rejectsKept: 0, recorded: false });
    expect(await everyRecord(projectId)).toHaveLength(200);
    expect(await ledgerOf(projectId)).toMatchObject({ received: 201, stored: 200, rejected: 1 });
    // Whoever repeats it, because the answer was lost, gets the row straight and nothing twice.
    const again = await send(text, { 'idempotency-key': 'k' });
    expect(again.body).toMatchObject({ jobId: body.jobId, stored: 200, rejected: 1, rejectsKept: 1 });
    expect(again.body).not.toHaveProperty('recorded');
    expect(await everyRecord(projectId)).toHaveLength(200);
    expect(await rejectsOf(body.jobId)).toHaveLength(1);
  });
});
