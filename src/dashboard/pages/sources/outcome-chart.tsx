import { useMemo, useState } from 'preact/hooks';
import { spanText } from '../../components/chart/level-chart.tsx';
import type { TimeChartProps } from '../../components/chart/time-chart.tsx';
import { lazy } from '../../components/lazy.tsx';
import { compact, dateTime, exact, plural } from '../../lib/format.ts';
import { OUTCOMES, type Outcome, type Outcomes } from './outcomes.ts';

const TimeChart = lazy<TimeChartProps>(() => import('../../components/chart/time-chart.tsx'));

/** Refusals count requests: nobody knows how many records they had. */
const WORDS: Record<Outcome, string> = {
  stored: 'stored',
  duplicate: 'duplicate',
  rejected: 'rejected',
  refused: 'refused requests',
};

interface OutcomeChartProps {
  /** null while loading. */
  outcomes: Outcomes | null;
  heightPx: number;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** What became of what came, over time. The legend's line doubles as the read-out of the crosshair. */
export function OutcomeChart({ outcomes, heightPx, onZoom }: OutcomeChartProps) {
  const [hover, setHover] = useState<number | null>(null);
  const under = hover === null ? null : (outcomes?.buckets[hover] ?? null);
  const series = useMemo(
    () => OUTCOMES.filter((name) => name === 'stored' || (outcomes?.totals[name] ?? 0) > 0),
    [outcomes],
  );
  const shown = (name: Outcome) => (under ? (under.counts[name] ?? 0) : (outcomes?.totals[name] ?? 0));
  return (
    <figure class="level-chart">
      <figcaption class="legend legend-wraps">
        <span class="legend-time">
          {outcomes === null
            ? 'Loading'
            : under
              ? `${dateTime(under.ts)} + ${spanText(outcomes.bucketMs)}`
              : `${plural(outcomes.totals.received, 'record')} received${sinceText(outcomes)}, bars of ${spanText(outcomes.bucketMs)}`}
        </span>
        {series.map((name) => (
          <span key={name} class="legend-item legend-plain" title={`${exact(shown(name))} ${WORDS[name]}`}>
            <i class={`swatch swatch-${name}`} aria-hidden="true" />
            {WORDS[name]} <span class="num">{compact(shown(name))}</span>
          </span>
        ))}
      </figcaption>
      <div class="chart-box" style={{ height: `${heightPx}px` }}>
        {outcomes ? (
          <TimeChart
            label={summary(outcomes)}
            buckets={outcomes.buckets}
            bucketMs={outcomes.bucketMs}
            fromMs={outcomes.fromMs}
            toMs={outcomes.toMs}
            series={series}
            heightPx={heightPx}
            onHover={setHover}
            onZoom={onZoom}
          />
        ) : null}
      </div>
    </figure>
  );
}

/** Where the time that is shown begins before the minutes that there are. */
function sinceText({ foldedBeforeMs }: Outcomes): string {
  return foldedBeforeMs === null ? '' : ` since ${dateTime(foldedBeforeMs)} (minutes are kept for a day)`;
}

function summary({ totals }: Outcomes): string {
  const parts = OUTCOMES.map((name) => `${exact(totals[name])} ${WORDS[name]}`);
  return `${exact(totals.received)} records received over time: ${parts.join(', ')}.`;
}
