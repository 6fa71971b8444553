import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  compactBlocks,
  deflatePiece,
  joinPieces,
  listBlocks,
  readPayloads,
  type SealedBlock,
  storeSealed,
} from '../../src/blocks/index.ts';
import { runCron } from '../../src/cron.ts';
import { journalFor } from '../../src/journal/index.ts';
import { type Stat, type TimeseriesRequest, timeseries } from '../../src/query/metrics/timeseries.ts';
import { foldRollups, forgetRollups, storeSummedUp } from '../../src/rollups/index.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { Json } from '../../src/wire/record.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const NOW = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const T0 = NOW - 2 * 3_600_000;

const gauge = (minute: number, value: number, region = 'eu'): Json => ({
  stream: 'metrics',
  ts: T0 + minute * MINUTE_MS,
  service: 'api',
  message: 'queue.depth',
  type: 'gauge',
  attrs: { name: 'queue.depth', unit: '{jobs}', value, labels: { region } },
});
const counter = (minute: number, value: number, startTs: number | null = null): Json => ({
  stream: 'metrics',
  ts: T0 + minute * MINUTE_MS,
  service: 'api',
  message: 'http.requests',
  type: 'sum',
  attrs: { value, temporality: 'cumulative', monotonic: true, ...(startTs === null ? {} : { startTs }) },
});

async function read(projectId: string, stat: Stat, more: Partial<TimeseriesRequest> = {}) {
  const request = { name: 'queue.depth', fromMs: T0, toMs: NOW, stepMs: MINUTE_MS, by: null, where: null, ...more };
  const answer = await timeseries(testCtx({ nowMs: NOW }), { ...request, projectId, stat });
  if (!answer.ok) throw new Error(answer.error.kind);
  return answer.value;
}

/** Values of the only series that are known. */
async function valuesOf(projectId: string, stat: Stat, more: Partial<TimeseriesRequest> = {}): Promise<number[]> {
  const { series } = await read(projectId, stat, more);
  return (series[0]?.points ?? []).flatMap(([, value]) => (value === null ? [] : [value]));
}

async function rowsOf(projectId: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare('SELECT * FROM rollups WHERE project_id = ?1').bind(projectId).all();
  return results;
}

/** The block that was sealed, as the journal offered it. */
async function sealedBlock(projectId: string): Promise<SealedBlock> {
  const [index] = await listBlocks(env.DB, projectId, { fromMs: -8.64e15, toMs: 8.64e15, stream: 'metrics' });
  if (!index) throw new Error('no block');
  const text = (await readPayloads(env, [index])).get(index.id) ?? '';
  return { index, gzip: joinPieces([deflatePiece(Buffer.from(text))]), filter: new Uint8Array(0) };
}

describe('a block of metrics', () => {
  it('is summed up by minute, hour and day when it is sealed, with its unit, its labels and its service', async () => {
    const projectId = randomId('prj');
    await put(projectId, [gauge(0, 4), gauge(0, 8, 'us'), gauge(1, 6)]);
    await seal(projectId);
    expect((await rowsOf(projectId)).length).toBe(4);
    expect(await read(projectId, 'avg', { toMs: T0 + 3 * MINUTE_MS })).toEqual({
      name: 'queue.depth',
      unit: '{jobs}',
      type: 'gauge',
      stat: 'avg',
      stepMs: MINUTE_MS,
      resolutionMs: MINUTE_MS,
      series: [
        {
          label: 'queue.depth',
          points: [
            [T0, 6],
            [T0 + MINUTE_MS, 6],
            [T0 + 2 * MINUTE_MS, null],
          ],
        },
      ],
      complete: true,
    });
    expect(await valuesOf(projectId, 'sum', { stepMs: 3_600_000 })).toEqual([18]);
    expect(await valuesOf(projectId, 'max', { stepMs: 24 * 3_600_000 })).toEqual([8]);
    const { series } = await read(projectId, 'last', { by: 'region', stepMs: 3_600_000 });
    expect(series.map(({ label, points }) => [label, points[0]?.[1]])).toEqual([
      ['eu', 6],
      ['us', 8],
    ]);
    expect(
      await valuesOf(projectId, 'count', { where: { label: 'service', value: 'api' }, stepMs: 3_600_000 }),
    ).toEqual([3]);
  });

  it('counts once when it is sealed twice, also after its rows were folded and its block compacted', async () => {
    const projectId = randomId('prj');
    await put(projectId, [gauge(0, 4), counter(0, 10), counter(1, 25)]);
    await seal(projectId);
    const block = await sealedBlock(projectId);
    const before = await rowsOf(projectId);
    expect(await storeSummedUp(env.DB, block, NOW)).toEqual({ sealedSeq: 3 });
    expect(await rowsOf(projectId)).toEqual(before);

    await put(projectId, [gauge(2, 9)]);
    await seal(projectId);
    await foldRollups(testCtx());
    await compactBlocks(testCtx({ nowMs: Date.now() + 3_600_000 }));
    const folded = await rowsOf(projectId);
    expect(folded.map((row) => (row as { source: string }).source)).toEqual(folded.map(() => ''));
    expect(await storeSummedUp(env.DB, block, NOW)).toEqual({ sealedSeq: 4 });
    expect(await rowsOf(projectId)).toEqual(folded);
    expect(await valuesOf(projectId, 'sum', { stepMs: 3_600_000 })).toEqual([13]);
    expect(await valuesOf(projectId, 'sum', { name: 'http.requests', stepMs: 3_600_000 })).toEqual([15]);
  });

  it('leaves neither block nor rollup where the database refuses one of them, and both when it is asked again', async () => {
    const projectId = randomId('prj');
    await put(projectId, [gauge(0, 4)]);
    await env.DB.exec(
      `CREATE TRIGGER refuse_rollups BEFORE INSERT ON rollups WHEN new.project_id = '${projectId}' BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    );
    const journal = journalFor(env, projectId, 0);
    await runInDurableObject(journal, (_, state) => {
      state.storage.sql.exec('UPDATE parts SET at_ms = 0');
    });
    await evictDurableObject(journal);
    await runInDurableObject(journal, (instance) => instance.alarm());
    expect((await journal.status()).sealFailingSinceMs).not.toBeNull();
    expect(await listBlocks(env.DB, projectId, { fromMs: 0, toMs: NOW, stream: null })).toEqual([]);
    // What cannot be sealed is read all the same.
    expect(await valuesOf(projectId, 'sum')).toEqual([4]);
    await env.DB.exec('DROP TRIGGER refuse_rollups');
    await seal(projectId);
    expect(await valuesOf(projectId, 'sum')).toEqual([4]);
  });

  it('is sealed whatever its names are, and what has a name is found by it', async () => {
    const projectId = randomId('prj');
    const names = ['__proto__', 'a"b\\', "it's", '温度', '📈', 'a\0b', 'a\0c', '\ud83d', '\ude00', 'x'.repeat(300), ''];
    const records = names.map((name) => ({
      stream: 'metrics',
      ts: T0,
      message: name,
      attrs: { value: 1, labels: { [name]: name } },
    }));
    await put(projectId, records);
    await seal(projectId);
    for (const name of names.slice(0, 5)) {
      expect(await valuesOf(projectId, 'sum', { name })).toEqual([1]);
      expect((await read(projectId, 'sum', { name, by: name })).series.map(({ label }) => label)).toEqual([name]);
    }
    expect(await everyRecord(projectId)).toHaveLength(names.length);
  });

  it('without numbers is sealed all the same', async () => {
    const projectId = randomId('prj');
    await put(projectId, [{ stream: 'metrics', message: 'no number' }]);
    await seal(projectId);
    expect(await rowsOf(projectId)).toEqual([]);
    expect(await everyRecord(projectId)).toHaveLength(1);
  });
});

describe('cumulative series', () => {
  it('rise over blocks, the tail and evictions of the journal', async () => {
    const projectId = randomId('prj');
    const name = 'http.requests';
    for (const [minute, value] of [
      [0, 100],
      [1, 130],
      [2, 131],
    ] as const) {
      await put(projectId, [counter(minute, value)]);
      await seal(projectId);
    }
    await put(projectId, [counter(3, 151)]);
    expect(await valuesOf(projectId, 'sum', { name })).toEqual([0, 30, 1, 20]);
    expect(await valuesOf(projectId, 'rate', { name })).toEqual([0, 0.5, 1 / 60, 20 / 60]);
    await evictDurableObject(journalFor(env, projectId, 0));
    expect(await valuesOf(projectId, 'sum', { name })).toEqual([0, 30, 1, 20]);
    await seal(projectId);
    expect(await valuesOf(projectId, 'sum', { name })).toEqual([0, 30, 1, 20]);
  });

  it('are counted once where the journals of two shards seal them at the same time', async () => {
    const projectId = randomId('prj');
    await put(
      projectId,
      Array.from({ length: 10 }, (_, i) => counter(i, i * 10, T0)),
    );
    await seal(projectId);
    const template = await sealedBlock(projectId);
    const blocks = await Promise.all(
      [1, 2, 3, 4].map(async (shard) => {
        const from = randomId('prj');
        await put(
          from,
          Array.from({ length: 5 }, (_, i) => counter(10 + i * 4 + shard, (10 + i * 4 + shard) * 10, T0)),
        );
        await seal(from);
        const block = await sealedBlock(from);
        const index = { ...block.index, projectId, shard, id: `${projectId}.${shard}.metrics.1` };
        return { ...block, index };
      }),
    );
    expect(template.index.shard).toBe(0);
    await Promise.all(blocks.map((block) => storeSummedUp(env.DB, block, NOW)));
    const all = await valuesOf(projectId, 'sum', { name: 'http.requests', stepMs: 3_600_000 });
    // The highest value is that of minute 30: however the shards interleave, all rose by that.
    expect(all.reduce((sum, value) => sum + value, 0)).toBe(300);
  });
});

describe('folding and forgetting', () => {
  it('joins the rows of a bucket, changes no answer, and two runs at once do so once', async () => {
    await foldRollups(testCtx());
    const projectId = randomId('prj');
    for (let i = 0; i < 6; i++) {
      await put(projectId, [gauge(i, i, i % 2 ? 'eu' : 'us'), gauge(i + 0.5, 2 * i)]);
      await seal(projectId);
    }
    const ask = async () => [
      await read(projectId, 'p95', { by: 'region' }),
      await read(projectId, 'sum', { stepMs: 3_600_000 }),
      await read(projectId, 'count', { stepMs: 24 * 3_600_000 }),
    ];
    const before = await ask();
    expect((await rowsOf(projectId)).length).toBe(18);
    const runs = await Promise.all([foldRollups(testCtx()), foldRollups(testCtx())]);
    expect(runs.reduce((sum, { folded }) => sum + (folded ?? 0), 0)).toBe(18);
    expect((await rowsOf(projectId)).length).toBe(8);
    expect(await ask()).toEqual(before);
    expect(await foldRollups(testCtx())).toEqual({ folded: 0, lost: 0 });
  });

  it('runs by cron, and rows of minutes go after 30 days while those of hours stay', async () => {
    const projectId = randomId('prj');
    await put(projectId, [gauge(0, 5), counter(0, 1)]);
    await seal(projectId);
    await runCron({ cron: '3-58/5 * * * *' }, env);
    const of = async () => (await rowsOf(projectId)).map((row) => (row as { resolution: number }).resolution).sort();
    expect(await of()).toEqual([1, 1, 1440, 1440, 60, 60]);
    const later = testCtx({ nowMs: NOW + 31 * 24 * 3_600_000 });
    expect(await forgetRollups(later)).toMatchObject({ minutes: expect.any(Number), series: expect.any(Number) });
    expect(await of()).toEqual([1440, 1440, 60, 60]);
    const { results } = await env.DB.prepare('SELECT * FROM rollup_series WHERE project_id = ?1').bind(projectId).all();
    expect(results).toEqual([]);
    const answer = await timeseries(later, {
      projectId,
      name: 'queue.depth',
      fromMs: T0,
      toMs: NOW,
      stepMs: MINUTE_MS,
      stat: 'sum',
      by: null,
      where: null,
    });
    expect(answer.ok && [answer.value.stepMs, answer.value.series[0]?.points[0]]).toEqual([3_600_000, [T0, 5]]);
  });
});

describe('errors of long ago', () => {
  it('leave no row of their group, whose name a sender makes up, and one of all errors for good', async () => {
    const projectId = randomId('prj');
    await put(projectId, [{ stream: 'errors', ts: NOW - 500 * 24 * 3_600_000, message: 'x' }]);
    await seal(projectId);
    expect(await rowsOf(projectId)).toMatchObject([{ stream: 'errors', resolution: 1_440, name: '(all)' }]);
  });
});

describe('a bucket of more loose rows than one statement names', () => {
  it('is folded with its folded row once', async () => {
    await foldRollups(testCtx());
    const projectId = randomId('prj');
    const total = JSON.stringify([1, 1, 1, 1, NOW, 1]);
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
       INSERT INTO rollups SELECT ?1, 'metrics', 60, ?2, ?3, iif(i = 0, '', '0.' || i), ?4, '{}' FROM n`,
    )
      .bind(projectId, 'n'.repeat(1_000), NOW, total)
      .run();
    expect(await foldRollups(testCtx())).toEqual({ folded: 900, lost: 0 });
    const rows = (await rowsOf(projectId)) as { total: string }[];
    expect(rows.map((row) => JSON.parse(row.total)[0])).toEqual([901]);
  });
});

describe('blocks of other streams', () => {
  it('cost nothing', async () => {
    const projectId = randomId('prj');
    await put(projectId, [{ message: 'queue.depth', attrs: { value: 3 } }]);
    await seal(projectId);
    expect(await rowsOf(projectId)).toEqual([]);
    const blocks = await listBlocks(env.DB, projectId, { fromMs: 0, toMs: 8.64e15, stream: null });
    expect(blocks.map(({ stream }) => stream)).toEqual(['logs']);
    expect(await storeSealed(env.DB, { ...(await blockOf(blocks[0])), filter: new Uint8Array(0) })).toEqual({
      sealedSeq: 1,
    });
  });
});

async function blockOf(index: SealedBlock['index'] | undefined): Promise<SealedBlock> {
  if (!index) throw new Error('no block');
  return { index, gzip: new Uint8Array(0), filter: new Uint8Array(0) };
}
