import { type Cell, percentile } from '../../rollups/index.ts';
import { ratingOf, type VitalName, type VitalNumbers, type VitalsScope } from '../../wire/vitals.ts';
import type { CellAnswer } from '../cells/question.ts';

/** What a cell says of a vital; null where it has no events. */
export function vitalNumbers(name: VitalName, cell: Cell | null): VitalNumbers {
  const quantile = (q: number) => (cell ? percentile(cell, q) : null);
  const share = (index: number) => (cell && cell.count > 0 ? (cell.tally?.[index] ?? 0) / cell.count : null);
  const p75 = quantile(0.75);
  return {
    count: cell?.count ?? 0,
    ...{ p50: quantile(0.5), p75, p95: quantile(0.95), p99: quantile(0.99) },
    rating: p75 === null ? null : ratingOf(name, p75),
    ...{ good: share(0), needsImprovement: share(1), poor: share(2) },
  };
}

export function scopeOf({ fromMs, toMs, source, resolutionMs, complete, countedFromMs }: CellAnswer): VitalsScope {
  return { fromMs, toMs, source, resolutionMs, complete, countedFromMs };
}

/** The cell of a name and value, where there is one bucket. */
export function cellAt({ cells }: CellAnswer, name: string, value = ''): Cell | null {
  return cells.find((cell) => cell.name === name && cell.value === value)?.cell ?? null;
}
