import { type Cell, type CellRow, emptyCell, mergeCell, sumOfRows } from '../../rollups/index.ts';

/** What the points of one name, label value and bucket add up to. */
export interface SummedCell {
  name: string;
  /** '' where nothing is split. */
  value: string;
  /** Start of the bucket. */
  ts: number;
  cell: Cell;
}

/** What is to be added up: stored cells stay text until then. */
interface Summands {
  rows: CellRow[];
  cell: Cell | null;
}

/** Adds up cells from many rows by name, value and bucket. */
export class Sums {
  readonly #summands = new Map<string, Map<string, Map<number, Summands>>>();

  addRow(name: string, value: string, ts: number, row: CellRow): void {
    this.#at(name, value, ts).rows.push(row);
  }

  /** For adding to it. */
  at(name: string, value: string, ts: number): Cell {
    const summands = this.#at(name, value, ts);
    summands.cell ??= emptyCell();
    return summands.cell;
  }

  all(): SummedCell[] {
    return [...this.#summands].flatMap(([name, values]) =>
      [...values].flatMap(([value, buckets]) =>
        [...buckets].map(([ts, summands]) => ({ name, value, ts, cell: summed(summands) })),
      ),
    );
  }

  #at(name: string, value: string, ts: number): Summands {
    const values = entry(this.#summands, name, () => new Map<string, Map<number, Summands>>());
    const buckets = entry(values, value, () => new Map<number, Summands>());
    return entry(buckets, ts, () => ({ rows: [], cell: null }));
  }
}

function summed({ rows, cell }: Summands): Cell {
  const sum = sumOfRows(rows);
  if (cell) mergeCell(sum, cell);
  return sum;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
