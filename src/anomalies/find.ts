import type { Ctx } from '../env.ts';
import { type ReadError, readCells } from '../query/index.ts';
import { HOUR_ROWS_KEPT_MS } from '../rollups/index.ts';
import { ok, type Result } from '../shared/result.ts';
import type { Anomaly } from '../wire/operations.ts';
import { BASELINE_MS, baselineOf, HOUR_MS } from './baseline.ts';
import { Hours } from './hours.ts';
import { judge, type Limits } from './judge.ts';
import { comparePlaces, placeOf } from './page.ts';
import { sentenceOf } from './sentence.ts';
import { type AnomalyStream, statsOf } from './stats.ts';

export interface AnomalyQuestion {
  stream: AnomalyStream;
  /** Of the series: `LCP`, `p2p`, a fingerprint or `(all)`, a metric. */
  name: string;
  /** Names of them (stats.ts). */
  stats: readonly string[];
  /** One series for each value of this label; null is one for all. */
  by: string | null;
  /** Only this value of it. */
  value: string | null;
  /** Hours that start from here on are judged … */
  fromMs: number;
  /** … up to here, exclusive. */
  toMs: number;
  limits: Limits;
}

export interface FoundAnomalies {
  /** Newest first; of one hour the farthest out first. */
  items: Anomaly[];
  /** False: so much was to be read that some hours may be missing. */
  complete: boolean;
}

/** Of one answer, the newest: more are no exceptions any more, and it would be too large to be kept. */
const MAX_ITEMS = 1_000;
/** What is read at once: a week of hours of a hundred values is some ten megabytes of sums, and so are three months of one series. */
const SPLIT_SLICE_MS = 168 * HOUR_MS;
const SLICE_MS = 13 * SPLIT_SLICE_MS;
/** Hours of the past that say less than this many events say nothing; fewer than an hour must have to be judged, so that traffic may grow. */
const LEAST_PAST_COUNT = 10;

/** Hours of one metric that are out of what is usual, from rows of hours alone: its cost does not grow with traffic. Errors: store_away. */
export async function findAnomalies(
  ctx: Ctx,
  projectId: string,
  question: AnomalyQuestion,
): Promise<Result<FoundAnomalies, ReadError>> {
  const { stream, name, by, value, limits } = question;
  const stats = statsOf(stream, name).filter((stat) => question.stats.includes(stat.name));
  const firstMs = Math.ceil(question.fromMs / HOUR_MS) * HOUR_MS;
  const endMs = Math.min(question.toMs, ctx.nowMs);
  const hours = new Hours(stats);
  const filters = by === null || value === null ? [] : [{ label: by, value }];
  let complete = firstMs - BASELINE_MS >= ctx.nowMs - HOUR_ROWS_KEPT_MS;
  let ownUnit = '';
  const sliceMs = by === null ? SLICE_MS : SPLIT_SLICE_MS;
  // Older hours are summed up by the day.
  const keptFromMs = Math.ceil((ctx.nowMs - HOUR_ROWS_KEPT_MS) / HOUR_MS) * HOUR_MS;
  for (let fromMs = Math.max(firstMs - BASELINE_MS, keptFromMs); fromMs < endMs; fromMs += sliceMs) {
    const toMs = Math.min(fromMs + sliceMs, Math.ceil(endMs / HOUR_MS) * HOUR_MS);
    const part = await readCells(ctx, projectId, { stream, names: [name], fromMs, toMs, stepMs: HOUR_MS, by, filters });
    if (!part.ok) return part;
    // Days are no hours, whatever was asked for.
    if (part.value.stepMs === HOUR_MS) hours.add(part.value.cells);
    complete &&= part.value.complete && part.value.stepMs === HOUR_MS;
    ownUnit ||= part.value.info?.unit ?? '';
  }

  const items: Anomaly[] = [];
  for (const known of hours.values()) {
    const label = by === null ? null : { name: by, value: known };
    for (const [index, stat] of stats.entries()) {
      const series = hours.series(known, index, endMs);
      for (let ts = firstMs; ts < endMs; ts += HOUR_MS) {
        const hour = series.get(ts);
        if (!hour || hour.value === null) continue;
        const leastCount = stat.silenceIsZero ? 0 : Math.min(LEAST_PAST_COUNT, limits.leastCount);
        const baseline = baselineOf(series, ts, leastCount);
        if (!baseline) continue;
        const part = Math.min(1, (ctx.nowMs - ts) / HOUR_MS);
        const judged = judge(stat.kind, { value: hour.value, count: hour.count }, baseline, part, limits);
        if (!judged?.isAnomaly) continue;
        const { isAnomaly: _, ...numbers } = judged;
        const { basis, samples } = baseline;
        const weeks = basis === 'hour-of-week' ? samples : Math.floor(samples / 7);
        const found = {
          stream,
          name,
          stat: stat.name,
          label,
          ts,
          ...numbers,
          count: hour.count,
          weeks,
          basis,
          samples,
        };
        items.push({ ...found, reason: sentenceOf(found, stat.unit, ownUnit, part) });
      }
    }
  }
  items.sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
  return ok({ items: items.slice(0, MAX_ITEMS), complete: complete && items.length <= MAX_ITEMS });
}
