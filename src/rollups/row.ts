import { foldValues, type Resolution, type Rollup, TOP_VALUES } from './build.ts';
import { type Cell, type CellRow, cellOf, cellRow } from './cell.ts';
import type { RollupStream } from './points/point.ts';

/** Characters bound to one statement: production D1 refuses values over 2,000,000 bytes, and a label can have three bytes a character. */
const MAX_BOUND_CHARS = 600_000;

/** Of the dimensions of one row: a label has up to three bytes a character. */
const MAX_ROW_CHARS = 500_000;

/** A rollup as a row of an INSERT: resolution, name, bucket, total, dimensions. */
export type Row = [Resolution, string, number, string, string];

/** Folds more values where they do not fit into a row: counts and sums stay whole. */
export function rollupRow(resolution: Resolution, rollup: Rollup): Row {
  const { name, bucketMs, total } = rollup;
  let dimensions = dimensionsText(rollup);
  for (let most = TOP_VALUES >> 1; dimensions.length > MAX_ROW_CHARS && most > 0; most >>= 1) {
    for (const values of rollup.dimensions.values()) foldValues(values, most);
    dimensions = dimensionsText(rollup);
  }
  return [resolution, name, bucketMs, JSON.stringify(cellRow(total)), dimensions];
}

/** Member by member, because a label may have a name that assignment treats specially. */
function dimensionsText({ dimensions }: Rollup): string {
  const members = [...dimensions].map(([label, values]) => {
    const cells = JSON.stringify([...values].map(([value, cell]) => [value, cellRow(cell)]));
    return `${JSON.stringify(label)}:${JSON.stringify(cells)}`;
  });
  return `{${members.join(',')}}`;
}

export interface StoredRow {
  stream: RollupStream;
  resolution: Resolution;
  name: string;
  bucket_ms: number;
  source: string;
  total: string;
  dimensions: string;
}

export function rollupOf(row: Pick<StoredRow, 'name' | 'bucket_ms' | 'total' | 'dimensions'>): Rollup {
  const dimensions = JSON.parse(row.dimensions) as Record<string, string>;
  return {
    name: row.name,
    bucketMs: row.bucket_ms,
    total: cellOf(JSON.parse(row.total) as CellRow),
    dimensions: new Map(Object.entries(dimensions).map(([label, cells]) => [label, cellsOf(cells)])),
  };
}

function cellsOf(text: string): Map<string, Cell> {
  return new Map((JSON.parse(text) as [string, CellRow][]).map(([value, row]) => [value, cellOf(row)]));
}

/** JSON arrays of the items, each short enough for one statement. An item that is longer goes alone. */
export function bound(items: Iterable<unknown>): string[] {
  const texts: string[] = [];
  let open: string[] = [];
  let chars = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (open.length > 0 && chars + text.length > MAX_BOUND_CHARS) {
      texts.push(`[${open.join(',')}]`);
      open = [];
      chars = 0;
    }
    open.push(text);
    chars += text.length;
  }
  if (open.length > 0) texts.push(`[${open.join(',')}]`);
  return texts;
}
