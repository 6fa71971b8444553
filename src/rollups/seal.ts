import { gunzip, type SealedBlock, storeSealed } from '../blocks/index.ts';
import type { LogRecord } from '../wire/record.ts';
import { buildMinutes, MINUTE_MS, type Rollup, widen } from './build.ts';
import { type MetricPoint, pointOf } from './point.ts';
import { MINUTE_ROWS_KEPT_MS } from './retention.ts';
import { type Row, readSeries, rollupRow, SAME_VERSION, sealStatements } from './store.ts';

/** Journals of one project that seal at the same time get in each other's way; each round one of them gets through. */
const MAX_ROUNDS = 20;

/**
 * Stores a block of metrics with its rollups, in one transaction: both once, or neither. Cumulative series count by what they rose since
 * their newest sealed point, so where another journal of the project has moved one in between, the sums are done again.
 */
export async function storeSealedMetrics(
  db: D1Database,
  block: SealedBlock,
  nowMs: number,
): Promise<{ sealedSeq: number }> {
  const { projectId, shard, firstSeq, rawBytes } = block.index;
  const points = pointsOf(gunzip(block.gzip, rawBytes).toString('utf8'));
  const series = seriesOf(points);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { version, states } = await readSeries(db, projectId, series);
    const { minutes, metrics, states: moved } = buildMinutes(points, states);
    const rows = rowsOf(minutes, nowMs);
    const place = { projectId, shard, firstSeq, version };
    const statements = sealStatements(db, place, rows, metrics, moved, nowMs);
    const { sealedSeq } = await storeSealed(db, block, { ...statements, guard: SAME_VERSION, guardArgs: [version] });
    if (sealedSeq >= firstSeq) return { sealedSeq };
  }
  throw new Error(`block ${block.index.id} lost ${MAX_ROUNDS} times to other journals of its project`);
}

/** Points of stored lines; `name`: only those of one metric. */
export function pointsOf(ndjson: string, name: string | null = null): MetricPoint[] {
  const points: MetricPoint[] = [];
  // As it stands in a line, so that lines of other metrics need not be parsed.
  const needle = name === null ? '' : JSON.stringify(name);
  for (let at = 0; at < ndjson.length; ) {
    const end = ndjson.indexOf('\n', at);
    const stop = end < 0 ? ndjson.length : end;
    const line = ndjson.slice(at, stop);
    if (line !== '' && line.includes(needle)) {
      const point = pointOf(JSON.parse(line) as LogRecord);
      if (point && (name === null || point.name === name)) points.push(point);
    }
    at = stop + 1;
  }
  return points;
}

/** The cumulative series among the points. */
export function seriesOf(points: readonly MetricPoint[]): string[] {
  const series = new Set<string>();
  for (const { reading } of points) if (reading.kind === 'cumulative') series.add(reading.series);
  return [...series];
}

function rowsOf(minutes: readonly Rollup[], nowMs: number): Row[] {
  const hours = widen(minutes, 60 * MINUTE_MS);
  const days = widen(hours, 1_440 * MINUTE_MS);
  const kept = minutes.filter(({ bucketMs }) => bucketMs >= nowMs - MINUTE_ROWS_KEPT_MS);
  return [
    ...kept.map((rollup) => rollupRow(1, rollup)),
    ...hours.map((rollup) => rollupRow(60, rollup)),
    ...days.map((rollup) => rollupRow(1_440, rollup)),
  ];
}
