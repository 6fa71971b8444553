import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import type { Env } from '../../src/env.ts';
import { flushMeasured } from '../../src/observability/index.ts';
import { flushOwnLogs } from '../../src/observability/own-logs/ship.ts';
import { log } from '../../src/shared/log.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, changesOf } from '../helpers/worker/context.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';
import { logLines } from '../helpers/worker/log-lines.ts';

let admin: SignedIn;
let own: string;
beforeEach(async () => {
  admin = await signInAs('admin');
  own = (await createProject('Own log')).id;
});

const choose = (projectId: string | null) => callApp('PUT', '/api/log-settings', { as: admin, body: { projectId } });

/** Chosen, and nothing of before left to be kept. */
async function chosen(): Promise<void> {
  await choose(null);
  await flushOwnLogs();
  expect((await choose(own)).status).toBe(200);
  await flushOwnLogs();
}

const kept = () => everyRecord(own);

describe('the deployment’s own log', () => {
  it('is kept as records of the project that is chosen, one for each line, with its fields', async () => {
    logLines();
    await chosen();
    const before = (await kept()).length;
    const { id } = await createProject();
    const { id: keyId, key } = await createKey(id, ['ingest']);
    await callApp('POST', '/api/ingest', { key, body: { message: 'one' }, address: '203.0.113.77' });
    await flushOwnLogs();
    const records = (await kept()).slice(before);
    expect(records).toEqual([
      expect.objectContaining({
        ...{ stream: 'logs', level: 'info', service: 'breakwater', type: 'request' },
        message: expect.stringMatching(/^POST \/api\/ingest 202 in [\d.]+ ms$/),
        traceId: expect.stringMatching(/^[\da-f]{32}$/),
        attrs: expect.objectContaining({
          event: 'request',
          outcome: 'ok',
          keyId,
          projectId: id,
          address: '203.0.113.0/24',
        }),
      }),
    ]);
    expect(JSON.stringify(records)).not.toContain(key.slice(key.indexOf('.') + 1));
  });

  it('has the runs of the cron too, and who was signed in', async () => {
    logLines();
    await chosen();
    await runCron({ cron: '3-58/5 * * * *' }, env);
    await callApp('GET', '/api/projects', { as: admin });
    await flushOwnLogs();
    const records = await kept();
    expect(records.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^cron: /));
    expect(records).toContainEqual(expect.objectContaining({ type: 'request', userId: admin.userId }));
  });

  it('does not grow by being written, read or asked for', async () => {
    const lines = logLines('debug');
    await chosen();
    await callApp('GET', '/api/projects', { as: admin });
    await flushOwnLogs();
    const [count, written] = [(await kept()).length, lines.length];
    for (let i = 0; i < 5; i++) await flushOwnLogs();
    expect(lines.length).toBe(written); // storing a batch writes no line
    for (let i = 0; i < 5; i++) {
      expect((await callApp('GET', `/api/query/logs?project=${own}`, { as: admin })).status).toBe(200);
      await flushOwnLogs();
    }
    expect((await kept()).length).toBe(count);
    expect(lines.filter(({ projectId }) => projectId === own).length).toBeGreaterThanOrEqual(5);
  });

  it('is counted in the ledger of its project, in an account of its own', async () => {
    logLines();
    await chosen();
    await callApp('GET', '/api/projects', { as: admin });
    await flushOwnLogs();
    const { keys } = await ledgerOf(own);
    const account = keys.find(({ keyId }) => keyId === 'system:own_logs');
    expect(account?.received).toBe((await kept()).length);
    expect(account).toMatchObject({ stored: account?.received, duplicate: 0, rejected: 0 });
  });

  it('says there what it lost: what came too fast', async () => {
    logLines();
    await chosen();
    const before = (await kept()).length;
    for (let i = 0; i < 2_100; i++) log('info', 'tried', { i });
    await flushOwnLogs();
    const stored = (await kept()).length - before;
    const account = (await ledgerOf(own)).keys.find(({ keyId }) => keyId === 'system:own_logs');
    expect(stored + Number(account?.rejected)).toBe(2_100);
    expect(account?.rejectedByReason).toEqual({ buffer_full: 2_100 - stored });
    expect(account?.rejected).toBeGreaterThan(0);
  });

  it('says on the console that its project refuses it, where nobody could see it in the ledger', async () => {
    const lines = logLines();
    await chosen();
    expect((await callApp('PATCH', `/api/projects/${own}`, { as: admin, body: { disabled: true } })).status).toBe(200);
    await callApp('GET', '/api/projects', { as: admin });
    await flushOwnLogs();
    const refused = lines.filter(({ event }) => event === 'own_logs_refused');
    expect(refused).toEqual([
      expect.objectContaining({ level: 'error', projectId: own, cause: 'project_disabled', lines: expect.any(Number) }),
    ]);
    for (let i = 0; i < 3; i++) await flushOwnLogs();
    expect(lines.filter(({ event }) => event === 'own_logs_refused')).toHaveLength(1);
  });

  it('leaves out that metrics could not be told of work for its project: kept there, it would be such work', async () => {
    const lines = logLines();
    await chosen();
    await callApp('GET', '/api/projects', { as: admin });
    await flushMeasured(env);
    await callApp('GET', '/api/projects', { as: admin });
    await flushOwnLogs();
    const count = (await kept()).length;
    const METRICS = { getByName: () => ({ add: () => Promise.reject(new Error('away')) }) };
    await flushMeasured({ ...env, METRICS } as unknown as Env, own);
    await flushOwnLogs();
    expect(lines.filter(({ event }) => event === 'metrics_not_told')).toMatchObject([
      { level: 'warn', projectId: own },
    ]);
    expect((await kept()).length).toBe(count);
  });

  it('is kept nowhere by default, and nowhere again once that is chosen', async () => {
    logLines();
    await chosen();
    await choose(null);
    const count = (await kept()).length;
    await callApp('GET', '/api/projects', { as: admin });
    await flushOwnLogs();
    expect((await kept()).length).toBe(count);
  });
});

describe('the setting', () => {
  it('is for administrators, in the audit trail, and of a project that is there', async () => {
    const changed = await choose(own);
    expect([changed.status, changed.body.projectId]).toEqual([200, own]);
    expect((await callApp('GET', '/api/log-settings', { as: admin })).body).toEqual(changed.body);
    expect((await auditOf('log_settings')).at(-1)).toMatchObject({
      ...{ action: 'log_settings.change', actor_id: admin.userId, project_id: own, detail: { projectId: own } },
    });
    const row = (await changesOf('log_settings')).at(-1);
    expect(row).toMatchObject({ actor_id: admin.userId, new_values: { project_id: own } });
    const wrong = await choose('prj_of_nobody');
    expect([wrong.status, wrong.body.errors]).toEqual([
      400,
      [{ pointer: '/projectId', reason: 'must be one of the projects' }],
    ]);
    const analyst = await signInAs('analyst');
    for (const method of ['GET', 'PUT']) {
      const body = method === 'PUT' ? { body: { projectId: own } } : {};
      expect((await callApp(method, '/api/log-settings', { as: analyst, ...body })).status).toBe(403);
    }
  });
});
