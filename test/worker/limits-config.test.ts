import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { reconcileRevocations } from '../../src/projects/index.ts';
import { DEFAULT_PROJECT_LIMITS } from '../../src/wire/limits.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { appWith, recordingPorts, toldOf } from '../helpers/worker/ports.ts';

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

const patch = (projectId: string, body: unknown, options: object = {}) =>
  callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body, ...options });
const inForce = async (projectId: string) =>
  (await env.LIMITER.getByName(`project:${projectId}`).status(Date.now())).limits;

describe('the limits of a project', () => {
  it('are the defaults until they are changed; each change is in force at the limiter, shown and audited', async () => {
    const { id } = await createProject();
    expect(await inForce(id)).toEqual(DEFAULT_PROJECT_LIMITS);
    expect((await patch(id, { limits: { ingestPerMinute: 20_000, labelValues: 5 } })).status).toBe(200);
    const changed = { ...DEFAULT_PROJECT_LIMITS, ingestPerMinute: 20_000, labelValues: 5 };
    expect(await inForce(id)).toEqual(changed);
    expect((await callApp('GET', `/api/projects/${id}`, { as: admin })).body.limits).toEqual(changed);

    // What is not named stays, null is the default again.
    await patch(id, { limits: { labelValues: null, queryPerMinute: 7 }, name: 'renamed' });
    const again = { ...DEFAULT_PROJECT_LIMITS, ingestPerMinute: 20_000, queryPerMinute: 7 };
    expect(await inForce(id)).toEqual(again);
    const answer = (await callApp('GET', `/api/projects/${id}/limits`, { as: admin })).body;
    expect(answer).toEqual({ limits: again, used: { ingest: 0, query: 0 }, quotas: [], passedUncounted: 0 });
    const audit = (await auditOf(id)).filter(({ action }) => action === 'project.update');
    expect(audit.map(({ detail, actor_id }) => [detail, actor_id])).toEqual([
      [{ limits: { ingestPerMinute: 20_000, labelValues: 5 } }, admin.userId],
      [{ name: 'renamed', limits: { labelValues: null, queryPerMinute: 7 } }, admin.userId],
    ]);
  });

  it.each([
    [{ limits: {} }, '/limits'],
    [{ limits: { ingestPerMinute: 0 } }, '/limits/ingestPerMinute'],
    [{ limits: { ingestPerMinute: 300_001 } }, '/limits/ingestPerMinute'],
    [{ limits: { queryPerMinute: 1.5 } }, '/limits/queryPerMinute'],
    [{ limits: { attributeNames: '5' } }, '/limits/attributeNames'],
    [{ limits: { labelValues: 10_001 } }, '/limits/labelValues'],
    [{ limits: { perSecond: 5 } }, '/limits'],
  ])('refuse %j', async (body, pointer) => {
    const answer = await patch((await createProject()).id, body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  });

  it('that could not be told are stored and not in force: 503 says so, a repeat or cron tells them', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    const { id } = await createProject();
    ports.failing = true;
    const failed = await patch(id, { limits: { queryPerMinute: 5 } }, { app });
    expect([failed.status, failed.body.code]).toEqual([503, 'revocation_pending']);
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 0, failed: 1 });
    ports.failing = false;
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 1, failed: 0 });
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 0, failed: 0 });
    expect(toldOf(ports, 'setProjectLimits')).toEqual([
      ['setProjectLimits', id, { ...DEFAULT_PROJECT_LIMITS, queryPerMinute: 5 }],
    ]);
  });

  it('end as the row says when two changes overtake each other', async () => {
    const { id } = await createProject();
    const ports = recordingPorts();
    const told = ports.setProjectLimits;
    ports.setProjectLimits = async (projectId, limits) => {
      // Another request changes them while this push is on its way.
      if (ports.told.length < 2) {
        const json = JSON.stringify({ queryPerMinute: 9 });
        await env.DB.prepare('UPDATE projects SET limits = ?2, confirmed_shards = 0 WHERE id = ?1')
          .bind(id, json)
          .run();
      }
      await told(projectId, limits);
    };
    expect((await patch(id, { limits: { queryPerMinute: 5 } }, { app: appWith(ports) })).status).toBe(200);
    const limits = toldOf(ports, 'setProjectLimits').map(
      ([, , told]) => (told as { queryPerMinute: number }).queryPerMinute,
    );
    expect(limits).toEqual([5, 9]);
  });
});

describe('the quota of a key', () => {
  it('is given when the key is made, shown in lists, and kept or changed when it is rotated', async () => {
    const { id } = await createProject();
    const make = (body: object) =>
      callApp('POST', `/api/projects/${id}/keys`, { as: admin, body: { name: 'k', scopes: ['ingest'], ...body } });
    const made = (await make({ quota: { recordsPerDay: 1_000 } })).body;
    expect(made.quota).toEqual({ recordsPerDay: 1_000 });
    expect((await make({})).body.quota).toBeNull();
    const rotate = async (keyId: string, body: object) =>
      (await callApp('POST', `/api/projects/${id}/keys/${keyId}/rotate`, { as: admin, body })).body;
    const second = await rotate(made.id, {});
    expect(second.quota).toEqual({ recordsPerDay: 1_000 });
    const third = await rotate(second.id, { quota: { recordsPerDay: 9 } });
    expect(third.quota).toEqual({ recordsPerDay: 9 });
    expect((await rotate(third.id, { quota: null })).quota).toBeNull();
    const listed = (await callApp('GET', `/api/projects/${id}/keys`, { as: admin })).body.items;
    const quotas = listed.map(({ quota }: { quota: { recordsPerDay: number } | null }) => quota?.recordsPerDay ?? null);
    expect(quotas.sort()).toEqual([1_000, 1_000, 9, null, null].sort());
    expect((await auditOf(second.id)).map(({ action, detail }) => [action, detail.quota])).toEqual([
      ['key.rotate', { recordsPerDay: 9 }],
    ]);
    expect((await auditOf(made.id))[0]?.detail).toMatchObject({ recordsPerDay: 1_000 });
  });

  it.each([0, -5, 1.5, 1e13, '7'])('is not %j', async (recordsPerDay) => {
    const { id } = await createProject();
    const body = { name: 'k', scopes: ['ingest'], quota: { recordsPerDay } };
    const answer = await callApp('POST', `/api/projects/${id}/keys`, { as: admin, body });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, '/quota/recordsPerDay']);
  });

  it('shows what is used of it today, for keys that live', async () => {
    const { id } = await createProject();
    const { key, id: keyId } = await createKey(id, ['ingest'], null, 10);
    await createKey(id, ['ingest']);
    const gone = await createKey(id, ['ingest'], null, 10);
    await callApp('DELETE', `/api/projects/${id}/keys/${gone.id}`, { as: admin });
    await callApp('POST', '/api/ingest', { key, body: [{ message: 'a' }, { message: 'b' }] });
    const { quotas } = (await callApp('GET', `/api/projects/${id}/limits`, { as: admin })).body;
    expect(quotas).toEqual([{ keyId, name: 'test', recordsPerDay: 10, used: 2, left: 8 }]);
  });
});
