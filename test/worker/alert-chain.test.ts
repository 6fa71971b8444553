import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { destinationOf } from '../../src/delivery/object.ts';
import type { Firing } from '../../src/wire/alerts.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { fakeReceiver } from '../helpers/worker/destination.ts';
import { put } from '../helpers/worker/query.ts';
import { until } from '../helpers/worker/until.ts';

/** The machine may be busy with other suites. */
const LIMIT_MS = 30_000;

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

/** All of it as it is: routes, the object of the project, its journal. */
describe('a rule, from its making to its end', () => {
  it('fires on what comes in, is acknowledged, kept quiet, and ends when it is deleted', async () => {
    const { id: projectId } = await createProject();
    const call = async (method: string, path: string, body?: unknown) => {
      const options = { as: admin, ...(body === undefined ? {} : { body }) };
      return callApp(method, `/api/alerts/${path}${path.includes('?') ? '&' : '?'}project=${projectId}`, options);
    };
    const condition = {
      ...{ kind: 'log_count', stream: 'logs', query: 'level:error', comparison: 'above', threshold: 2 },
      groupBy: 'service',
    };
    const made = await call('POST', 'rules', { name: 'Errors', condition, severity: 'critical' });
    expect(made.status).toBe(201);
    await put(projectId, [
      ...Array.from({ length: 3 }, () => ({ level: 'error', service: 'pay', message: 'declined' })),
      ...Array.from({ length: 2 }, () => ({ level: 'error', service: 'web', message: 'declined' })),
    ]);
    const firings = async (query = ''): Promise<Firing[]> => (await call('GET', `firings?limit=10${query}`)).body.items;
    await until('it fires', async () => (await firings('&state=firing')).length > 0, LIMIT_MS);

    const [firing, ...others] = await firings();
    expect(others).toEqual([]);
    expect(firing).toMatchObject({
      ...{ ruleId: made.body.id, ruleName: 'Errors', severity: 'critical', group: 'pay', labels: { service: 'pay' } },
      ...{ state: 'firing', value: 3, threshold: 2, notices: 1, quiet: null, acknowledged: null },
      summary: '3 records of logs that match level:error in 5 minutes, more than 2 (service pay).',
    });
    const listed = async () => (await call('GET', `rules/${made.body.id}`)).body.status;
    await until('the list says it', async () => (await listed())?.firing === 1, LIMIT_MS);
    expect(await listed()).toMatchObject({ state: 'firing', firing: 1, problem: null });

    const at = `firings/${firing?.id}`;
    expect((await call('POST', `${at}/acknowledge`, { note: 'looking' })).status).toBe(200);
    expect((await call('GET', at)).body).toMatchObject({
      ...{ quiet: 'acknowledged', acknowledged: { by: admin.userId, note: 'looking' } },
    });
    const silence = await call('POST', 'silences', { matchers: { service: 'pay' }, untilMs: Date.now() + 3_600_000 });
    expect((await call('GET', at)).body.quiet).toBe('silenced');
    expect((await call('DELETE', `silences/${silence.body.id}`)).status).toBe(204);
    expect((await call('GET', at)).body.quiet).toBe('acknowledged');

    expect((await call('DELETE', `rules/${made.body.id}`)).status).toBe(204);
    expect((await call('GET', at)).body).toMatchObject({ state: 'resolved', notices: 2 });
    expect(await firings('&state=firing')).toEqual([]);
  });

  it('opens the connection to its receiver while it pends, and tells it nothing before it fires', async () => {
    const { calls } = fakeReceiver();
    const { id: projectId } = await createProject();
    const call = (path: string, body: unknown) =>
      callApp('POST', `/api/${path}?project=${projectId}`, { as: admin, body });
    const [warm, cold] = [
      await call('destinations', { name: 'Warm', url: 'http://127.0.0.1:9101/hook/secret', warmProbe: true }),
      await call('destinations', { name: 'Cold', url: 'http://127.0.0.1:9102/hook/secret' }),
    ];
    onTestFinished(async () => {
      for (const { body } of [warm, cold]) await destinationOf(env, body.id).remove();
    });
    const condition = { kind: 'log_count', stream: 'logs', query: 'level:error', comparison: 'above', threshold: 0 };
    const destinationIds = [warm.body.id, cold.body.id];
    const made = await call('alerts/rules', { name: 'Errors', condition, forSeconds: 600, destinationIds });
    expect(made.status).toBe(201);
    await put(projectId, [{ level: 'error', message: 'declined' }]);
    await until('it is warmed', () => calls.length > 0, LIMIT_MS);
    const firings = await callApp('GET', `/api/alerts/firings?project=${projectId}`, { as: admin });
    expect(firings.body.items).toMatchObject([{ state: 'pending', notices: 0 }]);
    expect(calls.map(({ url, method }) => `${method} ${url}`)).toEqual(['HEAD http://127.0.0.1:9101/']);
    const { body: health } = await callApp('GET', `/api/health/webhook?project=${projectId}`, { as: admin });
    const of = (id: string) => health.destinations.find((one: { destinationId: string }) => one.destinationId === id);
    expect(of(warm.body.id)).toMatchObject({ lastWarmAtMs: expect.any(Number), window: { calls: 0 }, backlog: 0 });
    expect(of(cold.body.id).lastWarmAtMs).toBeNull();
    expect(health.lastWarmAtMs).toBe(of(warm.body.id).lastWarmAtMs);
  });
});
