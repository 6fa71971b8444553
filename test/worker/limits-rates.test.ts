import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Ctx } from '../../src/env.ts';
import { BatchBuilder, storeBatch } from '../../src/ingest/index.ts';
import type { IngestTake } from '../../src/limits/types.ts';
import { batchIds } from '../../src/shared/ids.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { LiveClient } from '../helpers/worker/live-client.ts';

const MINUTE = 60_000;
/** Begins a minute; far from now, so that nothing else counts in it. */
const T = 30_000 * 86_400_000;

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

const limiterOf = (name: string) => env.LIMITER.getByName(name);
const one = (nowMs: number, change: Partial<IngestTake> = {}): IngestTake => ({
  ...{ nowMs, requests: 1, records: 0, keyId: 'key_1', recordsPerDay: null, unknown: [], passedUncounted: 0 },
  ...change,
});

/** Stops the clock at the begin of a minute, so that a test counts within one; later tests get later minutes. */
function freshMinute(): void {
  minutes++;
  const atMs = Math.ceil(REAL_MS / MINUTE + minutes) * MINUTE;
  vi.spyOn(Date, 'now').mockReturnValue(atMs);
}
let minutes = 0;
const REAL_MS = Date.now();

async function limited(limits: Record<string, number>): Promise<{ projectId: string; key: string; keyId: string }> {
  const { id: projectId } = await createProject();
  const { key, id: keyId } = await createKey(projectId, ['ingest', 'query']);
  const patched = await callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body: { limits } });
  expect(patched.status).toBe(200);
  expect(patched.body.limits).toMatchObject(limits);
  return { projectId, key, keyId };
}

const send = (key: string, n: number, path = '/api/ingest') =>
  exports.default.fetch(
    new Request(`${ORIGIN}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: `{"message":"m${n}"}`,
    }),
  );

describe('a limiter', () => {
  it('fails the one of several takes that is broken, and counts the others', async () => {
    const limiter = limiterOf('broken-take');
    const broken = one(T, { recordsPerDay: 5, keyId: null as unknown as string, records: 1 });
    const outcomes = await limiter.takeAll([one(T), broken, one(T)]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['taken', 'fault', 'taken']);
  });

  it('admits exactly 10,000 of 10,050 that come at once, and as many again in the next minute', async () => {
    const limiter = limiterOf('project:exact');
    const takes = await Promise.all(Array.from({ length: 10_050 }, () => limiter.takeIngest(one(T))));
    expect(takes.filter(({ kind }) => kind === 'taken')).toHaveLength(10_000);
    expect(takes.filter(({ kind }) => kind === 'rate_limited')).toHaveLength(50);
    expect((await limiter.takeIngest(one(T + MINUTE))).kind).toBe('taken');
    expect((await limiter.takeIngest(one(T + MINUTE - 1))).kind).toBe('taken');
    expect((await limiter.status(T + MINUTE)).ingestUsed).toBe(2);
  });

  it('forgets nothing when it is evicted: it goes on at what it wrote, a hundredth of a rate ahead at most', async () => {
    const limiter = limiterOf('project:evicted');
    for (let i = 0; i < 7; i++) await limiter.takeIngest(one(T, { records: 10, recordsPerDay: 100 }));
    await limiter.takeQuery(T);
    await evictDurableObject(limiter);
    expect(await limiter.takeIngest(one(T, { records: 10, recordsPerDay: 100 }))).toMatchObject({
      rate: { remaining: 9_899 },
      quota: { remaining: 20 },
    });
    expect((await limiter.takeQuery(T)).remaining).toBe(989);
  });

  it('takes nothing for written that was rolled back with a take that broke', async () => {
    const limiter = limiterOf('project:rolled-back');
    const broken = one(T, { recordsPerDay: 5, keyId: null as unknown as string, records: 1 });
    await limiter.takeAll([broken, one(T), one(T)]);
    await evictDurableObject(limiter);
    expect((await limiter.status(T)).ingestUsed).toBeGreaterThanOrEqual(2);
  });

  it('writes one row for a take at most, and none for what it refuses', async () => {
    const limiter = limiterOf('project:rows');
    await limiter.configure({ ingestPerMinute: 2, queryPerMinute: 1, attributeNames: 1, labelValues: 1 });
    const written = (): Promise<number> =>
      runInDurableObject(limiter, (_, { storage }) => {
        const [row] = storage.sql.exec<{ n: number }>('SELECT total_changes() AS n').toArray();
        return row?.n ?? 0;
      });
    await limiter.takeIngest(one(T));
    const before = await written();
    expect((await limiter.takeIngest(one(T))).kind).toBe('taken');
    // INSERT OR REPLACE of a row that is there counts as one change.
    expect((await written()) - before).toBe(1);
    for (let i = 0; i < 5; i++) expect((await limiter.takeIngest(one(T))).kind).toBe('rate_limited');
    expect((await written()) - before).toBe(1);
  });

  it('keeps each user and each key apart', async () => {
    expect((await limiterOf('user:a').takeOther(1, T)).admitted).toBe(true);
    expect((await limiterOf('user:a').takeOther(1, T)).admitted).toBe(false);
    expect((await limiterOf('user:b').takeOther(1, T)).admitted).toBe(true);
  });
});

describe('the ingest rate of a project', () => {
  it('lets exactly as many of a hundred concurrent requests through as it has, and stores what it let through', async () => {
    const { projectId, key, keyId } = await limited({ ingestPerMinute: 12 });
    const other = await limited({ ingestPerMinute: 12 });
    freshMinute();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => send(key, n)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(12);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(88);
    expect((await send(other.key, 0)).status).toBe(202);
    expect(await everyRecord(projectId)).toHaveLength(12);

    const body = (await (refused[0] as Response).json()) as Record<string, unknown>;
    expect(body).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(body.detail).toContain('12 requests a minute');
    const ledger = (await callApp('GET', `/api/projects/${projectId}/ledger`, { as: admin })).body;
    expect(ledger.keys).toMatchObject([{ keyId, stored: 12, refused: 88, refusedByCode: { rate_limited: 88 } }]);
  });

  it('is one for every way to send: what cannot be used counts too, and a socket neither counts nor feels it', async () => {
    const { projectId, key } = await limited({ ingestPerMinute: 2 });
    const socket = await LiveClient.open({ project: projectId, key });
    freshMinute();
    const post = (body: string) =>
      exports.default.fetch(
        new Request(`${ORIGIN}/api/ingest`, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body }),
      );
    expect((await post('[{"message":')).status).toBe(400);
    expect((await post('{"message":"a"}')).status).toBe(202);
    expect((await post('{"message":"b"}')).status).toBe(429);
    socket.send({ type: 'TELEMETRY', id: 'frame', project: projectId, payload: { message: 'c' } });
    expect(await socket.next()).toMatchObject({ type: 'ACK', id: 'frame', stored: 1 });
  });

  it('is charged once for a request that stores several batches, whoever copies its context', async () => {
    const { projectId, keyId } = await limited({ ingestPerMinute: 2 });
    freshMinute();
    const sender = { projectId, keyId, recordsPerDay: null };
    const stored = async (ctx: Ctx): Promise<boolean> => {
      const batch = new BatchBuilder({ stream: 'logs', service: 's', nowMs: ctx.nowMs }, batchIds(ctx.nowMs), true);
      batch.add({ message: 'm' });
      batch.finish();
      return (await storeBatch(ctx, { sender, protocol: 'etl', userAgent: '', batch, bodyBytes: 1, dedupe: null })).ok;
    };
    const stream = testCtx();
    for (let i = 0; i < 5; i++) expect(await stored({ ...stream })).toBe(true);
    expect(await Promise.all([stored(testCtx()), stored(testCtx())])).toEqual([true, false]);
    // The stream that was let in goes on, while others are refused.
    expect(await stored({ ...stream })).toBe(true);
    expect(await everyRecord(projectId)).toHaveLength(7);
  });

  it('is not used up by a key that was revoked', async () => {
    const { projectId, key, keyId } = await limited({ ingestPerMinute: 3 });
    const live = await createKey(projectId, ['ingest']);
    await callApp('DELETE', `/api/projects/${projectId}/keys/${keyId}`, { as: admin });
    freshMinute();
    for (let i = 0; i < 9; i++) expect((await send(key, i)).status).toBe(401);
    expect((await send(live.key, 0)).status).toBe(202);
    const { body } = await callApp('GET', `/api/projects/${projectId}/ledger`, { as: admin });
    const revoked = body.keys.find((row: { keyId: string }) => row.keyId === keyId);
    expect(revoked.refusedByCode).toEqual({ key_revoked: 9 });
  });

  it('says on every answer what is left, and to a refused one when to come again; pages of other origins may read it', async () => {
    const { key } = await limited({ ingestPerMinute: 2 });
    freshMinute();
    const answers = [await send(key, 0), await send(key, 1), await send(key, 2), await send(key, 3)];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429, 429]);
    expect(answers.map(({ headers }) => headers.get('ratelimit-policy'))).toEqual(Array(4).fill('"ingest";q=2;w=60'));
    const left = answers.map(({ headers }) => /^"ingest";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? ''));
    expect(left.map((match) => match?.[1])).toEqual(['1', '0', '0', '0']);
    for (const match of left) {
      expect(Number(match?.[2])).toBe(60);
    }
    expect(answers[1]?.headers.get('retry-after')).toBeNull();
    expect(answers[2]?.headers.get('retry-after')).toBe(left[2]?.[2]);
    expect(answers[2]?.headers.get('access-control-expose-headers')).toContain('ratelimit-policy');
  });

  it('that was raised lets the next request in, also through an isolate that remembers the refusal for a moment', async () => {
    const { projectId, key } = await limited({ ingestPerMinute: 1 });
    freshMinute();
    await send(key, 0);
    expect((await send(key, 1)).status).toBe(429);
    const body = { limits: { ingestPerMinute: 50 } };
    expect((await callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body })).status).toBe(200);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 5_001);
    expect((await send(key, 2)).status).toBe(202);
  });
});

it('a refusal that an isolate remembers does not outlast a clock that is set back', async () => {
  const { key } = await limited({ ingestPerMinute: 1 });
  freshMinute();
  const beforeMs = Date.now();
  vi.spyOn(Date, 'now').mockReturnValue(beforeMs + 3_600_000);
  await send(key, 0);
  expect((await send(key, 1)).status).toBe(429);
  vi.spyOn(Date, 'now').mockReturnValue(beforeMs);
  expect((await send(key, 2)).status).toBe(202);
});

describe('the query rate of a project', () => {
  it('counts whoever asks, by session or key, and no other project', async () => {
    const { projectId, key } = await limited({ queryPerMinute: 3 });
    const other = await limited({ queryPerMinute: 3 });
    freshMinute();
    const ask = (path: string, options: object) => callApp('GET', `${path}?project=${projectId}`, options);
    expect((await ask('/api/query/logs', { as: admin })).status).toBe(200);
    const second = await ask('/api/query/logs/histogram', { key });
    expect(second.status).toBe(200);
    expect(second.headers.get('ratelimit')).toMatch(/^"query";r=1;t=\d+$/);
    expect((await ask('/api/export', { key })).status).toBe(200);
    const over = await ask('/api/query/logs/facets', { as: admin });
    expect([over.status, over.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await callApp('GET', `/api/query/logs?project=${other.projectId}`, { as: admin })).status).toBe(200);
  });

  it('is not used up by somebody who may not ask', async () => {
    const { projectId } = await limited({ queryPerMinute: 1 });
    const stranger = await createKey((await createProject()).id, ['query']);
    freshMinute();
    for (let i = 0; i < 3; i++) {
      const answer = await callApp('GET', `/api/query/logs?project=${projectId}`, { key: stranger.key });
      expect(answer.status).toBe(404);
    }
    expect((await callApp('GET', `/api/query/logs?project=${projectId}`, { as: admin })).status).toBe(200);
  });
});

describe('the rate of a user or key on everything else', () => {
  const low = { ...env, USER_REQUESTS_PER_MINUTE: '3' };

  it('counts each by itself, and neither queries nor health', async () => {
    const options = { app: createApp(), env: low };
    const { projectId, key } = await limited({ queryPerMinute: 10 });
    const [one, two] = [await signInAs('admin'), await signInAs('viewer')];
    freshMinute();
    const get = (path: string, who: object) => callApp('GET', path, { ...options, ...who });
    for (let i = 0; i < 3; i++) expect((await get('/api/projects', { as: one })).status).toBe(200);
    const over = await get('/api/auth/me', { as: one });
    expect([over.status, over.body.code]).toEqual([429, 'rate_limited']);
    expect(over.headers.get('ratelimit-policy')).toBe('"user";q=3;w=60');
    expect((await get(`/api/query/logs?project=${projectId}`, { as: one })).status).toBe(200);
    expect((await get('/api/health', { as: one })).status).toBe(200);
    expect((await get('/api/projects', { as: two })).status).toBe(200);
    const byKey = await Promise.all(Array.from({ length: 5 }, () => get('/api/projects', { key })));
    expect(byKey.filter(({ status }) => status === 200)).toHaveLength(3);
  });

  it('does not count who is nobody', async () => {
    const options = { app: createApp(), env: low };
    for (let i = 0; i < 5; i++) expect((await callApp('GET', '/api/projects', options)).status).toBe(401);
  });
});

describe('a limiter that does not answer', () => {
  it('costs one request its patience, and not those that come after it', async () => {
    const { key } = await createKey((await createProject()).id, ['ingest'], null, 10);
    let isBack = false;
    let asked = 0;
    const answered = <T>(call: () => T) => {
      asked++;
      if (isBack) return call();
      queueMicrotask(() => vi.advanceTimersByTime(5_000));
      return new Promise(() => undefined);
    };
    const silent = (name: string) => ({
      takeIngest: (take: IngestTake) => answered(() => env.LIMITER.getByName(name).takeIngest(take)),
      browserRules: () => answered(() => env.LIMITER.getByName(name).browserRules()),
      refund: (...refund: [string, number, number]) => env.LIMITER.getByName(name).refund(...refund),
    });
    const broken = { ...env, LIMITER: { getByName: silent } } as unknown as typeof env;
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    freshMinute();
    const post = async (message: string) =>
      (await callApp('POST', '/api/ingest', { app: createApp(), env: broken, key, body: { message } })).status;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      for (const message of ['a', 'b', 'c']) expect(await post(message)).toBe(202);
      expect(asked).toBe(1);
      isBack = true;
      vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 20_000);
      for (const message of ['d', 'e']) expect(await post(message)).toBe(202);
      // The rules of browsers once, and each request.
      expect(asked).toBe(4);
    } finally {
      vi.useRealTimers();
      logged.mockRestore();
    }
  });

  it('refuses nobody: what passes is logged, counted, and told to it when it is back', async () => {
    const { projectId, key } = await limited({ ingestPerMinute: 5 });
    const away = {
      getByName: () => {
        const gone = () => Promise.reject(new Error('away'));
        return { takeIngest: gone, takeQuery: gone, takeOther: gone, browserRules: gone };
      },
    };
    const broken = { ...env, LIMITER: away } as unknown as typeof env;
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const call = (method: string, path: string, options: object) =>
      callApp(method, path, { app: createApp(), env: broken, key, ...options });
    try {
      for (let i = 0; i < 2; i++)
        expect((await call('POST', '/api/ingest', { body: { message: `${i}` } })).status).toBe(202);
      expect((await call('GET', '/api/query/logs', {})).body.records).toHaveLength(2);
      expect((await call('GET', '/api/projects', {})).status).toBe(200);
      expect(logged.mock.calls.filter(([line]) => String(line).includes('limiter_away'))).toHaveLength(5);
    } finally {
      logged.mockRestore();
    }
    expect((await send(key, 3)).status).toBe(202);
    const { body } = await callApp('GET', `/api/projects/${projectId}/limits`, { as: admin });
    expect(body).toMatchObject({ passedUncounted: 2, used: { ingest: 1 } });
  });
});
