import type { SummedCell } from '../query/index.ts';
import { BYTES_SUFFIX, type Cell, FAILED, OTHER, percentiles, SUCCEEDED } from '../rollups/index.ts';
import type { OperationNumbers, OperationReason, OperationScope } from '../wire/operations.ts';

/** What a scope's operations add up to is under its name, what they weigh under another. */
export function namesOf(scope: OperationScope): [durations: string, sizes: string] {
  return [scope, `${scope}${BYTES_SUFFIX}`];
}

const QUANTILES = [0.5, 0.95, 0.99];

/** Of some operations: their durations with outcomes, and the sizes of those that said one. */
export interface OperationCells {
  durations: Cell | null;
  sizes: Cell | null;
}

export function operationNumbers({ durations, sizes }: OperationCells): OperationNumbers {
  const [succeeded, failed] = [SUCCEEDED, FAILED].map((index) => durations?.tally?.[index] ?? 0) as [number, number];
  const count = durations?.count ?? 0;
  const [p50Ms = null, p95Ms = null, p99Ms = null] = durations ? percentiles(durations, QUANTILES) : [];
  return {
    ...{ count, succeeded, failed },
    // Of those whose outcome is known.
    successRate: succeeded + failed > 0 ? succeeded / (succeeded + failed) : null,
    // Of those whose duration is known.
    avgMs: durations?.sketch ? durations.sum / durations.sketch.count : null,
    ...{ p50Ms, p95Ms, p99Ms },
    maxMs: durations?.sketch ? durations.max : null,
    bytes: sizes && sizes.count > 0 ? sizeNumbers(sizes) : null,
  };
}

function sizeNumbers(sizes: Cell): OperationNumbers['bytes'] {
  const { count, sum } = sizes;
  const [p50, p95, p99] = percentiles(sizes, QUANTILES);
  return { count, sum, avg: sum / count, p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0 };
}

/** Cells of one bucket by what they are told apart by, those with the most operations first, the folded rest last. */
export function byValue(scope: OperationScope, cells: readonly SummedCell[]): (OperationCells & { value: string })[] {
  const [durations, sizes] = namesOf(scope);
  const found = new Map<string, OperationCells>();
  for (const { name, value, cell } of cells) {
    const known = found.get(value) ?? { durations: null, sizes: null };
    found.set(value, known);
    if (name === durations) known.durations = cell;
    if (name === sizes) known.sizes = cell;
  }
  const rank = ({ value, durations: cell }: OperationCells & { value: string }) =>
    value === OTHER ? 1 : -(cell?.count ?? 0);
  return [...found]
    .map(([value, both]) => ({ value, ...both }))
    .sort((a, b) => rank(a) - rank(b) || (a.value < b.value ? -1 : 1));
}

/** Why operations failed. What succeeded and names a reason all the same is none of them. */
export function reasonsOf(cells: readonly SummedCell[]): OperationReason[] {
  const counts = cells
    .map(({ value, cell }) => ({ reason: value, count: cell.tally?.[FAILED] ?? 0 }))
    .filter(({ count }) => count > 0);
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return counts
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
    .map(({ reason, count }) => ({ reason, count, share: count / all }));
}
