import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

export interface VirtualRow {
  index: number;
  topPx: number;
}

export interface Virtual {
  scroller: { current: HTMLDivElement | null };
  rows: VirtualRow[];
  totalPx: number;
  onScroll: () => void;
  /** For rows of unequal height: call with the element of a row after it was drawn. */
  measure: (key: string, element: HTMLElement | null) => void;
  scrollTo: (index: number) => void;
}

interface Options {
  count: number;
  /** Height of a row in px: exact when `measured` is false, a first guess when it is true. */
  rowPx: number;
  measured: boolean;
  keyOf: (index: number) => string;
}

const OVERSCAN_PX = 240;

/** Which rows are in view, for lists of any length. Measured heights are kept by key, so rows above may be added. */
export function useVirtual({ count, rowPx, measured, keyOf }: Options): Virtual {
  const scroller = useRef<HTMLDivElement | null>(null);
  const heights = useRef(new Map<string, number>());
  const [view, setView] = useState({ topPx: 0, heightPx: 600 });
  const [measuredRound, setMeasuredRound] = useState(0);
  const dirty = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `measuredRound` stands for the contents of `heights`.
  const tops = useMemo(() => {
    if (!measured) return null;
    const out = new Float64Array(count + 1);
    for (let i = 0; i < count; i++) out[i + 1] = (out[i] ?? 0) + (heights.current.get(keyOf(i)) ?? rowPx);
    return out;
  }, [count, rowPx, measured, measuredRound, keyOf]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const update = () =>
      setView((v) => (v.heightPx === element.clientHeight ? v : { ...v, heightPx: element.clientHeight }));
    update();
    const observer = new ResizeObserver(() => {
      // Another width breaks lines elsewhere: every height is a guess again.
      heights.current.clear();
      setMeasuredRound((n) => n + 1);
      update();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (!dirty.current) return;
    dirty.current = false;
    setMeasuredRound((n) => n + 1);
  });

  const topOf = (index: number): number => (tops ? (tops[index] ?? 0) : index * rowPx);
  const indexAt = (px: number): number => {
    if (!tops) return Math.floor(px / rowPx);
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((tops[middle] ?? 0) <= px) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  const first = Math.max(0, Math.min(count - 1, indexAt(view.topPx - OVERSCAN_PX)));
  const last = Math.min(count - 1, indexAt(view.topPx + view.heightPx + OVERSCAN_PX));
  const rows: VirtualRow[] = [];
  for (let index = first; index <= last; index++) rows.push({ index, topPx: topOf(index) });

  return {
    scroller,
    rows,
    totalPx: topOf(count),
    onScroll: () => {
      const topPx = scroller.current?.scrollTop ?? 0;
      // A redraw per few rows, not per pixel.
      if (Math.abs(topPx - view.topPx) >= OVERSCAN_PX / 4 || topPx === 0) setView((v) => ({ ...v, topPx }));
    },
    measure: (key, element) => {
      if (!measured || !element) return;
      const px = element.offsetHeight;
      if (px > 0 && heights.current.get(key) !== px) {
        heights.current.set(key, px);
        dirty.current = true;
      }
    },
    scrollTo: (index) => {
      const element = scroller.current;
      if (!element) return;
      const top = topOf(index);
      const bottom = topOf(index + 1);
      if (top < element.scrollTop) element.scrollTop = top;
      else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
    },
  };
}
