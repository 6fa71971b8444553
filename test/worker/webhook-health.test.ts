import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DESTINATIONS } from '../../src/wire/delivery.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type CallOptions, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { RecordingDestinations } from '../helpers/worker/destination-object.ts';
import { until } from '../helpers/worker/until.ts';

const CLOSED = { state: 'CLOSED', isolated: false, sinceMs: 5, nextProbeAtMs: null } as const;

let admin: SignedIn;
let objects: RecordingDestinations;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  objects = new RecordingDestinations();
  await env.DB.exec('DELETE FROM destinations');
});

const get = (path: string, options: CallOptions = {}) =>
  callApp('GET', path, { as: admin, app: objects.app(), ...options });
const asKey = (key: string): CallOptions => ({ key, as: undefined as never });

/** A project with destinations that are well. */
async function projectWith(count: number): Promise<{ projectId: string; ids: string[] }> {
  const { id: projectId } = await createProject();
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const body = { name: `Receiver ${i}`, url: `https://receiver.example/hooks/${i}` };
    const made = await callApp('POST', `/api/destinations?project=${projectId}`, {
      as: admin,
      app: objects.app(),
      body,
    });
    ids.push(made.body.id);
    objects.of(made.body.id).told = {
      ...{ name: `Receiver ${i}`, breaker: CLOSED, failureRate: 0, window: { calls: 10, failed: 0, slow: 0 } },
    };
  }
  return { projectId, ids };
}

describe('GET /api/health/webhook', () => {
  it('tells of each destination and of all together, and says by status and header that all is well', async () => {
    const { projectId, ids } = await projectWith(2);
    const answer = await get(`/api/health/webhook?project=${projectId}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-webhook-health-status')).toBe('healthy');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({
      ...{ status: 'healthy', band: 'healthy', failureRate: 0, breaker: 'CLOSED', breakerSinceMs: 5, unknown: [] },
      destinations: ids.map((destinationId) => ({ destinationId, status: 'healthy' })),
    });
  });

  it.each([
    [{ failureRate: 0.2, status: 'elevated', window: { calls: 10, failed: 2, slow: 0 } }, 200, 'elevated'],
    [{ failureRate: 0.3, status: 'critical', window: { calls: 10, failed: 3, slow: 0 } }, 503, 'critical'],
    [{ breaker: { ...CLOSED, state: 'OPEN' } }, 503, 'critical'],
    [{ breaker: { ...CLOSED, state: 'HALF_OPEN' } }, 503, 'elevated'],
  ] as const)('with %j in one destination answers %i and %s', async (told, status, band) => {
    const { projectId, ids } = await projectWith(1);
    const object = objects.of(ids[0] ?? '');
    object.told = { ...object.told, ...told };
    const answer = await get(`/api/health/webhook?project=${projectId}`);
    expect([answer.status, answer.headers.get('x-webhook-health-status')]).toEqual([status, band]);
    expect(answer.body.status).toBe(status === 200 ? 'healthy' : 'degraded');
  });

  it('names destinations that fail to answer, or do not answer in time, beside those that do', async () => {
    const { projectId, ids } = await projectWith(3);
    const [well = '', away = '', silent = ''] = ids;
    objects.of(away).away = true;
    objects.of(silent).health = () => new Promise(() => undefined);
    const answer = await get(`/api/health/webhook?project=${projectId}`);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ unknown: [away, silent], destinations: [{ destinationId: well }] });
    expect(answer.headers.get('x-webhook-health-status')).toBe('critical');
  });

  it('without a project is of all that the caller may read, and of no other', async () => {
    const [mine, other] = [await projectWith(1), await projectWith(1)];
    const { key } = await createKey(mine.projectId, ['query']);
    const idsOf = async (options: CallOptions, query = '') =>
      (await get(`/api/health/webhook${query}`, options)).body.destinations.map(
        ({ destinationId }: { destinationId: string }) => destinationId,
      );
    expect(await idsOf(asKey(key))).toEqual(mine.ids);
    expect(await idsOf({ as: await signInAs('viewer', [other.projectId]) })).toEqual(other.ids);
    expect((await idsOf({})).sort()).toEqual([...mine.ids, ...other.ids].sort());
    expect((await get(`/api/health/webhook?project=${other.projectId}`, asKey(key))).status).toBe(404);
    expect((await get(`/api/health/webhook?project=`)).status).toBe(400);
  });

  it('leaves out what was deleted, and projects that are disabled', async () => {
    const { projectId, ids } = await projectWith(2);
    await callApp('DELETE', `/api/destinations/${ids[0]}?project=${projectId}`, { as: admin, app: objects.app() });
    expect((await get('/api/health/webhook')).body.destinations).toHaveLength(1);
    await env.DB.prepare('UPDATE projects SET disabled = 1 WHERE id = ?1').bind(projectId).run();
    expect((await get('/api/health/webhook')).body.destinations).toEqual([]);
  });

  it('of more destinations than one request asks wants to be told of which project, rather than tell of some', async () => {
    const { projectId } = await projectWith(1);
    await env.DB.prepare(
      `INSERT INTO destinations SELECT d.id || value, project_id, version, definition, secrets, sealed_with, 0, 0, created_at_ms, changed_at_ms, version
       FROM destinations d, json_each(?1)`,
    )
      .bind(JSON.stringify(Array.from({ length: MAX_DESTINATIONS }, (_, i) => `x${i}`)))
      .run();
    const answer = await get('/api/health/webhook');
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    expect(answer.body.detail).toContain('/project: must name one');
    await env.DB.prepare("DELETE FROM destinations WHERE id LIKE '%x0'").run();
    expect((await get(`/api/health/webhook?project=${projectId}`)).status).not.toBe(400);
  });

  it('is four lines of text for a terminal, with the status of the JSON', async () => {
    const { projectId, ids } = await projectWith(2);
    objects.of(ids[1] ?? '').away = true;
    const answer = await get(`/api/health/webhook?format=text&project=${projectId}`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(String(answer.body).split('\n')).toEqual([
      `status   degraded, critical: 2 destinations, in trouble: ${ids[1]} (no answer)`,
      expect.stringMatching(/^breaker {2}CLOSED for /),
      'calls    0.0 % of 10 failed; 0 queued, 0 dead letters',
      'dns      not asked in the last hour, 0 names, 0 failures',
      '',
    ]);
  });
});

describe('GET /api/health/pulse', () => {
  it('is the health of the destinations, what fires, and the cookies of the newest day', async () => {
    const { projectId, ids } = await projectWith(2);
    const [first = '', second = ''] = ids;
    const dns = { ...(await objects.of(first).health()).dns, hits: 9, misses: 1 };
    objects.of(first).told = { ...objects.of(first).told, dns, deadLetters: 3 };
    objects.of(second).away = true;
    objects.countFirings = async (_, asked) => ({ critical: asked === projectId ? 2 : 0, warning: 0, info: 1 });
    const { key } = await createKey(projectId, ['ingest']);
    const sample = await callApp('GET', '/api/fraud/cookie-telemetry', {
      key,
      headers: { cookie: `a=${'x'.repeat(3_000)}` },
    });
    expect(sample.status).toBe(200);
    const pulse = () => get(`/api/health/pulse?project=${projectId}`);
    await until('the sample is noted', async () => (await pulse()).body.cookies !== null);
    const answer = await pulse();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...{
        dnsRatio: 0.9,
        failureRate: 0,
        breaker: { state: 'CLOSED', sinceMs: 5 },
        deadLetters: 3,
        unknown: 1,
        refusing: 0,
      },
      cookies: { status: 'warn', maxBytes: 3_002, maxCount: 1 },
      firing: { critical: 2, warning: 0, info: 1 },
      atMs: expect.any(Number),
    });
  });

  it('of a project without destinations has no breaker that has been in its state since some moment', async () => {
    const { projectId } = await projectWith(0);
    const answer = await get(`/api/health/pulse?project=${projectId}`);
    expect(answer.body).toMatchObject({
      ...{ dnsRatio: null, failureRate: null, breaker: { state: 'CLOSED', sinceMs: null }, cookies: null },
    });
  });

  it('is not told in part: 503 where what counts alerts does not answer', async () => {
    const { projectId } = await projectWith(1);
    objects.countFirings = async () => {
      throw new Error('the object is away');
    };
    const answer = await get(`/api/health/pulse?project=${projectId}`);
    expect([answer.status, answer.body.code]).toEqual([503, 'pulse_unknown']);
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  it('is of one project, which must be named and may be read', async () => {
    const { projectId } = await projectWith(0);
    expect((await get('/api/health/pulse')).status).toBe(400);
    const stranger = await signInAs('viewer', ['prj_other']);
    expect((await get(`/api/health/pulse?project=${projectId}`, { as: stranger })).status).toBe(404);
    const { key } = await createKey(projectId, ['ingest']);
    expect((await get(`/api/health/pulse?project=${projectId}`, asKey(key))).status).toBe(403);
  });
});
