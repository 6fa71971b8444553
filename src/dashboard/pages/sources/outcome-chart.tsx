import { useMemo, useState } from 'preact/hooks';
import { ChartFigure, LegendItem } from '../../components/chart/chart-figure.tsx';
import { spanText } from '../../components/chart/level-chart.tsx';
import { dateTime, exact, plural } from '../../lib/format.ts';
import { OUTCOMES, type Outcome, type Outcomes } from './outcomes.ts';

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

/** What became of what came, over time. */
export function OutcomeChart({ outcomes, heightPx, onZoom }: OutcomeChartProps) {
  const [hover, setHover] = useState<number | null>(null);
  const under = hover === null ? null : (outcomes?.buckets[hover] ?? null);
  const series = useMemo(
    () => OUTCOMES.filter((name) => name === 'stored' || (outcomes?.totals[name] ?? 0) > 0),
    [outcomes],
  );
  const shown = (name: Outcome) => (under ? (under.counts[name] ?? 0) : (outcomes?.totals[name] ?? 0));
  return (
    <ChartFigure
      caption={
        outcomes === null
          ? 'Loading'
          : under
            ? `${dateTime(under.ts)} + ${spanText(outcomes.bucketMs)}`
            : `${plural(outcomes.totals.received, 'record')} received${sinceText(outcomes)}, bars of ${spanText(outcomes.bucketMs)}`
      }
      legend={series.map((name) => <LegendItem key={name} name={name} word={WORDS[name]} count={shown(name)} />)}
      legendWraps
      heightPx={heightPx}
      chart={outcomes && { ...spanOf(outcomes), label: summary(outcomes), series, onHover: setHover, onZoom }}
    />
  );
}

function spanOf({ buckets, bucketMs, fromMs, toMs }: Outcomes) {
  return { buckets, bucketMs, fromMs, toMs };
}

/** Where the time that is shown begins before the minutes that there are. */
function sinceText({ foldedBeforeMs }: Outcomes): string {
  return foldedBeforeMs === null ? '' : ` since ${dateTime(foldedBeforeMs)} (minutes are kept for a day)`;
}

function summary({ totals }: Outcomes): string {
  const parts = OUTCOMES.map((name) => `${exact(totals[name])} ${WORDS[name]}`);
  return `${exact(totals.received)} records received over time: ${parts.join(', ')}.`;
}
