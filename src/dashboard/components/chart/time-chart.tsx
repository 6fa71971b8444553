import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { compact, day, minute, second } from '../../lib/format.ts';
import { paint } from '../../state/theme.ts';
import { chartColors, seriesColor } from './chart-colors.ts';

export interface ChartBucket {
  ts: number;
  counts: Readonly<Partial<Record<string, number>>>;
}

export interface TimeChartProps {
  label: string;
  buckets: readonly ChartBucket[];
  bucketMs: number;
  fromMs: number;
  toMs: number;
  /** From the bottom up; the colour of each is `--chart-<name>`. */
  series: readonly string[];
  heightPx: number;
  /** The place of the bucket under the crosshair, null when it left. */
  onHover: (at: number | null) => void;
  onZoom: (fromMs: number, toMs: number) => void;
}

const SYNC = uPlot.sync('breakwater');
const BAR_SHARE = 0.86;
const MOST_BAR_PX = 60;
const bars = uPlot.paths.bars?.({ size: [BAR_SHARE, MOST_BAR_PX], align: 1 });
/** Of few buckets each is as wide as its time: cut to a bar's usual width, an hour would read as some minutes. */
const wholeBars = uPlot.paths.bars?.({ size: [BAR_SHARE, Number.POSITIVE_INFINITY], align: 1 });
const FEW_BUCKETS = 12;

/** Counts as stacked bars. Drag to zoom; the crosshair is shared by all charts of a page. */
export default function TimeChart(props: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const colors = paint.value;
  const { buckets, bucketMs, fromMs, toMs, series, heightPx } = props;
  const seriesKey = series.join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the plot is built anew when what it shows changes, not when a callback does.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const plot = new uPlot(optionsFor(element, latest), dataOf(buckets, series), element);
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0 && element.clientWidth !== plot.width) {
        plot.setSize({ width: element.clientWidth, height: heightPx });
      }
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [buckets, bucketMs, fromMs, toMs, seriesKey, heightPx, colors]);

  return (
    <div ref={host} class="chart-canvas" role="img" aria-label={props.label} style={{ height: `${heightPx}px` }} />
  );
}

/** Cumulative from the bottom up; the tallest series is drawn first, the others over it. */
function dataOf(buckets: readonly ChartBucket[], series: readonly string[]): uPlot.AlignedData {
  const sums = new Float64Array(buckets.length);
  const stacked = series.map((name) =>
    buckets.map((bucket, i) => {
      const sum = (sums[i] ?? 0) + (bucket.counts[name] ?? 0);
      sums[i] = sum;
      return sum;
    }),
  );
  return [buckets.map((bucket) => bucket.ts / 1000), ...stacked.reverse()];
}

function optionsFor(element: HTMLElement, latest: { current: TimeChartProps }): uPlot.Options {
  const { series, heightPx, fromMs, toMs, bucketMs, buckets } = latest.current;
  const paths = buckets.length <= FEW_BUCKETS ? wholeBars : bars;
  const names = [...series.map(seriesColor), 'text-3', 'line'];
  const color = chartColors(element, names);
  const font = '11px system-ui, sans-serif';
  const spanMs = toMs - fromMs;
  const axis = { stroke: color['text-3'] ?? '', font, ticks: { show: false } };
  return {
    width: Math.max(100, element.clientWidth),
    height: heightPx,
    // On the right half a label of time has to fit beside the last tick.
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      sync: { key: SYNC.key },
      drag: { x: true, y: false, setScale: false },
    },
    scales: {
      x: { time: true, range: () => [Math.min(fromMs, latest.current.buckets[0]?.ts ?? fromMs) / 1000, toMs / 1000] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.05)] },
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
        size: 44,
        space: 34,
        incrs: [
          1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1e8,
        ],
        values: (_plot, ticks) => ticks.map(compact),
      },
    ],
    series: [
      {},
      ...series.toReversed().map((name) => ({
        ...(paths ? { paths } : {}),
        fill: color[seriesColor(name)] ?? '',
        width: 0,
        points: { show: false },
      })),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { left = -1 } = plot.cursor;
          if (left < 0) latest.current.onHover(null);
          else {
            const at = plot.posToVal(left, 'x') * 1000;
            const under = latest.current.buckets.findIndex((b) => at >= b.ts && at < b.ts + bucketMs);
            latest.current.onHover(under < 0 ? null : under);
          }
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
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
