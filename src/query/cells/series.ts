import { type Cell, emptyCell, foldValues, mergeCell, OTHER } from '../../rollups/index.ts';
import type { CellAnswer } from './question.ts';

/** Series of one answer; the rest is folded into OTHER. */
const MAX_SERIES = 50;

export interface CellSeries {
  /** The label's value. */
  label: string;
  /** Every bucket of the range in order; null where nothing is known. */
  points: { ts: number; cell: Cell | null }[];
}

/** Of the first name: one series for each value, those with the most points first, OTHER last. `label`: of the only series, where nothing is split. */
export function seriesOf(
  { fromMs, toMs, stepMs, cells }: Pick<CellAnswer, 'fromMs' | 'toMs' | 'stepMs' | 'cells'>,
  label: string | null,
  most = MAX_SERIES,
): CellSeries[] {
  const totals = new Map<string, Cell>();
  for (const { value, cell } of cells) {
    const total = totals.get(value) ?? emptyCell();
    total.count += cell.count;
    totals.set(value, total);
  }
  foldValues(totals, most);
  const buckets = new Map<string, Map<number, Cell>>();
  for (const { value, ts, cell } of cells) {
    const kept = totals.has(value) ? value : OTHER;
    const series = buckets.get(kept) ?? new Map<number, Cell>();
    buckets.set(kept, series);
    const known = series.get(ts);
    if (known) mergeCell(known, cell);
    else series.set(ts, cell);
  }
  return [...buckets]
    .sort(([a], [b]) => rankOf(totals, a) - rankOf(totals, b) || (a < b ? -1 : 1))
    .map(([value, series]) => ({ label: label ?? value, points: pointsOf(series, { fromMs, toMs, stepMs }) }));
}

function pointsOf(
  series: ReadonlyMap<number, Cell>,
  { fromMs, toMs, stepMs }: Pick<CellAnswer, 'fromMs' | 'toMs' | 'stepMs'>,
): CellSeries['points'] {
  const points: CellSeries['points'] = [];
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  for (let ts = firstMs; ts < toMs; ts += stepMs) points.push({ ts, cell: series.get(ts) ?? null });
  return points;
}

function rankOf(totals: ReadonlyMap<string, Cell>, value: string): number {
  return value === OTHER ? 1 : -(totals.get(value)?.count ?? 0);
}
