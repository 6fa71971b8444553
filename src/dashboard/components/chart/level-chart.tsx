import { useMemo, useState } from 'preact/hooks';
import type { Level } from '../../../wire/record.ts';
import type { Bucket, Histogram } from '../../api/types.ts';
import { compact, dateTime, exact, plural } from '../../lib/format.ts';
import { levelsIn } from '../../lib/levels.ts';
import { ChartFigure, LegendItem } from './chart-figure.tsx';

interface LevelChartProps {
  histogram: Histogram | null;
  fromMs: number;
  toMs: number;
  heightPx: number;
  loading: boolean;
  /** Set where the chart alone failed: the rest of the page stands without it. */
  onRetry?: (() => void) | null;
  /** A click in the legend: only this level, or all again. */
  onLevel: (level: Level) => void;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** The chart with its legend. The legend's line doubles as the read-out of the crosshair, so nothing floats and nothing jumps. */
export function LevelChart(props: LevelChartProps) {
  const { histogram, fromMs, toMs, heightPx, loading, onRetry = null, onLevel, onZoom } = props;
  const [hover, setHover] = useState<Bucket | null>(null);
  const buckets = histogram?.buckets;
  const levels = useMemo(() => (buckets ? levelsIn(buckets) : []), [buckets]);
  const charted = useMemo(() => buckets?.map(({ ts, levels: counts }) => ({ ts, counts })) ?? [], [buckets]);
  const total = buckets?.reduce((sum, bucket) => sum + bucket.total, 0) ?? 0;
  const shown = (level: Level) =>
    hover ? (hover.levels[level] ?? 0) : (buckets?.reduce((sum, bucket) => sum + (bucket.levels[level] ?? 0), 0) ?? 0);
  return (
    <ChartFigure
      caption={
        hover && histogram
          ? `${dateTime(hover.ts)} + ${spanText(histogram.bucketMs)}`
          : histogram
            ? `${plural(total, 'record')}${histogram.complete ? '' : ' in the part that was read'}, bars of ${spanText(histogram.bucketMs)}`
            : loading
              ? 'Loading'
              : '\u00a0'
      }
      legend={levels
        .toReversed()
        .map((level) => (
          <LegendItem key={level} name={level} word={level} count={shown(level)} onPick={() => onLevel(level)} />
        ))}
      onRetry={onRetry}
      stale={loading && histogram !== null}
      heightPx={heightPx}
      chart={
        histogram && histogram.buckets.length > 0
          ? {
              ...{ label: summary(histogram, levels, total), buckets: charted, bucketMs: histogram.bucketMs },
              ...{ fromMs, toMs, series: levels, onZoom },
              onHover: (at) => setHover(at === null ? null : (histogram.buckets[at] ?? null)),
            }
          : null
      }
    />
  );
}

export function spanText(ms: number): string {
  if (ms % 86_400_000 === 0) return `${ms / 86_400_000} d`;
  if (ms % 3_600_000 === 0) return `${ms / 3_600_000} h`;
  if (ms % 60_000 === 0) return `${ms / 60_000} min`;
  if (ms % 1_000 === 0) return `${ms / 1_000} s`;
  return ms >= 1_000 ? `${compact(ms / 1_000)} s` : `${compact(ms)} ms`;
}

function summary(histogram: Histogram, levels: readonly Level[], total: number): string {
  const peak = histogram.buckets.reduce((a, b) => (b.total > a.total ? b : a));
  const parts = levels.map((level) => {
    const sum = histogram.buckets.reduce((n, bucket) => n + (bucket.levels[level] ?? 0), 0);
    return `${exact(sum)} ${level}`;
  });
  return `${exact(total)} records over time: ${parts.join(', ') || 'none'}. Most at ${dateTime(peak.ts)}: ${exact(peak.total)}.`;
}
