import { fromBase64Url, toBase64Url, utf8 } from '../../shared/bytes.ts';

/** desc: newest first. */
export type Order = 'desc' | 'asc';

/** A record's place: by time, then by id. */
export interface Position {
  ts: number;
  id: string;
}

/** Above and below every id. */
const HIGHEST_ID = '~';
const LOWEST_ID = '';

/** Negative where `a` comes first. */
export function comparePositions(order: Order, a: Position, b: Position): number {
  const ascending = a.ts - b.ts || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return order === 'asc' ? ascending : -ascending;
}

/** True where every record of time `ts` comes before every record of time `bound`. */
export function isBefore(order: Order, ts: number, bound: number): boolean {
  return order === 'asc' ? ts < bound : ts > bound;
}

/** The first time in this order. */
export function earlier(order: Order, a: number, b: number): number {
  return order === 'asc' ? Math.min(a, b) : Math.max(a, b);
}

/** The time of the first record that a block can have in this order. */
export function headTs(order: Order, block: { minTs: number; maxTs: number }): number {
  return order === 'asc' ? block.minTs : block.maxTs;
}

/** The place before every record of time `ts`. */
export function placeBefore(order: Order, ts: number): Position {
  return { ts, id: order === 'asc' ? LOWEST_ID : HIGHEST_ID };
}

export interface Cursor {
  order: Order;
  after: Position;
  /** The range that the first page resolved, so that "the last hour" stays the same hour on every page. */
  fromMs: number;
  toMs: number;
}

const CURSOR = /^([da])(-?\d{1,16})\.(~|[0-9a-f-]{36}|)\.(-?\d{1,16})\.(-?\d{1,16})$/;

export function encodeCursor({ order, after, fromMs, toMs }: Cursor): string {
  return toBase64Url(utf8(`${order[0]}${after.ts}.${after.id}.${fromMs}.${toMs}`));
}

/** Null for what encodeCursor did not write. */
export function decodeCursor(text: string): Cursor | null {
  const bytes = fromBase64Url(text);
  const match = bytes && CURSOR.exec(new TextDecoder().decode(bytes));
  if (!match) return null;
  return {
    order: match[1] === 'd' ? 'desc' : 'asc',
    after: { ts: Number(match[2]), id: match[3] as string },
    fromMs: Number(match[4]),
    toMs: Number(match[5]),
  };
}
