import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { compactBlocks, listBlocks, SummaryBuilder } from '../../src/blocks/index.ts';
import { readHistory } from '../../src/live/history.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { eraseByHand } from '../helpers/worker/erased.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { type LiveClient, liveProject, numbered } from '../helpers/worker/live-client.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

vi.setConfig({ testTimeout: 30_000 });

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };
const T0 = Date.parse('2026-03-01T12:00:00Z');
const RANGE = `&from=${T0}&to=${T0 + 3_600_000}`;
/** Of ten records the first, two in a row, and the last. */
const GONE = ['n 0', 'n 4', 'n 5', 'n 9'];
const LEFT = ['n 1', 'n 2', 'n 3', 'n 6', 'n 7', 'n 8'];
const isGone = ({ message }: LogRecord): boolean => GONE.includes(message);

/** A block of ten records, four of which were erased. */
async function withErased(): Promise<{ id: string; key: string; before: LogRecord[] }> {
  const project = await projectWithKey();
  await put(
    project.id,
    Array.from({ length: 10 }, (_, i) => ({
      ts: T0 + i,
      level: i % 2 === 0 ? 'info' : 'error',
      message: `n ${i}`,
      userId: `user${i}`,
    })),
  );
  await seal(project.id);
  const before = await everyRecord(project.id);
  expect(await eraseByHand(project.id, isGone)).toBe(GONE.length);
  return { ...project, before };
}

describe('a block with the empty lines of erased records', () => {
  it('gives a search what is left, in both orders, and nothing of what is gone', async () => {
    const { id, key } = await withErased();
    const found = async (query: string): Promise<string[]> => {
      const { status, body } = await callApp('GET', `/api/query/logs?project=${id}${RANGE}${query}`, { key });
      expect(status).toBe(200);
      return body.records.map(({ message }: LogRecord) => message);
    };
    expect(await found('&order=asc')).toEqual(LEFT);
    expect(await found('')).toEqual(LEFT.toReversed());
    expect(await found('&q=*n*&order=asc')).toEqual(LEFT);
    expect(await found('&q=user4')).toEqual([]);
    expect(await found('&q=user6')).toEqual(['n 6']);
    expect(await found('&q=level:error')).toEqual(['n 7', 'n 3', 'n 1']);
  });

  it('is counted without them, by its summary and record by record', async () => {
    const { id, key } = await withErased();
    for (const q of ['', '&q=*n*']) {
      const { body } = await callApp('GET', `/api/query/logs/histogram?project=${id}${RANGE}&buckets=60${q}`, { key });
      const total = body.buckets.reduce((sum: number, bucket: { total: number }) => sum + bucket.total, 0);
      expect(total, q).toBe(LEFT.length);
    }
    const facets = await callApp('GET', `/api/query/logs/facets?project=${id}${RANGE}&fields=level,userId`, { key });
    expect(facets.body.records).toBe(LEFT.length);
    expect(facets.body.facets[0].values).toEqual([
      { value: 'error', count: 3 },
      { value: 'info', count: 3 },
    ]);
    expect(facets.body.facets[1].values).toHaveLength(LEFT.length);
  });

  it.each(['ndjson', 'json', 'csv'])('is exported without them, as %s', async (format) => {
    const { id, key } = await withErased();
    const query = new URLSearchParams({ project: id, format, from: String(T0), to: String(T0 + 3_600_000) });
    const { status, body } = await callApp('GET', `/api/export?${query}`, { key });
    expect(status).toBe(200);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect([...text.matchAll(/\bn \d\b/g)].map(([message]) => message)).toEqual(LEFT.toReversed());
    expect(text).not.toMatch(/\n\n/);
  });

  it('keeps the place of each record: its neighbours are those that are left', async () => {
    const { id, key, before } = await withErased();
    const contextOf = async (message: string) => {
      const record = before.find((one) => one.message === message);
      const path = `/api/query/logs/context/${record?.id}?project=${id}&before=2&after=4`;
      const { status, body } = await callApp('GET', path, { key });
      if (status !== 200) return status;
      return [...body.before, body.record, ...body.after].map((one: LogRecord) => one.message);
    };
    expect(await contextOf('n 6')).toEqual(['n 6', 'n 7', 'n 8']);
    expect(await contextOf('n 3')).toEqual(['n 1', 'n 2', 'n 3', 'n 6', 'n 7']);
    expect(await contextOf('n 1')).toEqual(['n 1', 'n 2', 'n 3']);
    for (const message of GONE) expect(await contextOf(message), message).toBe(404);
  });

  it('is history by sequence: what is empty counts, from wherever one begins', async () => {
    const { id } = await withErased();
    for (let fromSeq = 1; fromSeq <= 10; fromSeq++) {
      const run = await readHistory(env, id, { shard: 0, stream: 'logs', fromSeq, untilSeq: 11 });
      expect([run?.firstSeq, run?.lines.count], String(fromSeq)).toEqual([fromSeq, 11 - fromSeq]);
      const lines = run?.lines.ndjson.slice(0, -1).split('\n') ?? [];
      const messages = lines.map((line) => (line === '' ? null : (JSON.parse(line) as LogRecord).message));
      expect(messages).toEqual(
        Array.from({ length: 11 - fromSeq }, (_, i) => `n ${fromSeq - 1 + i}`).map((one) =>
          GONE.includes(one) ? null : one,
        ),
      );
    }
  });

  it('resumes a socket at the right place, with and without a filter, and says of nothing that it was dropped', async () => {
    const here = await liveProject();
    const first = await here.open();
    const start = await first.subscribe(['logs']);
    await put(here.project, numbered(10, 'n'));
    await seal(here.project);
    await first.messages(10);
    const reached = first.updates('logs').at(-1)?.cursor;
    first.close();
    await eraseByHand(here.project, isGone);
    const resume = async (since: string | undefined, filter?: string): Promise<LiveClient> => {
      const client = await here.open();
      await client.subscribe(['logs'], { since, ...(filter === undefined ? {} : { filter }) });
      return client;
    };
    const all = await resume(start);
    expect(await all.messages(LEFT.length)).toEqual(LEFT);
    expect(all.updates('logs').at(-1)?.cursor).toBe(reached);
    const filtered = await resume(start, '-message:"n 7"');
    expect(await filtered.messages(LEFT.length - 1)).toEqual(LEFT.filter((message) => message !== 'n 7'));
    for (const client of [all, filtered]) {
      expect(client.updates('logs').every(({ dropped }) => dropped === undefined)).toBe(true);
    }
  });

  it('is joined to its neighbours with its empty lines, so that all sequences stay', async () => {
    const { id, key, before } = await withErased();
    await put(id, [{ ts: T0 + 100, message: 'behind' }]);
    await seal(id);
    await put(id, [{ ts: T0 + 900, message: 'gone too' }]);
    await seal(id);
    await eraseByHand(id, ({ message }) => message === 'gone too');
    const left = await everyRecord(id);
    const counts = await compactBlocks(testCtx({ nowMs: Date.now() + 600_000 }));
    expect(counts).toMatchObject({ made: 1, merged: 3, records: LEFT.length + 1, failed: 0, lost: 0 });
    const [block, ...others] = await listBlocks(env.DB, id, ALL);
    expect(others).toEqual([]);
    expect(block).toMatchObject({ firstSeq: 1, lastSeq: 12 });
    expect(block?.summary).toMatchObject({ records: LEFT.length + 1, minTs: T0 + 1, maxTs: T0 + 100 });
    expect(await everyRecord(id)).toEqual(left);
    const seven = before.find(({ message }) => message === 'n 7');
    const path = `/api/query/logs/context/${seven?.id}?project=${id}&before=1&after=4`;
    const { body } = await callApp('GET', path, { key });
    expect([body.before[0]?.message, ...body.after.map((one: LogRecord) => one.message)]).toEqual([
      'n 6',
      'n 8',
      'behind',
    ]);
  });

  it('of which nothing is left lies where it lay, and finds nothing', async () => {
    const { id, key } = await withErased();
    const [before] = await listBlocks(env.DB, id, ALL);
    await eraseByHand(id, () => true);
    const [after] = await listBlocks(env.DB, id, ALL);
    const { minTs, maxTs } = before?.summary ?? {};
    expect(after?.summary).toMatchObject({ records: 0, minTs, maxTs });
    for (const q of ['', '&q=*n*', '&q=level:info', '&q=service:test', '&q=-user1']) {
      const { status, body } = await callApp('GET', `/api/query/logs?project=${id}${RANGE}${q}`, { key });
      expect([status, body.records, body.complete]).toEqual([200, [], true]);
      const counted = await callApp('GET', `/api/query/logs/histogram?project=${id}${RANGE}${q}`, { key });
      expect(counted.body.buckets.every(({ total }: { total: number }) => total === 0)).toBe(true);
    }
  });
});

describe('a summary', () => {
  it('is that of the records that are there, wherever erased ones were', () => {
    const builder = new SummaryBuilder();
    builder.add(T0 + 5, 'info', 'edge');
    const one = builder.build();
    const nothing = new SummaryBuilder({ minTs: T0 - 9, maxTs: T0 + 900 }).build();
    expect(nothing).toMatchObject({ records: 0, minTs: T0 - 9, maxTs: T0 + 900, levels: {}, services: {} });
    for (const parts of [
      [one, nothing],
      [nothing, one],
    ]) {
      const merged = new SummaryBuilder();
      for (const part of parts) merged.merge(part);
      expect(merged.build()).toEqual(one);
    }
    const empty = new SummaryBuilder();
    empty.merge(nothing);
    empty.merge(nothing);
    expect(empty.build()).toEqual(nothing);
  });
});
