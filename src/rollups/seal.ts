import { gunzip, type SealedBlock, storeSealed } from '../blocks/index.ts';
import type { LogRecord } from '../wire/record.ts';
import { buildMinutes, MINUTE_MS, type Rollup, widen } from './build.ts';
import { ALL_ERRORS } from './points/error.ts';
import type { RollupStream } from './points/point.ts';
import { linesOf, pointsIn, seriesOf } from './points/read.ts';
import { HOUR_ROWS_KEPT_MS, MINUTE_ROWS_KEPT_MS } from './retention.ts';
import { type Row, rollupRow } from './row.ts';
import { readSeries, SAME_VERSION, type SealPlace, sealStatements } from './seal-store.ts';

/** Journals of one project that seal at the same time get in each other's way; each round one of them gets through. */
const MAX_ROUNDS = 20;

/**
 * What else a sealed block leaves in the database: statements of the block's own transaction, before its watermark moves, each guarded by
 * UNSEALED with unsealedArgs(place) as its first arguments, so that a repeat changes nothing.
 */
export type Register = (
  db: D1Database,
  place: SealPlace,
  records: readonly LogRecord[],
  nowMs: number,
) => D1PreparedStatement[];

/**
 * Stores a block with its rollups and registers, in one transaction: all once, or none. Cumulative series count by what they rose since
 * their newest sealed point, so where another journal of the project has moved one in between, the sums are done again.
 */
export async function storeSummedUp(
  db: D1Database,
  block: SealedBlock,
  nowMs: number,
  registers: readonly Register[] = [],
): Promise<{ sealedSeq: number }> {
  const { projectId, shard, firstSeq, rawBytes } = block.index;
  const stream = block.index.stream as RollupStream;
  const records: LogRecord[] = [];
  for (const line of linesOf(gunzip(block.gzip, rawBytes).toString('utf8')))
    records.push(JSON.parse(line) as LogRecord);
  const points = records.flatMap((record) => pointsIn(stream, record));
  const series = seriesOf(points);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { version, states } = await readSeries(db, projectId, series);
    const { minutes, metrics, states: moved } = buildMinutes(points, states);
    const place = { projectId, shard, stream, firstSeq, version };
    const sums = { rows: rowsOf(stream, minutes, nowMs), metrics: stream === 'metrics' ? metrics : [], states: moved };
    const { before, after } = sealStatements(db, place, sums, nowMs);
    const beside = registers.flatMap((register) => register(db, place, records, nowMs));
    const { sealedSeq } = await storeSealed(db, block, {
      ...{ before: [...before, ...beside], after, guard: SAME_VERSION, guardArgs: [version] },
    });
    if (sealedSeq >= firstSeq) return { sealedSeq };
  }
  throw new Error(`block ${block.index.id} lost ${MAX_ROUNDS} times to other journals of its project`);
}

function rowsOf(stream: RollupStream, minutes: readonly Rollup[], nowMs: number): Row[] {
  const hours = widen(minutes, 60 * MINUTE_MS);
  const days = widen(hours, 1_440 * MINUTE_MS);
  const kept = (rollups: readonly Rollup[], keptMs: number) =>
    rollups.filter(({ bucketMs }) => bucketMs >= nowMs - keptMs);
  const staysForEver = (name: string) => stream !== 'errors' || name === ALL_ERRORS;
  return [
    ...kept(minutes, MINUTE_ROWS_KEPT_MS).map((rollup) => rollupRow(1, rollup)),
    ...kept(hours, HOUR_ROWS_KEPT_MS).map((rollup) => rollupRow(60, rollup)),
    ...days
      .filter(({ name, bucketMs }) => staysForEver(name) || bucketMs >= nowMs - HOUR_ROWS_KEPT_MS)
      .map((rollup) => rollupRow(1_440, rollup)),
  ];
}
