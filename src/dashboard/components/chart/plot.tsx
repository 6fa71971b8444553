import 'uplot/dist/uPlot.min.css';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import type { Release } from '../../../wire/error-groups.ts';
import { day, minute, second } from '../../lib/format.ts';
import { paint } from '../../state/theme.ts';
import { chartColors } from './chart-colors.ts';
import { drawNotes, type Note } from './notes.ts';
import { drawReleases, nameUnderCursor } from './release-lines.ts';

export const AXIS_FONT = '11px system-ui, sans-serif';

/** What all charts over time take. */
export interface PlotFrame {
  /** What it shows, in words. */
  label: string;
  heightPx: number;
  fromMs: number;
  toMs: number;
  /** Drawn as lines; the name stands beside the one under the crosshair. */
  releases?: readonly Release[];
  /** Drawn as fields behind the series; the text of the one under the crosshair is shown. */
  notes?: readonly Note[];
  onZoom: (fromMs: number, toMs: number) => void;
}

interface PlotProps extends PlotFrame {
  /** Times in Unix seconds, then the series: another array is another plot. */
  data: uPlot.AlignedData;
  /** Custom properties that are drawn with. */
  colors: readonly string[];
  /** Of the data's second array and all after it. */
  series: (color: Record<string, string>) => uPlot.Series[];
  y: { range: () => [number, number]; format: (ticks: number[]) => string[]; sizePx: number; incrs?: number[] };
  /** Drawn below the series. */
  below?: (plot: uPlot, color: Record<string, string>) => void;
  /** Drawn over them. */
  above?: (plot: uPlot, color: Record<string, string>) => void;
  /** Null when the crosshair left. */
  onCursor: (atMs: number | null) => void;
}

const SYNC = uPlot.sync('breakwater');
const LEAST_DRAG_PX = 4;
const NO_RELEASES: readonly Release[] = [];
const NO_NOTES: readonly Note[] = [];

/** What a plot shows: `painted` counts the changes of colours. */
interface Shown extends PlotProps {
  painted: number;
}

/** The one set-up of uPlot. Drag to zoom; the crosshair is shared by all charts of a page. */
export function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const built = useRef<uPlot | null>(null);
  const now: Shown = { ...props, painted: paint.value };
  const latest = useRef(now);
  // A plot that is built anew knows nothing of the drag that began on the one before: what arrives meanwhile is drawn when it has ended.
  const isDragged = useDrag(host);
  if (!isDragged) latest.current = now;
  const { data, fromMs, toMs, heightPx, releases = NO_RELEASES, notes = NO_NOTES, painted } = latest.current;

  // Before the one that builds: a plot that is built in the same turn has them.
  useLayoutEffect(() => {
    const plot = built.current;
    if (!plot) return;
    plot.redraw(false, true);
    nameUnderCursor(plot, releases, notes);
  }, [releases, notes]);
  // In the turn that changes the page: a button that is pressed between the two would begin a drag on a plot that is about to go.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the plot is built anew when what it shows changes, not when a callback does.
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const plot = new uPlot(optionsFor(element, latest), data, element);
    built.current = plot;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== plot.width) {
        plot.setSize({ width: element.clientWidth, height: heightPx });
      }
    });
    observer.observe(element);
    return () => {
      built.current = null;
      observer.disconnect();
      plot.destroy();
    };
  }, [data, fromMs, toMs, heightPx, painted]);

  return (
    <div ref={host} class="chart-canvas" role="img" aria-label={props.label} style={{ height: `${heightPx}px` }} />
  );
}

/** Whether a button is down that was pressed over it; uPlot hears of its release first. */
function useDrag(host: { current: HTMLElement | null }): boolean {
  const [isDragged, setIsDragged] = useState(false);
  useLayoutEffect(() => {
    const begin = ({ button }: MouseEvent) => setIsDragged(button === 0);
    const end = () => setIsDragged(false);
    const element = host.current;
    element?.addEventListener('mousedown', begin);
    window.addEventListener('mouseup', end);
    return () => {
      element?.removeEventListener('mousedown', begin);
      window.removeEventListener('mouseup', end);
    };
  }, [host]);
  return isDragged;
}

function optionsFor(element: HTMLElement, latest: { current: PlotProps }): uPlot.Options {
  const { data, heightPx, fromMs, toMs, y, series, colors, below, above } = latest.current;
  // They come in their own time, to a plot that stands.
  const releases = () => latest.current.releases ?? NO_RELEASES;
  const notes = () => latest.current.notes ?? NO_NOTES;
  const color = chartColors(element, [...colors, 'text-3', 'line', 'accent', 'warn']);
  const axis = { stroke: color['text-3'] ?? '', font: AXIS_FONT, ticks: { show: false } };
  const spanMs = toMs - fromMs;
  const firstS = data[0][0] ?? fromMs / 1000;
  return {
    width: Math.max(100, element.clientWidth),
    height: heightPx,
    // On the right half a label of time has to fit beside the last tick.
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      // By the time, whatever the width; a drag on one chart is not one on each of them.
      sync: { key: SYNC.key, scales: ['x', null], filters: { pub: () => true, sub: (type) => type === 'mousemove' } },
      drag: { x: true, y: false, setScale: false },
    },
    scales: {
      x: { time: true, range: () => [Math.min(fromMs / 1000, firstS), toMs / 1000] },
      y: { range: y.range },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        values: (_plot, ticks) => ticks.map((s) => tick(s * 1000, spanMs)),
      },
      {
        ...axis,
        grid: { stroke: color.line ?? '', width: 1 },
        size: y.sizePx,
        space: 34,
        ...(y.incrs ? { incrs: y.incrs } : {}),
        values: (_plot, ticks) => y.format(ticks),
      },
    ],
    series: [{}, ...series(color)],
    hooks: {
      ready: [(plot) => nameUnderCursor(plot, releases(), notes())],
      drawClear: [
        (plot) => {
          below?.(plot, color);
          drawNotes(plot, notes(), color.warn ?? '');
        },
      ],
      draw: [
        (plot) => {
          above?.(plot, color);
          drawReleases(plot, releases(), color.accent ?? '');
        },
      ],
      setCursor: [
        (plot) => {
          const { left = -1 } = plot.cursor;
          latest.current.onCursor(left < 0 ? null : plot.posToVal(left, 'x') * 1000);
          nameUnderCursor(plot, releases(), notes());
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < LEAST_DRAG_PX) return;
          const from = plot.posToVal(left, 'x') * 1000;
          const to = plot.posToVal(left + width, 'x') * 1000;
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (to - from >= 1) latest.current.onZoom(Math.floor(from), Math.ceil(to));
        },
      ],
    },
  };
}

function tick(ms: number, spanMs: number): string {
  if (spanMs > 3 * 86_400_000) return day(ms).slice(5);
  if (spanMs > 86_400_000) return minute(ms) === '00:00' ? day(ms).slice(5) : minute(ms);
  return spanMs < 10 * 60_000 ? second(ms) : minute(ms);
}
