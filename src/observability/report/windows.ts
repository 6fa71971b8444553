import { type CellRow, cellRow, sumOfRows } from '../../rollups/index.ts';
import { PERFORMANCE_METRICS, type PerformanceMetric } from '../../wire/performance.ts';
import { partsOf } from '../red/families.ts';
import type { Window } from '../red/object.ts';
import type { KeyedCell, StoredWindow } from './store.ts';

/** A window of the object, by metric. Each metric has one, if with nothing in it: it takes the place of what was there. */
export function byMetric({ bucketMs, rows }: Window): StoredWindow[] {
  return PERFORMANCE_METRICS.map((metric) => ({
    metric,
    bucketMs,
    cells: rows.flatMap(([key, cell]): KeyedCell[] => (partsOf(key).family === metric ? [[key, cell]] : [])),
  }));
}

/** The cells of each series. */
export function byKey(windows: readonly Pick<StoredWindow, 'cells'>[]): Map<string, CellRow[]> {
  const cells = new Map<string, CellRow[]>();
  for (const window of windows) {
    for (const [key, cell] of window.cells) {
      const known = cells.get(key);
      if (known) known.push(cell);
      else cells.set(key, [cell]);
    }
  }
  return cells;
}

/** One window of all of them. */
export function joined(metric: PerformanceMetric, bucketMs: number, windows: readonly StoredWindow[]): StoredWindow {
  const cells = [...byKey(windows)].map(([key, rows]): KeyedCell => [key, cellRow(sumOfRows(rows))]);
  return { metric, bucketMs, cells };
}
