import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { exact } from '../lib/format.ts';
import { inOrder } from '../lib/table-order.ts';
import { Button } from './button.tsx';
import { RowKeys } from './row-keys.tsx';

export interface Order {
  /** Of the column. */
  id: string;
  down: boolean;
}

export interface Column<Row> {
  id: string;
  label: string;
  /** What the column sorts by; without it the column does not sort. */
  sort?: (row: Row) => string | number;
  numeric?: boolean;
  /** The first click sorts from the top down: for figures of which the largest matters. */
  downFirst?: boolean;
  cell: (row: Row) => ComponentChildren;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Rows that are no longer in force. */
  isFaint?: (row: Row) => boolean;
  /** Set where the rows come sorted, by the server or from the address: the columns with a `sort` then only ask for it. */
  order?: Order | null;
  onOrder?: (order: Order) => void;
  /** So many rows are drawn at first, and the others when they are asked for: a thousand take the browser a second. */
  most?: number;
  /** What Enter does with a row that `j` and `k` lead to, such as "Only this page". One such table on a page. */
  rowKey?: string;
}

/** For lists of tens to hundreds: sortable columns, a sticky head, cards on a phone. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, keyOf, isFaint, onOrder, rowKey } = props;
  const [own, setOwn] = useState<Order | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const order = onOrder ? (props.order ?? null) : own;
  const sorted = onOrder ? rows : inOrder(rows, columns, order);
  const [all, setAll] = useState(false);
  const drawn = all ? sorted : sorted.slice(0, props.most);
  return (
    <>
      {rowKey === undefined ? null : <RowKeys body={body} label={rowKey} />}
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
                    onClick={() =>
                      (onOrder ?? setOwn)({
                        id: column.id,
                        down: order?.id === column.id ? !order.down : (column.downFirst ?? false),
                      })
                    }
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
        <tbody ref={body}>
          {drawn.map((row) => (
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
      {drawn.length < sorted.length ? (
        <p class="table-rest">
          <Button small onClick={() => setAll(true)}>
            Show all {exact(sorted.length)}
          </Button>
        </p>
      ) : null}
    </>
  );
}
