import { type Cell, emptyCell, mergeCell } from '../../rollups/index.ts';

/** What the points of one name, label value and bucket add up to. */
export interface SummedCell {
  name: string;
  /** '' where nothing is split. */
  value: string;
  /** Start of the bucket. */
  ts: number;
  cell: Cell;
}

/** Adds up cells from many rows by name, value and bucket. */
export class Sums {
  readonly #cells = new Map<string, Map<string, Map<number, Cell>>>();

  at(name: string, value: string, ts: number): Cell {
    const values = entry(this.#cells, name, () => new Map<string, Map<number, Cell>>());
    const buckets = entry(values, value, () => new Map<number, Cell>());
    return entry(buckets, ts, emptyCell);
  }

  add(name: string, value: string, ts: number, cell: Cell): void {
    mergeCell(this.at(name, value, ts), cell);
  }

  all(): SummedCell[] {
    return [...this.#cells].flatMap(([name, values]) =>
      [...values].flatMap(([value, buckets]) => [...buckets].map(([ts, cell]) => ({ name, value, ts, cell }))),
    );
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
