import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  id: string;
  label: string;
  /** What the column sorts by; without it the column does not sort. */
  sort?: (row: Row) => string | number;
  numeric?: boolean;
  cell: (row: Row) => ComponentChildren;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Rows that are no longer in force. */
  isFaint?: (row: Row) => boolean;
}

/** For lists of tens to hundreds: sortable columns, a sticky head, cards on a phone. */
export function DataTable<Row>({ label, columns, rows, keyOf, isFaint }: DataTableProps<Row>) {
  const [order, setOrder] = useState<{ id: string; down: boolean } | null>(null);
  const sort = columns.find((column) => column.id === order?.id)?.sort;
  const sorted = sort && order ? rows.toSorted((a, b) => compare(sort(a), sort(b)) * (order.down ? -1 : 1)) : rows;
  return (
    <table class="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th
              key={column.id}
              scope="col"
              class={column.numeric ? 'numeric' : ''}
              {...(order?.id === column.id
                ? { 'aria-sort': order.down ? ('descending' as const) : ('ascending' as const) }
                : {})}
            >
              {column.sort ? (
                <button
                  type="button"
                  class="table-sort"
                  onClick={() => setOrder({ id: column.id, down: order?.id === column.id && !order.down })}
                >
                  {column.label}
                  <span aria-hidden="true">{order?.id === column.id ? (order.down ? '↓' : '↑') : ''}</span>
                </button>
              ) : (
                column.label
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <tr key={keyOf(row)} class={isFaint?.(row) ? 'table-faint' : ''}>
            {columns.map((column) => (
              <td key={column.id} data-label={column.label} class={column.numeric ? 'numeric' : ''}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
