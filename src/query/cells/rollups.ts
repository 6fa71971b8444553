import type { Ctx } from '../../env.ts';
import { buildMinutes, MINUTE_MS, mergeCell, OTHER, readRollups, seriesOf } from '../../rollups/index.ts';
import { storeAnswer } from '../walk/store-away.ts';
import { coverRange, MAX_ROWS, MAX_SPLIT_ROWS, planBuckets, type RowPlan } from './plan.ts';
import type { CellAnswer, CellQuestion } from './question.ts';
import { Sums } from './sums.ts';
import { readTailPoints, unsealedPoints } from './tail.ts';

/** The label whose rows hold the answer; undefined where none does: rows know each label by itself. */
export function labelOf({ by, filters }: Pick<CellQuestion, 'by' | 'filters'>): string | null | undefined {
  const labels = new Set([...(by === null ? [] : [by]), ...filters.map(({ label }) => label)]);
  if (labels.size > 1) return undefined;
  return labels.values().next().value ?? null;
}

/**
 * From rollups, and from what is in no block yet. Null where a value that was asked for may have been folded into the rest in some bucket, as rare
 * values are: only the records know.
 */
export async function cellsOfRollups(
  ctx: Ctx,
  projectId: string,
  question: CellQuestion,
  label: string | null,
): Promise<CellAnswer | null> {
  const { stream, names, by, filters } = question;
  const { rows, fromMs, toMs, resolution, stepMs } = rowsFor(question, ctx.nowMs, label);
  // Two values of one label at once no point can have.
  const values = filters.length === 0 ? null : [...new Set(filters.map(({ value }) => value))];
  const tail = await readTailPoints(ctx, projectId, stream, names);
  const series = seriesOf(tail.parts.flatMap(({ points }) => points));
  const range = { stream, names, rows, label, values };
  const stored = await storeAnswer(readRollups(ctx.env.DB, projectId, range, series));
  const fresh = buildMinutes(unsealedPoints(tail.parts, stored.sealed), stored.states);
  const minutes = fresh.minutes.filter(({ bucketMs }) => bucketMs >= fromMs && bucketMs < toMs);
  const folded = stored.folded || minutes.some(({ dimensions }) => mayBeFolded(dimensions.get(label ?? ''), values));
  // Points of cumulative metrics only rollups can add up.
  if (folded && stream !== 'metrics') return null;

  const sums = new Sums();
  const isWanted = (value: string) => values === null || (values.length === 1 && values[0] === value);
  const bucketOf = (rowMs: number) => (stepMs === null ? fromMs : Math.floor(rowMs / stepMs) * stepMs);
  for (const { name, bucketMs, value, row } of stored.cells) {
    if (isWanted(value)) sums.addRow(name, by === null ? '' : value, bucketOf(bucketMs), row);
  }
  for (const { name, bucketMs, total, dimensions } of minutes) {
    if (label === null) mergeCell(sums.at(name, '', bucketOf(bucketMs)), total);
    for (const [value, cell] of dimensions.get(label ?? '') ?? []) {
      if (isWanted(value)) mergeCell(sums.at(name, by === null ? '' : value, bucketOf(bucketMs)), cell);
    }
  }
  return {
    ...{ fromMs, toMs, stepMs: stepMs ?? toMs - fromMs, source: 'rollups', resolutionMs: resolution * MINUTE_MS },
    complete: tail.complete && stored.complete,
    // What is left out are the newest points, or rows of any time.
    countedFromMs: tail.complete && stored.complete ? fromMs : toMs,
    info: fresh.metrics[0] ?? stored.info,
    cells: sums.all(),
  };
}

/** As for stored rows: what is not there may be among the rest. */
function mayBeFolded(cells: ReadonlyMap<string, unknown> | undefined, values: readonly string[] | null): boolean {
  return values !== null && (cells?.has(OTHER) ?? false) && values.some((value) => !cells?.has(value));
}

function rowsFor(
  { fromMs, toMs, stepMs }: CellQuestion,
  nowMs: number,
  label: string | null,
): RowPlan & { stepMs: number | null } {
  if (stepMs === null) return { ...coverRange(fromMs, toMs, nowMs), stepMs };
  const maxRows = label === null ? MAX_ROWS : MAX_SPLIT_ROWS;
  const plan = planBuckets({ fromMs, toMs, stepMs: stepMs === 'auto' ? null : stepMs }, nowMs, maxRows);
  const { resolution, firstMs, endMs } = plan;
  const rows = [{ resolution, fromMs: firstMs, toMs: endMs }];
  return { rows, resolution, fromMs: firstMs, toMs: endMs, stepMs: plan.stepMs };
}
