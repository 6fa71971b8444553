import { type Cell, percentiles } from '../../rollups/index.ts';
import { ratingOf, type VitalName, type VitalNumbers, type VitalsScope } from '../../wire/vitals.ts';
import type { CellAnswer } from '../cells/question.ts';

/** What a cell says of a vital; null where it has no events. */
export function vitalNumbers(name: VitalName, cell: Cell | null): VitalNumbers {
  const share = (index: number) => (cell && cell.count > 0 ? (cell.tally?.[index] ?? 0) / cell.count : null);
  const [p50 = null, p75 = null, p95 = null, p99 = null] = cell ? percentiles(cell, [0.5, 0.75, 0.95, 0.99]) : [];
  return {
    count: cell?.count ?? 0,
    ...{ p50, p75, p95, p99 },
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
