import { env } from 'cloudflare:workers';
import { parse } from 'smol-toml';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { runCron } from '../../src/cron.ts';
import type { Env } from '../../src/env.ts';
import { cronFreshness, MAX_CRON_AGE_MS } from '../../src/observability/ready/cron-freshness.ts';
import { OBJECT_PROBES } from '../../src/observability/ready/object-probes.ts';
import { CHECK_TIMEOUT_MS, statusOf } from '../../src/observability/ready/readiness.ts';
import wranglerToml from '../../wrangler.toml?raw';
import { createProject } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { append, batchOf } from '../helpers/worker/journal.ts';
import { logLines } from '../helpers/worker/log-lines.ts';

const MINUTE_MS = 60_000;
const CLASSES = Object.keys(OBJECT_PROBES);

let lines: ReturnType<typeof logLines>;
beforeEach(() => {
  lines = logLines('warn');
});

/** Of the bindings of this test run, which may have begun long ago: the platform does not say since when. */
const { VERSION: _, ...unversioned } = env as unknown as Env;
const ask = (bindings: Partial<Env> = {}, path = '/api/ready') =>
  callApp('GET', path, { app: createApp(), env: { ...unversioned, ...bindings } });
const failedOf = ({ body }: Awaited<ReturnType<typeof ask>>) =>
  body.checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ name }: { name: string }) => name);

/** A binding of which every call, at whatever depth, does this. */
function broken<T>(act: () => Promise<never>): T {
  const any: unknown = new Proxy(() => undefined, {
    get: (_, name) => (name === 'then' ? undefined : any),
    apply: (_, __, args) => (args.length === 0 || typeof args[0] !== 'string' ? act() : any),
  });
  return any as T;
}
const refusing = () => Promise.reject(new Error('refused, at 10.0.0.1'));
const hanging = () => new Promise<never>(() => undefined);
const bucket = (act: () => Promise<never>) => ({ head: act }) as unknown as R2Bucket;
const database = (act: () => Promise<never>) => {
  const statement = { bind: () => statement, run: act, first: act, all: act, raw: act };
  return { prepare: () => statement, batch: act } as unknown as D1Database;
};

describe('GET /api/ready', () => {
  it('tries the database, the bucket, an object of every class of wrangler.toml, and the cron', async () => {
    const toml = parse(wranglerToml) as unknown as { durable_objects: { bindings: { name: string }[] } };
    expect(CLASSES.sort()).toEqual(toml.durable_objects.bindings.map(({ name }) => name).sort());
    const answer = await ask();
    const names = Object.values(OBJECT_PROBES).map(({ name }) => name);
    expect([answer.status, answer.body.status]).toEqual([200, 'ready']);
    expect(answer.body.checks.map(({ name }: { name: string }) => name)).toEqual([
      'database',
      'store',
      ...names,
      'cron',
    ]);
    for (const check of answer.body.checks) {
      expect(check).toEqual({
        ...{ name: check.name, ok: true, mayWait: check.name === 'cron' },
        ...{ detail: expect.any(String), durationMs: expect.any(Number) },
      });
    }
  });

  it.each([
    ['refuses', refusing],
    ['hangs', hanging],
  ])('says which failed where one %s, keeps its cause to the log, and does not wait for ever', async (_, act) => {
    for (const name of CLASSES) {
      const answer = await ask({ [name]: broken(act) });
      expect([answer.status, answer.body.status, failedOf(answer)]).toEqual([
        503,
        'not_ready',
        [OBJECT_PROBES[name]?.name],
      ]);
      expect(JSON.stringify(answer.body)).not.toContain('10.0.0.1');
    }
    const store = await ask({ STORE: bucket(act) });
    expect([store.status, failedOf(store)]).toEqual([503, ['store']]);
    const db = await ask({ DB: database(act) });
    expect([db.status, failedOf(db)]).toEqual([503, ['database', 'cron']]);
    expect(db.body.lag).toEqual({ sealMs: null, archiveMs: null, archiveDueBlocks: null, auditMs: null });
    const causes = lines.filter(({ event }) => event === 'not_ready');
    expect(new Set(causes.map(({ check }) => check)).size).toBe(CLASSES.length + 3);
    for (const { cause } of causes) {
      expect(cause).toContain(act === refusing ? 'refused, at 10.0.0.1' : `not answered within ${CHECK_TIMEOUT_MS} ms`);
    }
  });

  it('asks nobody again within a second: the route is public', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const startedMs = Date.now();
    let asked = 0;
    const STORE = bucket(() => {
      asked++;
      return refusing();
    });
    const own = { ...unversioned, STORE } as Env;
    const again = async () => [(await callApp('GET', '/api/ready', { app: createApp(), env: own })).status, asked];
    expect(await again()).toEqual([503, 1]);
    vi.setSystemTime(startedMs + 999);
    expect(await again()).toEqual([503, 1]);
    vi.setSystemTime(startedMs + 1_001);
    expect(await again()).toEqual([503, 2]);
    vi.setSystemTime(startedMs - MINUTE_MS);
    expect(await again()).toEqual([503, 3]);
  });

  it('asks once for all who ask at the same time', async () => {
    let asked = 0;
    const goOn = Promise.withResolvers<void>();
    const STORE = bucket(async () => {
      asked++;
      await goOn.promise;
      return refusing();
    });
    const own = { ...unversioned, STORE } as Env;
    const all = Array.from({ length: 5 }, () => callApp('GET', '/api/ready', { app: createApp(), env: own }));
    await expect.poll(() => asked).toBe(1);
    goOn.resolve();
    const answers = await Promise.all(all);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
    expect([asked, new Set(answers.map(({ body }) => JSON.stringify(body))).size]).toEqual([1, 1]);
  });

  it('serves on, degraded, where the cron stands still, and says since when', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const startedMs = Date.now();
    await runCron({ cron: '* * * * *' }, env);
    expect(await ask()).toMatchObject({ status: 200, body: { status: 'ready' } });
    vi.setSystemTime(startedMs + MAX_CRON_AGE_MS + MINUTE_MS);
    const late = await ask();
    expect([late.status, late.body.status, failedOf(late)]).toEqual([200, 'degraded', ['cron']]);
    expect(late.body.checks.at(-1).detail).toBe('ran 360 s ago');
    await runCron({ cron: '* * * * *' }, env);
    expect((await ask()).body.status).toBe('ready');
  });

  it('is degraded where the cron has never run in a deployment of an hour', async () => {
    await env.DB.batch(['job_runs', 'jobs'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
    const VERSION = { id: 'ver-1', tag: '', timestamp: new Date(Date.now() - 60 * MINUTE_MS).toISOString() };
    const answer = await ask({ VERSION });
    expect([answer.status, answer.body.status, failedOf(answer)]).toEqual([200, 'degraded', ['cron']]);
    expect(answer.body.checks.at(-1).detail).toBe('has never run');
  });

  it('says how far sealing is behind: as long as the oldest record waits', async () => {
    const { id } = await createProject();
    const before = (await ask()).body.lag.sealMs;
    expect(before).toBe(0);
    await append({ ...batchOf(id, [{ message: 'waits' }]), nowMs: Date.now() - 1_000 });
    expect((await ask()).body.lag.sealMs).toBeGreaterThanOrEqual(1_000);
  });
});

describe('the cron is fresh', () => {
  const at = (nowMs: number, uptimeSeconds: number | null = null) => ({ nowMs, uptimeSeconds });
  it.each([
    ['it ran just now', 1_000, at(1_000), true],
    ['it ran five minutes ago', 1_000, at(1_000 + MAX_CRON_AGE_MS), true],
    ['the clock was set back', 9_000, at(1_000), true],
    ['it has not run in a new deployment', null, at(1_000, 60), true],
    ['it has not run and the platform does not say since when it could', null, at(1_000), true],
  ])('where %s', (_, lastMs, now, ok) => expect(cronFreshness(lastMs, now).ok).toBe(ok));
  it.each([
    ['it ran longer ago', 1_000, at(1_001 + MAX_CRON_AGE_MS), 'ran 300 s ago'],
    ['it has never run in a deployment of an hour', null, at(1_000, 3_600), 'has never run'],
  ])('but not where %s', (_, lastMs, now, detail) => expect(cronFreshness(lastMs, now)).toEqual({ ok: false, detail }));
});

describe('the status', () => {
  it.each([
    ['ready', [true, true], [false, true]],
    ['degraded', [true, false], [false, true]],
    ['not_ready', [false, true], [false, true]],
    ['not_ready', [false, false], [false, true]],
  ] as const)('is %s', (status, oks, mayWait) => {
    expect(statusOf(oks.map((ok, i) => ({ ok, mayWait: mayWait[i] ?? false })))).toBe(status);
  });
});

describe.each(['/health', '/api/health'])('GET %s', (path) => {
  const VERSION = { id: 'ver-1', tag: 'v1.2', timestamp: '2026-11-01T00:00:00.000Z' };

  it('answers with every store and every object away', async () => {
    const away = Object.fromEntries([...CLASSES, 'DB', 'STORE', 'ASSETS'].map((name) => [name, broken(refusing)]));
    const answer = await ask(away, path);
    expect([answer.status, answer.body.status]).toEqual([200, 'ok']);
  });

  it('says which version runs, as which deployment, and for how long', async () => {
    const { version, deployment } = (await ask({ VERSION }, path)).body;
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(deployment).toEqual({
      ...{ id: 'ver-1', tag: 'v1.2', createdAtMs: Date.parse(VERSION.timestamp), uptimeSeconds: expect.any(Number) },
    });
    expect(deployment.uptimeSeconds).toBe(Math.floor((Date.now() - Date.parse(VERSION.timestamp)) / 1_000));
  });

  it.each([
    ['is not there', undefined],
    ['has no time', { id: '', tag: '', timestamp: '' }],
  ])('says nothing of a deployment where the platform’s word %s', async (_, metadata) => {
    const answer = await ask({ VERSION: metadata } as unknown as Partial<Env>, path);
    expect(answer.body.deployment).toBeNull();
  });
});
