import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { useShortcuts } from '../state/use-shortcuts.ts';
import { isPlainClick } from './link.tsx';
import { PHONE, useMedia } from './use-media.ts';
import { useVirtual } from './use-virtual.ts';

export interface VirtualGridProps<Row extends { id: string }> {
  label: string;
  count: number;
  at: (index: number) => Row;
  /** Rows are as high as their text: every one is measured after it was drawn. */
  measured?: boolean;
  /** Of rows with more than one line; those of log lines without it. */
  rowPx?: { desk: number; phone: number };
  class: string;
  rowClass: (index: number) => string;
  /** The cells of a row, each with the role `gridcell`. */
  line: (index: number) => ComponentChildren;
  /** Id of the row that the keyboard is on. */
  active: string | null;
  /** Where others than the keyboard choose the active row too: it is brought into view. */
  follow?: boolean;
  onActive: (row: Row) => void;
  onOpen: (row: Row) => void;
  /** The reader came near the end of what is loaded. */
  onEnd?: () => void;
  /** True while something under the reader must not move: pointer on a row, or scrolled down. */
  onReading?: (reading: boolean) => void;
  footer?: ComponentChildren;
}

const LINE_PX = { desk: 24, phone: 46 };
const NEAR_END_ROWS = 30;

/** A grid of virtual rows, for lists of any length. `j`/`k` and the arrows move, Enter opens. */
export function VirtualGrid<Row extends { id: string }>(props: VirtualGridProps<Row>) {
  const { count, at, active, onActive, onOpen, onEnd, onReading, measured = false } = props;
  const id = useId();
  const phone = useMedia(PHONE);
  const keyOf = useCallback((index: number) => at(index).id, [at]);
  const { [phone ? 'phone' : 'desk']: rowPx } = props.rowPx ?? LINE_PX;
  const list = useVirtual({ count, rowPx, measured, keyOf });
  // What scrolled out of view is not in the document, and an id that is not there may not be named.
  const activeDrawn = active !== null && list.rows.some(({ index }) => at(index).id === active);
  const lastShown = list.rows[list.rows.length - 1]?.index ?? 0;

  useEffect(() => {
    if (count > 0 && lastShown >= count - NEAR_END_ROWS) onEnd?.();
  }, [lastShown, count, onEnd]);

  const follows = props.follow === true && count > 0 ? active : null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each choice; who scrolls on is not brought back.
  useLayoutEffect(() => {
    const index = indexOf(follows, count, at, 0);
    if (index !== null) list.scrollTo(index);
  }, [follows]);

  // A second press may come before the first is drawn: it goes on from where that one led.
  const pressed = useRef(active);
  pressed.current = active;
  const move = (step: number) => {
    if (count === 0) return;
    const from = indexOf(pressed.current, count, at, list.rows[0]?.index ?? 0);
    const next = Math.max(0, Math.min(count - 1, (from ?? -1) + step));
    list.scrollTo(next);
    pressed.current = at(next).id;
    onActive(at(next));
  };
  const openActive = () => {
    const index = indexOf(pressed.current, count, at, 0);
    if (index !== null) onOpen(at(index));
  };
  useShortcuts([
    { keys: 'j', label: 'Next row', group: 'Lists', run: () => move(1) },
    { keys: 'k', label: 'Previous row', group: 'Lists', run: () => move(-1) },
    { keys: 'Enter', label: 'Open the row', group: 'Lists', run: openActive },
  ]);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((list.scroller.current?.clientHeight ?? 0) / rowPx) - 1);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  };
  const onClick = (event: MouseEvent, row: Row) => {
    if (!isPlainClick(event) || window.getSelection()?.isCollapsed === false) return;
    // A link goes where it says by itself.
    if (event.target instanceof Element && event.target.closest('a')) onActive(row);
    else onOpen(row);
  };
  const reading = (inside: boolean) => onReading?.(inside || (list.scroller.current?.scrollTop ?? 0) > 0);

  return (
    <div
      class={`log-list ${props.class}`.trimEnd()}
      ref={list.scroller}
      onScroll={(event) => {
        list.onScroll();
        reading(event.currentTarget.matches(':hover'));
      }}
      onPointerEnter={(event) => event.pointerType === 'mouse' && reading(true)}
      onPointerLeave={() => reading(false)}
    >
      <div
        class="log-space"
        role="grid"
        aria-label={props.label}
        aria-rowcount={count}
        aria-readonly="true"
        tabIndex={0}
        {...(activeDrawn ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        style={{ height: `${list.totalPx}px` }}
        onKeyDown={onKeyDown}
      >
        {list.rows.map(({ index, topPx }) => {
          const row = at(index);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles keys for all its rows.
            <div
              key={row.id}
              id={`${id}-${row.id}`}
              ref={(element) => list.measure(row.id, element)}
              role="row"
              tabIndex={-1}
              aria-rowindex={index + 1}
              aria-selected={row.id === active}
              class={`log-row ${props.rowClass(index)}`}
              style={{ transform: `translateY(${topPx}px)` }}
              onClick={(event) => onClick(event, row)}
            >
              {props.line(index)}
            </div>
          );
        })}
      </div>
      {props.footer}
    </div>
  );
}

function indexOf(id: string | null, count: number, at: (i: number) => { id: string }, hint: number): number | null {
  if (id === null) return null;
  // The row is nearly always near what is in view: look there first, then everywhere.
  for (let i = Math.max(0, hint - 5); i < Math.min(count, hint + 200); i++) if (at(i).id === id) return i;
  for (let i = 0; i < count; i++) if (at(i).id === id) return i;
  return null;
}
