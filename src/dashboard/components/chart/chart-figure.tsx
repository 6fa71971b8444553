import type { ComponentChildren } from 'preact';
import { compact, exact } from '../../lib/format.ts';
import { lazy } from '../lazy.tsx';
import type { TimeChartProps } from './time-chart.tsx';

const TimeChart = lazy<TimeChartProps>(() => import('./time-chart.tsx'));

interface ChartFigureProps {
  /** The legend's line doubles as the read-out of the crosshair. */
  caption: string;
  legend: ComponentChildren;
  legendWraps?: boolean;
  /** What is drawn is older than what was asked for. */
  stale?: boolean;
  heightPx: number;
  /** null while there is nothing to draw. */
  chart: Omit<TimeChartProps, 'heightPx'> | null;
}

/** A chart over time with its legend. Its height is reserved before there is anything to draw. */
export function ChartFigure({ caption, legend, legendWraps, stale, heightPx, chart }: ChartFigureProps) {
  return (
    <figure class={`level-chart${stale ? ' is-stale' : ''}`}>
      <figcaption class={legendWraps ? 'legend legend-wraps' : 'legend'}>
        <span class="legend-time">{caption}</span>
        {legend}
      </figcaption>
      <div class="chart-box" style={{ height: `${heightPx}px` }}>
        {chart ? <TimeChart {...chart} heightPx={heightPx} /> : null}
      </div>
    </figure>
  );
}

interface LegendItemProps {
  /** Of the series. */
  name: string;
  word: string;
  count: number;
  /** Shows only these. */
  onPick?: () => void;
}

export function LegendItem({ name, word, count, onPick }: LegendItemProps) {
  const face = (
    <>
      <i class={`swatch swatch-${name}`} aria-hidden="true" />
      {word} <span class="num">{compact(count)}</span>
    </>
  );
  const title = `${exact(count)} ${word}`;
  if (!onPick) {
    return (
      <span class="legend-item legend-plain" title={title}>
        {face}
      </span>
    );
  }
  return (
    <button type="button" class="legend-item" title={`${title}. Click to see only these`} onClick={onPick}>
      {face}
    </button>
  );
}
