import { useMemo, useState } from 'preact/hooks';
import { exact, percent, plural } from '../../lib/format.ts';
import { RATING_WORDS, type Shares, shareList } from '../../lib/ratings.ts';
import { inUnit, tickTexts, type Unit } from '../../lib/units.ts';
import { FigureFrame } from './chart-figure.tsx';
import { ExportMenu } from './export-menu.tsx';
import { type Bin, binOf, binText, placeIn, ratingOfBin, worthShowing } from './histogram-bins.ts';
import type { Thresholds } from './lines.ts';

interface HistogramProps {
  /** Such as "Distribution of LCP". */
  title: string;
  /** What is counted, in the plural and the singular. */
  what: readonly [one: string, many: string];
  unit: Unit;
  /** null while loading. */
  bins: readonly Bin[] | null;
  thresholds: Thresholds | null;
  /** Of the bands, as they were counted: bins may lie across a threshold. */
  shares?: Shares | null;
  /** Drawn as a line over the bins: a value and its name. */
  mark?: { value: number; label: string } | null;
  heightPx: number;
  stale?: boolean;
  onRetry?: (() => void) | null;
}

/** How often which value was measured. Bins have the colour of the band that they lie in, and the legend its word. */
export function Histogram(props: HistogramProps) {
  const { title, what, unit, thresholds, mark = null, heightPx, onRetry = null } = props;
  const bins = useMemo(() => (props.bins ? worthShowing(props.bins, thresholds) : null), [props.bins, thresholds]);
  const [hover, setHover] = useState<number | null>(null);
  const total = bins?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const most = Math.max(1, ...(bins ?? []).map(({ count }) => count));
  const under = hover === null ? null : (bins?.[hover] ?? null);
  const ticks = bins ? ticksOf(bins, unit) : [];
  const markAt = bins && mark ? binOf(bins, mark.value) : -1;
  return (
    <FigureFrame
      caption={
        bins === null
          ? onRetry
            ? '\u00a0'
            : 'Loading'
          : under
            ? `${binText(under, unit)}: ${plural(under.count, ...what)}, ${percent(under.count / Math.max(1, total))}`
            : plural(total, ...what)
      }
      legend={(props.shares ? shareList(props.shares) : []).map(({ rating, share }) => (
        <span key={rating} class="legend-item legend-plain">
          <i class={`swatch swatch-${rating}`} aria-hidden="true" />
          {RATING_WORDS[rating]} <span class="num">{percent(share)}</span>
        </span>
      ))}
      legendWraps
      legendRows={2}
      tools={<ExportMenu title={title} rows={bins && total > 0 ? () => rowsOf(bins, unit) : null} />}
      stale={props.stale ?? false}
      waiting={bins === null && onRetry === null}
      onRetry={onRetry}
      heightPx={heightPx}
    >
      {bins && total > 0 ? (
        <div
          class="bins"
          role="img"
          aria-label={inWords(title, bins, unit, total)}
          onPointerLeave={() => setHover(null)}
        >
          {bins.map((bin, i) => (
            <span key={bin.from} class="bin" onPointerEnter={() => setHover(i)}>
              <i
                class={`bin-bar swatch-${thresholds ? ratingOfBin(bin, thresholds) : 'plain'}`}
                style={{ height: `${(100 * bin.count) / most}%` }}
              />
              {i === markAt && mark ? (
                <b
                  class={markAt > bins.length / 2 ? 'bin-mark bin-mark-left' : 'bin-mark'}
                  style={{ left: `${100 * placeIn(bin, mark.value)}%` }}
                >
                  <span>
                    {mark.label} {inUnit(mark.value, unit)}
                  </span>
                </b>
              ) : null}
              <span class="bin-tick">{ticks[i] ?? ''}</span>
            </span>
          ))}
        </div>
      ) : null}
      {bins && total === 0 ? <p class="chart-none">Nothing was measured in this time.</p> : null}
    </FigureFrame>
  );
}

const MOST_TICKS = 6;

/** Under some of the bins, where they begin; none under the others. */
function ticksOf(bins: readonly Bin[], unit: Unit): (string | null)[] {
  const every = Math.max(1, Math.ceil(bins.length / MOST_TICKS));
  const texts = tickTexts(
    bins.filter((_, i) => i % every === 0).map(({ from }) => from),
    unit,
  );
  return bins.map((_, i) => (i % every === 0 ? (texts[i / every] ?? null) : null));
}

function rowsOf(bins: readonly Bin[], unit: Unit): (string | number | null)[][] {
  const suffix = unit === 'score' || unit === 'count' ? '' : ` (${unit})`;
  return [[`from${suffix}`, `below${suffix}`, 'count'], ...bins.map(({ from, to, count }) => [from, to, count])];
}

function inWords(title: string, bins: readonly Bin[], unit: Unit, total: number): string {
  const top = bins.reduce((a, b) => (b.count > a.count ? b : a));
  return `${title}: ${exact(total)} measured, most of them (${exact(top.count)}) ${binText(top, unit)}.`;
}
