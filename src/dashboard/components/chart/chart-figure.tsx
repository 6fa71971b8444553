import type { ComponentChildren } from 'preact';
import { compact, exact } from '../../lib/format.ts';
import { TimeChart } from './lazy-plots.tsx';
import { ReleaseList } from './release-list.tsx';
import type { TimeChartProps } from './time-chart.tsx';

interface FigureFrameProps {
  /** The legend's line doubles as the read-out of the crosshair. */
  caption: string;
  legend: ComponentChildren;
  legendWraps?: boolean;
  /** Lines of the legend that are kept free from the start, so that the chart stays where it is. */
  legendRows?: 1 | 2;
  /** At the end of the legend's line. */
  tools?: ComponentChildren;
  /** What is drawn is older than what was asked for. */
  stale?: boolean;
  /** Nothing is drawn yet and something will be. */
  waiting?: boolean;
  /** Set where the chart alone failed: the rest of the page stands without it. */
  onRetry?: (() => void) | null;
  heightPx: number;
  children: ComponentChildren;
}

/** A chart with its legend. Its height is reserved before there is anything to draw. */
export function FigureFrame(props: FigureFrameProps) {
  const { caption, legend, legendWraps, legendRows = 1, tools, stale, waiting, onRetry, heightPx, children } = props;
  return (
    <figure class={`level-chart${stale ? ' is-stale' : ''}`}>
      <figcaption class={`legend${legendWraps ? ' legend-wraps' : ''}${legendRows === 2 ? ' legend-rows' : ''}`}>
        <span class="legend-time">{caption}</span>
        {onRetry ? (
          <>
            <span class="tone-bad">The chart could not be loaded.</span>
            <button type="button" class="legend-item" onClick={onRetry}>
              Try again
            </button>
          </>
        ) : null}
        {legend}
        {tools ? <span class="legend-tools">{tools}</span> : null}
      </figcaption>
      <div class="chart-box" style={{ height: `${heightPx}px` }}>
        {children}
        {waiting ? <i class="bone chart-bone" /> : null}
      </div>
    </figure>
  );
}

interface ChartFigureProps extends Omit<FigureFrameProps, 'children'> {
  /** null while there is nothing to draw. */
  chart: Omit<TimeChartProps, 'heightPx'> | null;
}

/** Counts over time as bars. */
export function ChartFigure({ chart, ...frame }: ChartFigureProps) {
  return (
    <FigureFrame {...frame}>
      {chart ? (
        <>
          <TimeChart {...chart} heightPx={frame.heightPx} />
          <ReleaseList releases={chart.releases ?? []} />
        </>
      ) : null}
    </FigureFrame>
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
