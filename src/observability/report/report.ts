import type { Ctx } from '../../env.ts';
import { type Cell, percentiles, sumOfRows } from '../../rollups/index.ts';
import type {
  PerformanceFigures,
  PerformanceItem,
  PerformanceMetric,
  PerformanceReport,
} from '../../wire/performance.ts';
import { askMetrics } from '../red/ask.ts';
import { errorsIn, FAMILIES, type Family, labelsOf } from '../red/families.ts';
import type { Window } from '../red/object.ts';
import type { ReportQuery } from './parameters.ts';
import { rangeOf } from './range.ts';
import { readWindows, type StoredWindow } from './store.ts';
import { byKey, byMetric } from './windows.ts';

const DAY_MS = 24 * 3_600_000;

/** What was measured from `fromMs` to `toMs`, in whole windows: of the object, of D1, or of both. */
export async function performanceReport(ctx: Ctx, query: ReportQuery): Promise<PerformanceReport> {
  const range = rangeOf(query, ctx.nowMs);
  const { resolution, fromMs, toMs } = range;
  const fresh = await askMetrics(ctx.env, (object) =>
    resolution === 'minute' ? object.minutes(fromMs, toMs) : object.hours(fromMs, toMs),
  );
  const metrics: PerformanceReport['metrics'] = [];
  for (const metric of query.metrics) {
    const stored = resolution === 'minute' ? [] : await storedWindows(ctx.env.DB, metric, range, fresh);
    const ofMetric = fresh.flatMap(byMetric).filter((window) => window.metric === metric);
    metrics.push(figuresOfMetric(metric, [...stored, ...ofMetric], range.stepMs));
  }
  return { fromMs, toMs, resolution, metrics };
}

/** From D1, what the object does not have: hours in place of days where the object has some of that day, because a day in D1 may lack them. */
async function storedWindows(
  db: D1Database,
  metric: PerformanceMetric,
  { resolution, fromMs, toMs }: ReturnType<typeof rangeOf>,
  fresh: readonly Window[],
): Promise<StoredWindow[]> {
  const known = new Set(fresh.map(({ bucketMs }) => bucketMs));
  const firstFreshMs = fresh[0]?.bucketMs ?? toMs;
  const daysToMs = resolution === 'day' ? Math.min(toMs, Math.floor(firstFreshMs / DAY_MS) * DAY_MS) : fromMs;
  const days = await readWindows(db, 1_440, metric, fromMs, daysToMs);
  const hours = await readWindows(db, 60, metric, daysToMs, toMs);
  return [...days, ...hours.filter(({ bucketMs }) => !known.has(bucketMs))];
}

function figuresOfMetric(
  metric: PerformanceMetric,
  windows: readonly StoredWindow[],
  stepMs: number,
): PerformanceReport['metrics'][number] {
  const items = [...byKey(windows)].map(([key, rows]): PerformanceItem => {
    const cell = sumOfRows(rows);
    return { labels: labelsOf(key), ...figures(metric, cell), outcomes: outcomesOf(metric, cell) };
  });
  items.sort((a, b) => b.count - a.count || (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
  const steps = new Map<number, StoredWindow[]>();
  for (const window of windows) {
    const atMs = Math.floor(window.bucketMs / stepMs) * stepMs;
    steps.set(atMs, [...(steps.get(atMs) ?? []), window]);
  }
  const timeline = [...steps]
    .map(([atMs, of]) => ({ atMs, ...figures(metric, sumOf(of)) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.atMs - b.atMs);
  return { metric, total: figures(metric, sumOf(windows)), items, timeline };
}

function sumOf(windows: readonly StoredWindow[]): Cell {
  return sumOfRows(windows.flatMap(({ cells }) => cells.map(([, cell]) => cell)));
}

function figures(metric: PerformanceMetric, cell: Cell): PerformanceFigures {
  const { count, sum, min, max, tally } = cell;
  const [p50Ms, p95Ms, p99Ms] = percentiles(cell, [0.5, 0.95, 0.99]) as [number | null, number | null, number | null];
  const known = count > 0;
  return {
    ...{ count, errors: errorsIn(metric, tally), averageMs: known ? sum / count : null },
    ...{ p50Ms, p95Ms, p99Ms, minMs: known ? min : null, maxMs: known ? max : null },
  };
}

function outcomesOf(metric: PerformanceMetric, { tally }: Cell): Record<string, number> {
  const { outcomes }: Family = FAMILIES[metric];
  return Object.fromEntries(outcomes.flatMap((name, index) => (tally?.[index] ? [[name, tally[index]]] : [])));
}
