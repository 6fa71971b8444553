import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { MATCH_ALL } from '../../src/query/compile.ts';
import { exportRecords } from '../../src/query/export.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;
const RANGE = `&from=${T0}&to=${T0 + 60 * MINUTE_MS}`;

/** An hour of records: one every 10 s, every tenth an error of payments, every third in us. */
const hour = () =>
  Array.from({ length: 360 }, (_, i) => ({
    ts: T0 + i * 10_000,
    level: i % 10 === 0 ? 'error' : 'info',
    service: i % 10 === 0 ? 'payments' : 'web',
    message: i % 7 === 0 ? 'seventh' : 'other',
    attrs: { region: i % 3 === 0 ? 'us' : 'eu', n: i },
  }));

async function filled(): Promise<{ id: string; key: string; records: LogRecord[] }> {
  const project = await projectWithKey();
  await put(project.id, hour().slice(0, 200));
  await seal(project.id);
  await put(project.id, hour().slice(200));
  return { ...project, records: await everyRecord(project.id) };
}

interface Bucket {
  ts: number;
  total: number;
  levels: Record<string, number>;
}

describe('the histogram', () => {
  it.each([
    ['everything, from summaries and the tail', '', () => true],
    ['a word', 'seventh', (r: LogRecord) => r.message === 'seventh'],
    ['a level', 'level:>=error', (r: LogRecord) => r.level === 'error'],
    ['an attribute', 'region:us -seventh', (r: LogRecord) => r.attrs.region === 'us' && r.message !== 'seventh'],
  ])('counts %s exactly, in buckets that cover the range', async (_, q, matches) => {
    const project = await filled();
    for (const buckets of [1, 7, 60]) {
      const { status, body } = await callApp(
        'GET',
        `/api/query/logs/histogram?project=${project.id}${RANGE}&buckets=${buckets}&q=${encodeURIComponent(q)}`,
        { key: project.key },
      );
      expect(status).toBe(200);
      expect(body.complete).toBe(true);
      for (const { ts, total, levels } of body.buckets as Bucket[]) {
        const inside = project.records.filter(
          (r) => matches(r) && r.ts >= Math.max(ts, T0) && r.ts < Math.min(ts + body.bucketMs, T0 + 60 * MINUTE_MS),
        );
        expect(total).toBe(inside.length);
        expect(levels.error ?? 0).toBe(inside.filter((r) => r.level === 'error').length);
      }
      const sum = (body.buckets as Bucket[]).reduce((all, bucket) => all + bucket.total, 0);
      expect(sum).toBe(project.records.filter(matches).length);
    }
  });

  it('is answered from the cache until a record is acknowledged, then anew', async () => {
    const project = await filled();
    const ask = () => callApp('GET', `/api/query/logs/histogram?project=${project.id}${RANGE}`, { key: project.key });
    const first = await ask();
    const second = await ask();
    expect([first.headers.get('x-cache'), second.headers.get('x-cache')]).toEqual(['miss', 'hit']);
    expect(second.body).toEqual(first.body);
    await put(project.id, [{ ts: T0, message: 'one more' }]);
    const third = await ask();
    expect(third.headers.get('x-cache')).toBe('miss');
    expect(third.body.buckets.reduce((all: number, bucket: Bucket) => all + bucket.total, 0)).toBe(361);
  });

  it('is answered without the cache when that is away', async () => {
    const project = await filled();
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await env.DB.prepare('ALTER TABLE query_cache RENAME TO query_cache_away').run();
    const path = `/api/query/logs/histogram?project=${project.id}${RANGE}&buckets=1`;
    const { status, body } = await callApp('GET', path, { key: project.key });
    await env.DB.prepare('ALTER TABLE query_cache_away RENAME TO query_cache').run();
    expect(status).toBe(200);
    expect(body.buckets.reduce((all: number, bucket: Bucket) => all + bucket.total, 0)).toBe(360);
    expect(log.mock.calls.map(([line]) => JSON.parse(String(line)).event)).toContain('query_cache_away');
    log.mockRestore();
  });
});

describe('facets', () => {
  it('count the values of envelope fields and attributes, with the rest and the missing', async () => {
    const project = await filled();
    const { body } = await callApp(
      'GET',
      `/api/query/logs/facets?project=${project.id}${RANGE}&fields=level,service,attrs.region,attrs.n,attrs.none&limit=3`,
      { key: project.key },
    );
    const facet = (field: string) => body.facets.find((f: { field: string }) => f.field === field);
    expect(facet('level').values).toEqual([
      { value: 'info', count: 324 },
      { value: 'error', count: 36 },
    ]);
    expect(facet('service').values).toEqual([
      { value: 'web', count: 324 },
      { value: 'payments', count: 36 },
    ]);
    expect(facet('attrs.region').values).toEqual([
      { value: 'eu', count: 240 },
      { value: 'us', count: 120 },
    ]);
    expect(facet('attrs.n').values).toHaveLength(3);
    expect(facet('attrs.n').other).toBe(357);
    expect(facet('attrs.none')).toMatchObject({ values: [], missing: 360 });
  });

  it('of a search count its matches alone', async () => {
    const project = await filled();
    const { body } = await callApp(
      'GET',
      `/api/query/logs/facets?project=${project.id}${RANGE}&fields=service&q=level:error`,
      { key: project.key },
    );
    expect(body.facets[0].values).toEqual([{ value: 'payments', count: 36 }]);
  });
});

describe('the export', () => {
  const lineOf = (r: LogRecord) => JSON.stringify(r);

  it('as NDJSON and as JSON holds every matching record once, as it is stored', async () => {
    const project = await filled();
    const expected = project.records
      .filter((r) => r.level === 'error')
      .map(lineOf)
      .sort();
    const path = `/api/export?project=${project.id}${RANGE}&q=level:error&format=`;
    const ndjson = await callApp('GET', `${path}ndjson`, { key: project.key });
    expect(String(ndjson.body).trim().split('\n').sort()).toEqual(expected);
    expect(ndjson.headers.get('content-disposition')).toContain('attachment');
    const json = await callApp('GET', `${path}json`, { key: project.key });
    expect((json.body as LogRecord[]).map(lineOf).sort()).toEqual(expected);
  });

  it('hands on large records in small pieces, so that they are not in memory twice', async () => {
    const project = await projectWithKey();
    const message = 'x'.repeat(200_000);
    await put(
      project.id,
      [0, 1, 2, 3, 4].map((ms) => ({ ts: T0 + ms, message })),
    );
    const scope = { projectId: project.id, query: MATCH_ALL, fromMs: T0, toMs: T0 + 5, stream: null };
    const pieces: string[] = [];
    for await (const piece of exportRecords(testCtx(), scope, 'json')) pieces.push(piece);
    expect(JSON.parse(pieces.join('')).map((r: LogRecord) => r.ts - T0)).toEqual([4, 3, 2, 1, 0]);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(500_000);
  });

  it('as CSV quotes what needs it and defuses what a spreadsheet would run', async () => {
    const project = await projectWithKey();
    await put(project.id, [
      { ts: T0, message: '=HYPERLINK("http://x")' },
      { ts: T0 + 1, message: 'a, "b"\nc' },
    ]);
    const { body } = await callApp('GET', `/api/export?project=${project.id}${RANGE}&format=csv`, { key: project.key });
    expect(body).toContain('"a, ""b""\nc"');
    expect(body).not.toMatch(/(^|,)"?=HYPERLINK/m);
    expect(body).toContain('HYPERLINK');
  });
});

describe('bad parameters', () => {
  it.each([
    ['/api/query/logs', 'from=yesterday', '/from'],
    ['/api/query/logs', 'limit=0', '/limit'],
    ['/api/query/logs', 'order=up', '/order'],
    ['/api/query/logs', 'cursor=zzz', '/cursor'],
    ['/api/query/logs', 'stream=cats', '/stream'],
    ['/api/query/logs/histogram', 'buckets=-1', '/buckets'],
    ['/api/export', 'format=xls', '/format'],
  ])('of %s are refused with a pointer: %s', async (path, query, pointer) => {
    const project = await projectWithKey();
    const { status, body } = await callApp('GET', `${path}?project=${project.id}&${query}`, { key: project.key });
    expect(status).toBe(400);
    expect(body.errors[0].pointer).toBe(pointer);
  });

  it('a bad query says where it is bad', async () => {
    const project = await projectWithKey();
    const { status, body } = await callApp(
      'GET',
      `/api/query/logs?project=${project.id}&q=${encodeURIComponent('a AND (b')}`,
      { key: project.key },
    );
    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_query', '/q']);
    expect(body.errors[0]).toMatchObject({
      position: expect.any(Number),
      length: expect.any(Number),
      reason: expect.any(String),
    });
  });
});

describe('saved searches', () => {
  it('are kept, listed and removed by an analyst, each change with its audit row', async () => {
    const project = await createProject();
    const as = await signInAs('analyst');
    const saved = await callApp('POST', '/api/searches', {
      as,
      body: { project: project.id, name: 'Failures', q: 'level:error', stream: 'logs' },
    });
    expect(saved).toMatchObject({ status: 201, body: { name: 'Failures', q: 'level:error', stream: 'logs' } });
    const { id } = saved.body;
    expect((await callApp('GET', `/api/searches?project=${project.id}`, { as })).body.items).toMatchObject([
      { id, name: 'Failures' },
    ]);
    expect((await callApp('DELETE', `/api/searches/${id}?project=${project.id}`, { as })).status).toBe(204);
    expect((await callApp('GET', `/api/searches?project=${project.id}`, { as })).body.items).toEqual([]);
    const audit = await auditOf(id);
    expect(audit).toHaveLength(2);
    expect(audit.every((row) => row.project_id === project.id && row.actor_id === as.userId)).toBe(true);
  });

  it('of another project cannot be removed', async () => {
    const [mine, other] = [await createProject(), await createProject()];
    const admin = await signInAs('admin');
    const saved = await callApp('POST', '/api/searches', { as: admin, body: { project: other.id, name: 'x', q: 'y' } });
    const { key } = await createKey(mine.id, ['admin']);
    expect((await callApp('DELETE', `/api/searches/${saved.body.id}?project=${mine.id}`, { key })).status).toBe(404);
    expect((await callApp('GET', `/api/searches?project=${other.id}`, { as: admin })).body.items).toHaveLength(1);
  });
});

describe('the stream of events', () => {
  it('tells progress, records and the end of a search', async () => {
    const project = await filled();
    const answer = await callApp('GET', `/api/query/logs?project=${project.id}${RANGE}&q=seventh&limit=10`, {
      key: project.key,
      headers: { accept: 'text/event-stream' },
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
    const events = String(answer.body)
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => ({
        name: /^event: (.*)$/m.exec(event)?.[1],
        data: JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null'),
      }));
    const records = events.filter(({ name }) => name === 'records').flatMap(({ data }) => data.records);
    expect(records).toHaveLength(10);
    expect(events.at(-1)).toMatchObject({ name: 'done', data: { complete: true, nextCursor: expect.any(String) } });
  });
});

it('the cache forgets what expired', async () => {
  const project = await filled();
  await callApp('GET', `/api/query/logs/histogram?project=${project.id}${RANGE}`, { key: project.key });
  await env.DB.prepare('UPDATE query_cache SET expires_at_ms = 0').run();
  const { runCron } = await import('../../src/cron.ts');
  await runCron({ cron: '*/5 * * * *' }, env);
  expect((await env.DB.prepare('SELECT count(*) AS n FROM query_cache').first<{ n: number }>())?.n).toBe(0);
});
