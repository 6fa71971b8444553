import type { Ctx } from '../../env.ts';
import { type CellAnswer, type ReadError, readCells } from '../../query/index.ts';
import { type Cell, emptyCell, mergeCell } from '../../rollups/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import { type MeasureCondition, measureOf, measureQuestion, valueOfSilence } from '../evaluate/measure.ts';
import { type History, type Moment, PREVIEW_MS, type Range, stepOf } from './history.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What one question reads by the minute: whole, and where each minute has up to fifty values (src/query/cells/plan.ts). */
const WHOLE_SLICE_MS = 4_320 * MINUTE_MS;
const SPLIT_SLICE_MS = 1_440 * MINUTE_MS;
/** Sums of fifty values are merged at each moment: in windows up to this, one of them is a moment. */
const MAX_SINGLE_WINDOW_MS = 10 * MINUTE_MS;
const PARTS = 5;
/** After that no older slice is begun. */
const BUDGET_MS = 10_000;

/** By step since the epoch, then by group: only numbers, because a week of sums would not fit into memory. */
type Values = Map<number, Map<string, number>>;

/** What a statistic of sliding windows was, read slice by slice from the newest on, as far as time goes. Errors: store_away. */
export async function measureHistory(
  ctx: Ctx,
  projectId: string,
  condition: MeasureCondition,
  windowMs: number,
  { fromMs, toMs }: Range,
): Promise<Result<History, ReadError>> {
  const isSplit = condition.by !== null;
  const stepMs = stepOf(windowMs, isSplit && windowMs <= MAX_SINGLE_WINDOW_MS ? 1 : PARTS);
  const sliceMs = sliceOf(stepMs, windowMs, isSplit);
  const values: Values = new Map();
  const startedMs = performance.now();
  const lastMs = floorTo(toMs, stepMs);
  const firstMs = Math.ceil(fromMs / stepMs) * stepMs;
  let countedFromMs = lastMs + stepMs;
  let complete = true;
  for (let endMs = lastMs; complete && endMs >= firstMs; endMs -= sliceMs) {
    if (endMs < lastMs && performance.now() - startedMs > BUDGET_MS) complete = false;
    if (!complete) break;
    // Moments of the slice: (beginMs, endMs]; each looks a window back.
    const beginMs = Math.max(endMs - sliceMs, firstMs - stepMs);
    const read = await readCells(ctx, projectId, {
      ...measureQuestion(condition),
      ...{ fromMs: beginMs + stepMs - windowMs, toMs: endMs, stepMs },
    });
    if (!read.ok) return read;
    complete = read.value.complete && read.value.stepMs === stepMs;
    const knownFromMs = complete ? beginMs + stepMs : partlyFrom(read.value, windowMs, stepMs);
    addValues(values, condition, read.value, { windowMs, stepMs, fromMs: knownFromMs, toMs: endMs });
    countedFromMs = Math.min(countedFromMs, knownFromMs);
  }
  if (complete) countedFromMs = firstMs;
  const moments = measureMoments(values, condition, { stepMs, fromMs: countedFromMs, toMs: lastMs });
  return ok({ stepMs, moments, complete, countedFromMs: complete ? fromMs : Math.min(countedFromMs, toMs) });
}

/** Steps of hours are read from rows of hours, of which all are one question. */
function sliceOf(stepMs: number, windowMs: number, isSplit: boolean): number {
  if (stepMs % HOUR_MS === 0) return PREVIEW_MS + stepMs;
  return Math.max(stepMs, floorTo((isSplit ? SPLIT_SLICE_MS : WHOLE_SLICE_MS) - windowMs, stepMs));
}

/** Rows that are incomplete lack any of them; records lack what is older than they were counted from. */
function partlyFrom(
  { source, countedFromMs, toMs, stepMs: given }: CellAnswer,
  windowMs: number,
  stepMs: number,
): number {
  const isUsable = source === 'records' && given === stepMs;
  return isUsable ? Math.ceil((countedFromMs + windowMs) / stepMs) * stepMs : toMs + stepMs;
}

function addValues(
  values: Values,
  condition: MeasureCondition,
  { cells }: CellAnswer,
  { windowMs, stepMs, fromMs, toMs }: Range & { windowMs: number; stepMs: number },
): void {
  const steps = Math.ceil(windowMs / stepMs);
  const byGroup = new Map<string, Map<number, Cell>>();
  for (const { value, ts, cell } of cells) {
    const own = byGroup.get(value) ?? new Map<number, Cell>();
    byGroup.set(value, own);
    own.set(ts / stepMs, cell);
  }
  for (const [group, own] of byGroup) {
    for (let end = fromMs / stepMs; end * stepMs <= toMs; end++) {
      const value = valueAt(condition, own, end, steps);
      if (value === null) continue;
      const there = values.get(end) ?? new Map<string, number>();
      values.set(end, there);
      there.set(group, value);
    }
  }
}

/** Of the steps before `end`. */
function valueAt(
  condition: MeasureCondition,
  cells: ReadonlyMap<number, Cell>,
  end: number,
  steps: number,
): number | null {
  const last = cells.get(end - 1);
  if (steps === 1) return last ? measureOf(condition, last) : null;
  let sum: Cell | null = null;
  for (let step = end - steps; step < end; step++) {
    const cell = cells.get(step);
    if (!cell) continue;
    sum ??= emptyCell();
    mergeCell(sum, cell);
  }
  return sum && measureOf(condition, sum);
}

function* measureMoments(
  values: Values,
  condition: MeasureCondition,
  { stepMs, fromMs, toMs }: Range & { stepMs: number },
): Generator<Moment> {
  const silent = valueOfSilence(condition);
  for (let atMs = fromMs; atMs <= toMs; atMs += stepMs) {
    const known = [...(values.get(atMs / stepMs) ?? [])].map(([group, value]) => ({ group, value }));
    const isSilent = known.length === 0 && condition.by === null && silent !== null;
    const named = isSilent ? [{ group: '', value: silent }] : known;
    yield { atMs, observed: { values: named, rest: silent === null ? 'gone' : 'zero' } };
  }
}

function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}
