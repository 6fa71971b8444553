import type { ComponentChildren } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { VirtualGrid } from './virtual-grid.tsx';

export interface GridColumn<Row> {
  /** Of its cells, which have the class `cell-<id>`. */
  id: string;
  label: string;
  numeric?: boolean;
  /** On hover: what may be cut. */
  title?: (row: Row) => string;
  cell: (row: Row) => ComponentChildren;
}

export interface ListGridProps<Row extends { id: string }> {
  /** What the rows are, in their order: "Archives, the newest day first". */
  label: string;
  /** Rows and head have the class `<name>-row`, which says how wide the columns are. */
  name: string;
  columns: readonly GridColumn<Row>[];
  rows: readonly Row[];
  rowPx: { desk: number; phone: number };
  /** The colour of a row's edge, and what else is to be seen of the whole row. */
  rowClass: (row: Row) => string;
  /** Id of the one in the drawer. */
  openId: string | null;
  onOpen: (row: Row) => void;
  onEnd?: () => void;
  footer: ComponentChildren;
}

/** Columns over virtual rows, one of which a drawer may show. With the drawer open, the row that the keyboard is on is the one in it. */
export function ListGrid<Row extends { id: string }>(props: ListGridProps<Row>) {
  const { label, name, columns, rows, rowClass, openId, onOpen, ...rest } = props;
  const [reached, setReached] = useState<string | null>(null);
  const at = useCallback((index: number): Row => rows[index] as Row, [rows]);
  return (
    <>
      <div class={`list-head ${name}-row`} aria-hidden="true">
        {columns.map(({ id, label: word, numeric }) => (
          <span key={id} class={`cell-${id}${numeric ? ' num' : ''}`}>
            {word}
          </span>
        ))}
      </div>
      <VirtualGrid
        {...rest}
        label={`${label}: ${columns.map((column) => column.label.toLowerCase()).join(', ')}`}
        count={rows.length}
        at={at}
        class=""
        rowClass={(index) => `list-row ${name}-row ${rowClass(at(index))}`}
        line={(index) => <Cells row={at(index)} columns={columns} />}
        active={openId ?? reached}
        onActive={(row) => {
          setReached(row.id);
          if (openId !== null) onOpen(row);
        }}
        onOpen={(row) => {
          setReached(row.id);
          onOpen(row);
        }}
      />
    </>
  );
}

function Cells<Row>({ row, columns }: { row: Row; columns: readonly GridColumn<Row>[] }) {
  return (
    <>
      {columns.map(({ id, numeric, title, cell }) => (
        <span
          key={id}
          role="gridcell"
          class={`clip cell-${id}${numeric ? ' num' : ''}`}
          {...(title ? { title: title(row) } : {})}
        >
          {cell(row)}
        </span>
      ))}
    </>
  );
}
