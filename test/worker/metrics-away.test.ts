import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { logLines } from '../helpers/worker/log-lines.ts';
import { projectWithKey } from '../helpers/worker/query.ts';

const ROUTES = ['/api/metrics', '/api/metrics?format=json', '/api/metrics/report', '/api/metrics/slow'];

/** The deployment, whose object of metrics does this to each call. */
function where(act: () => Promise<never>) {
  const object = new Proxy({}, { get: () => act });
  const METRICS = { getByName: () => object } as unknown as Env['METRICS'];
  return { app: createApp(), env: { ...env, METRICS } };
}
const refuses = () => Promise.reject(new Error('refused, at 10.0.0.1'));
const hangs = () => new Promise<never>(() => undefined);

describe('where the object of metrics does not answer', () => {
  it.each(ROUTES)('%s says so, in time and with 503: figures without a part of them would lie', async (route) => {
    const { key } = await projectWithKey(['admin']);
    for (const act of [refuses, hangs]) {
      const lines = logLines('warn');
      const { status, headers, body } = await callApp('GET', route, { key, ...where(act) });
      expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'store_away', '1']);
      expect(JSON.stringify(body)).not.toContain('10.0.0.1');
      expect(lines.filter(({ event }) => event === 'metrics_away')).toMatchObject([
        { level: 'error', requestId: body.requestId, cause: expect.any(String) },
      ]);
    }
  });

  it.each(ROUTES)('%s is denied to the same people as ever', async (route) => {
    logLines('warn');
    const away = where(refuses);
    const status = async (caller: object) => (await callApp('GET', route, { ...caller, ...away })).status;
    expect(await status({})).toBe(401);
    expect(await status({ key: 'bw_x.y.z' })).toBe(401);
    expect(await status({ key: (await projectWithKey(['ingest'])).key })).toBe(403);
    if (route.startsWith('/api/metrics/')) {
      expect(await status({ key: (await projectWithKey(['query'])).key })).toBe(403);
      expect(await status({ as: await signInAs('analyst') })).toBe(403);
    }
  });

  it('everything else is answered as ever', async () => {
    logLines('error');
    const { key } = await projectWithKey(['ingest']);
    const answer = await callApp('POST', '/api/ingest', { key, body: { message: 'one' }, ...where(refuses) });
    expect([answer.status, answer.body.stored]).toEqual([202, 1]);
  });
});
