/**
 * What rollups cost the journal's thread: CPU time of sealing a block of 5,000 metric points with them and without, the database answering
 * at once. And what they make: rows for each 1,000 points.
 */
import { gunzip, type SealedBlock, storeSealed } from '../src/blocks/index.ts';
import { BatchBuilder } from '../src/ingest/batch.ts';
import { buildBlock, type PlacedPart } from '../src/journal/index.ts';
import { storeSummedUp } from '../src/rollups/index.ts';
import { batchIds } from '../src/shared/ids.ts';
import type { Json, JsonObject } from '../src/wire/record.ts';
import { median, type Row } from './lib/row.ts';

const POINTS = 5_000;
const METRICS = 50;
const NOW_MS = 1_790_000_000_000;
const ROUNDS = 30;
/** Rounds until the code is compiled. */
const WARM_UP = 10;

const BOUNDS = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500, 5_000, 7_500, 10_000];
const KINDS: Readonly<Record<string, (i: number) => { type: string; attrs: JsonObject }>> = {
  gauges: (i) => ({ type: 'gauge', attrs: { value: (i * 7_919) % 1_000 } }),
  'cumulative sums': (i) => ({
    type: 'sum',
    attrs: { value: i, temporality: 'cumulative', monotonic: true, startTs: NOW_MS - 3_600_000 },
  }),
  'histograms of 16 buckets': (i) => ({
    type: 'histogram',
    attrs: {
      temporality: 'delta',
      count: 136,
      sum: 4_000 + i,
      bounds: BOUNDS,
      counts: Array.from({ length: BOUNDS.length + 1 }, (_, bucket) => bucket + 1),
    },
  }),
};

function blockOf(kind: (i: number) => { type: string; attrs: JsonObject }): SealedBlock {
  const batch = new BatchBuilder({ stream: 'metrics', service: 'api', nowMs: NOW_MS }, batchIds(NOW_MS), true);
  for (let i = 0; i < POINTS; i++) {
    const { type, attrs } = kind(i);
    const labels = {
      method: ['GET', 'POST'][i % 2] ?? '',
      route: `/r/${i % 20}`,
      status: 200 + (i % 5),
      host: `h${i % 10}`,
    };
    const record: Json = {
      ts: NOW_MS - 60_000 + i * 10,
      message: `metric.number.${i % METRICS}`,
      type,
      attrs: { unit: 'ms', ...attrs, labels, resource: { 'service.instance.id': 'i-1', 'host.name': 'h1' } },
    };
    batch.add(record);
  }
  batch.finish();
  const parts: PlacedPart[] = [];
  for (const part of batch.parts) {
    const last = parts.at(-1);
    parts.push({ ...part, firstSeq: last ? last.firstSeq + last.summary.records : 1 });
  }
  return buildBlock('p', 0, parts, NOW_MS).block;
}

/** Answers every batch at once, as if the block had just been stored. */
function answering(): { db: D1Database; rows: () => number } {
  let rows = 0;
  const prepare = (sql: string) => ({
    sql,
    bind(...values: unknown[]) {
      if (/INTO rollups /.test(sql)) rows += (JSON.parse(String(values.at(-1))) as unknown[]).length;
      return this;
    },
  });
  const batch = async (statements: { sql: string }[]) =>
    statements.map(({ sql }) => ({ results: sql.startsWith('SELECT last_seq') ? [{ last_seq: POINTS }] : [] }));
  return { db: { prepare, batch } as unknown as D1Database, rows: () => rows };
}

async function cpuMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    if (round >= WARM_UP) times.push((user + system) / 1_000);
  }
  return median(times);
}

export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, kind] of Object.entries(KINDS)) {
    const block = blockOf(kind);
    const counting = answering();
    await storeSummedUp(counting.db, block, NOW_MS);
    const { db } = answering();
    const withRollups = await cpuMs(() => storeSummedUp(db, block, NOW_MS));
    const without = await cpuMs(() => storeSealed(db, block));
    const inflating = await cpuMs(async () => gunzip(block.gzip, block.index.rawBytes));
    rows.push({
      what: `CPU of sealing a block of ${POINTS} ${name} of ${METRICS} metrics, rollups by 5 labels (${counting.rows()} rows)`,
      reach: '≤ 20 ms more',
      ours: `${withRollups.toFixed(1)} ms`,
      peers: { 'without rollups': `${without.toFixed(1)} ms`, 'of it inflating': `${inflating.toFixed(1)} ms` },
    });
  }
  return rows;
}
