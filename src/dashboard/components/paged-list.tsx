import type { ComponentChildren } from 'preact';
import type { List } from '../api/types.ts';
import type { Paged } from '../state/use-paged.ts';
import { ListGrid, type ListGridProps } from './list-grid.tsx';
import { Failure, Skeleton } from './states.tsx';

type Grid<Row extends { id: string }> = Pick<
  ListGridProps<Row>,
  'label' | 'name' | 'columns' | 'rowPx' | 'rowClass' | 'openId' | 'onOpen'
>;

interface PagedListProps<Row extends { id: string }> extends Grid<Row> {
  /** Such as "archives": for what is said while they load, and where they do not. */
  what: string;
  paged: Pick<Paged<Row, List<Row>>, 'list' | 'error' | 'loading' | 'more' | 'retry'>;
  /** In place of the rows where there is none. */
  empty: ComponentChildren;
  /** Above the rows. */
  notice?: ComponentChildren;
  /** Below the last row, in place of whether there are more; then nothing is read on by itself. */
  halted?: ComponentChildren;
  /** Beside the rows. */
  drawer: ComponentChildren;
}

/** A list that is read on as the reader comes near its end, in all its states, with the drawer of one row beside it. */
export function PagedList<Row extends { id: string }>(props: PagedListProps<Row>) {
  const { what, paged, empty, notice, halted = null, drawer, ...grid } = props;
  const { list, error, loading } = paged;
  return (
    <div class="logs-body">
      <div class={`results${loading && list ? ' is-stale' : ''}`} aria-busy={loading}>
        {error && list ? (
          <Failure line what="The rest could not be loaded" error={error} onRetry={paged.retry} />
        ) : null}
        {notice}
        {list === null ? (
          error ? (
            <Failure what={`The ${what} could not be loaded`} error={error} onRetry={paged.retry} />
          ) : (
            <Skeleton rows={14} label={`Loading ${what}`} />
          )
        ) : list.rows.length === 0 ? (
          empty
        ) : (
          <ListGrid
            {...grid}
            rows={list.rows}
            {...(error || halted !== null ? {} : { onEnd: paged.more })}
            footer={
              <div class="list-end">
                {halted ?? (list.cursor === null ? `These are all ${what}.` : error ? '' : 'Looking further back.')}
              </div>
            }
          />
        )}
      </div>
      {drawer}
    </div>
  );
}
