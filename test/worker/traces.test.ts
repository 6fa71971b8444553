import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/wire/record.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const NOW = Date.now();
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const DAY_MS = 24 * 3_600_000;

const span = (spanId: string, parentSpanId: string | null, startMs: number, durationMs: number, rest = {}): Json => ({
  stream: 'spans',
  ts: NOW - 60_000 + startMs,
  service: 'web',
  message: `GET /${spanId}`,
  type: 'server',
  traceId: TRACE,
  spanId,
  attrs: { ...(parentSpanId === null ? {} : { parentSpanId }), durationMs, status: 'ok' },
  ...rest,
});
const log = (spanId: string, atMs: number): Json => ({
  ts: NOW - 60_000 + atMs,
  service: 'pay',
  level: 'error',
  message: `log of ${spanId}`,
  traceId: TRACE,
  spanId,
});

const get = (key: string, path: string) => callApp('GET', `/api/query/traces/${path}`, { key });

describe('GET /api/query/traces/:traceId', () => {
  it('answers the spans of a trace as a tree with its logs, from blocks and the tail, and of no other trace', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [span('b1', 'a1', 10, 40, { service: 'pay' }), log('b1', 30), { message: `about ${TRACE}` }]);
    await seal(id);
    await put(id, [
      span('a1', null, 0, 100.5),
      span('c1', 'b1', 12, 5),
      { ...(log('x', 1) as object), traceId: 'f'.repeat(32) },
    ]);
    const { status, body } = await get(key, TRACE);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      traceId: TRACE,
      startMs: NOW - 60_000,
      endMs: NOW - 60_000 + 100.5,
      services: [
        { service: 'web', spans: 2, logs: 0 },
        { service: 'pay', spans: 1, logs: 1 },
      ],
      truncated: false,
      complete: true,
    });
    expect(
      body.spans.map(({ spanId, parentSpanId, durationMs, depth }: Record<string, unknown>) => [
        spanId,
        parentSpanId,
        durationMs,
        depth,
      ]),
    ).toEqual([
      ['a1', null, 100.5, 0],
      ['b1', 'a1', 40, 1],
      ['c1', 'b1', 5, 2],
    ]);
    expect(body.spans[0]).toMatchObject({
      message: 'GET /a1',
      service: 'web',
      type: 'server',
      attrs: { status: 'ok' },
    });
    expect(body.logs).toMatchObject([{ message: 'log of b1', stream: 'logs', spanId: 'b1', level: 'error' }]);
    expect((await get(key, TRACE.toUpperCase())).body.spans).toHaveLength(3);
  });

  it('finds an old trace where it is told about when, and says where it has looked when there is none', async () => {
    const { id, key } = await projectWithKey();
    const ts = NOW - 30 * DAY_MS;
    await put(id, [span('a', null, 0, 5, { ts })]);
    const { status, body } = await get(key, TRACE);
    expect([status, body.code, body.detail]).toEqual([404, 'not_found', expect.stringContaining('around')]);
    expect((await get(key, `${TRACE}?around=${ts + 3_600_000}`)).body.spans).toHaveLength(1);
    expect((await get(key, `${TRACE}?around=${new Date(ts).toISOString()}`)).status).toBe(200);
    expect((await get(key, `${TRACE}?around=soon`)).body.errors).toEqual([
      { pointer: '/around', reason: expect.any(String) },
    ]);
  });

  it('takes an id as text, not as a search', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      { message: 'one', traceId: 'a" OR level:info' },
      { message: 'two', traceId: 'star*' },
      { message: 'no', traceId: 'starred' },
    ]);
    expect((await get(key, encodeURIComponent('a" OR level:info'))).body.logs).toMatchObject([{ message: 'one' }]);
    expect((await get(key, encodeURIComponent('star*'))).body.logs).toMatchObject([{ message: 'two' }]);
    expect((await get(key, encodeURIComponent('x'.repeat(257)))).status).toBe(400);
  });

  it('draws logs alone where a trace has no spans, and stops at ten thousand records', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [log('a', 5), log('b', 9)]);
    expect((await get(key, TRACE)).body).toMatchObject({
      spans: [],
      startMs: NOW - 60_000 + 5,
      endMs: NOW - 60_000 + 9,
    });
    for (let batch = 0; batch < 11; batch++) {
      await put(
        id,
        Array.from({ length: 1_000 }, (_, i) => span(`s${batch}-${i}`, null, i, 1)),
      );
    }
    const { body } = await get(key, TRACE);
    expect([body.spans.length + body.logs.length, body.truncated, body.complete]).toEqual([10_000, true, true]);
  });
});
