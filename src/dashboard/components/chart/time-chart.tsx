import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import { compact } from '../../lib/format.ts';
import { seriesColor } from './chart-colors.ts';
import { bucketAt } from './lines.ts';
import { Plot, type PlotFrame } from './plot.tsx';

export interface ChartBucket {
  ts: number;
  counts: Readonly<Partial<Record<string, number>>>;
}

export interface TimeChartProps extends PlotFrame {
  buckets: readonly ChartBucket[];
  bucketMs: number;
  /** From the bottom up; the colour of each is `--chart-<name>`. */
  series: readonly string[];
  /** The place of the bucket under the crosshair, null when it left. */
  onHover: (at: number | null) => void;
}

const BAR_SHARE = 0.86;
const MOST_BAR_PX = 60;
const bars = uPlot.paths.bars?.({ size: [BAR_SHARE, MOST_BAR_PX], align: 1 });
/** Of few buckets each is as wide as its time: cut to a bar's usual width, an hour would read as some minutes. */
const wholeBars = uPlot.paths.bars?.({ size: [BAR_SHARE, Number.POSITIVE_INFINITY], align: 1 });
const FEW_BUCKETS = 12;
const INCREMENTS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1e8,
];

/** Counts as stacked bars. */
export function TimeChart(props: TimeChartProps) {
  const { buckets, bucketMs, series, onHover, ...frame } = props;
  const seriesKey = series.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the names.
  const data = useMemo(() => stacked(buckets, series), [buckets, bucketMs, seriesKey]);
  const times = useMemo(() => buckets.map((bucket) => bucket.ts), [buckets]);
  const top = Math.max(1, ...(data[1] ?? []).map((sum) => (sum ?? 0) * 1.05));
  const paths = buckets.length <= FEW_BUCKETS ? wholeBars : bars;
  return (
    <Plot
      {...frame}
      data={data}
      colors={series.map(seriesColor)}
      series={(color) =>
        series.toReversed().map((name) => ({
          ...(paths ? { paths } : {}),
          fill: color[seriesColor(name)] ?? '',
          width: 0,
          points: { show: false },
        }))
      }
      y={{ range: () => [0, top], format: (ticks) => ticks.map(compact), sizePx: 44, incrs: INCREMENTS }}
      onCursor={(atMs) => onHover(atMs === null ? null : bucketAt(times, bucketMs, atMs))}
    />
  );
}

/** Cumulative from the bottom up; the tallest series is drawn first, the others over it. */
function stacked(buckets: readonly ChartBucket[], series: readonly string[]): uPlot.AlignedData {
  const sums = new Float64Array(buckets.length);
  const layers = series.map((name) =>
    buckets.map((bucket, i) => {
      const sum = (sums[i] ?? 0) + (bucket.counts[name] ?? 0);
      sums[i] = sum;
      return sum;
    }),
  );
  return [buckets.map((bucket) => bucket.ts / 1000), ...layers.reverse()];
}
