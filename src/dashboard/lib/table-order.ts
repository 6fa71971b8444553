import type { Column, Order } from '../components/data-table.tsx';

/** From the address: the id of a column, with a minus before it from the top down. */
export function orderOf(text: string): Order | null {
  const id = text.replace(/^-/, '');
  return id === '' ? null : { id, down: text.startsWith('-') };
}

/** Rows as a table shows them; an order by a column that is not there is none. */
export function inOrder<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  order: Order | null,
): readonly Row[] {
  const sort = columns.find(({ id }) => id === order?.id)?.sort;
  return sort && order ? rows.toSorted((a, b) => compare(sort(a), sort(b)) * (order.down ? -1 : 1)) : rows;
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
