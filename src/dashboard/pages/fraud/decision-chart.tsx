import { useMemo, useState } from 'preact/hooks';
import { DECISIONS, type Decision, type DecisionCounts, type FraudSummary } from '../../../wire/fraud.ts';
import { ChartFigure, LegendItem } from '../../components/chart/chart-figure.tsx';
import { spanText } from '../../components/chart/level-chart.tsx';
import { dateTime, exact, plural } from '../../lib/format.ts';
import { HOUR_MS, hourBars } from './hour-bars.ts';
import { DECISION_WORDS } from './words.ts';

interface DecisionChartProps {
  /** null while loading. */
  summary: FraudSummary | null;
  fromMs: number;
  toMs: number;
  heightPx: number;
  onDecision: (decision: Decision) => void;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** Decisions over time, denials on top. */
export function DecisionChart({ summary, fromMs, toMs, heightPx, onDecision, onZoom }: DecisionChartProps) {
  const [hover, setHover] = useState<number | null>(null);
  const buckets = useMemo(() => (summary ? hourBars(summary.hours, { fromMs, toMs }) : []), [summary, fromMs, toMs]);
  const under = hover === null ? null : (buckets[hover] ?? null);
  const shown: DecisionCounts | null = under?.counts ?? summary?.decisions ?? null;
  return (
    <ChartFigure
      caption={
        summary === null
          ? 'Loading'
          : under
            ? `${dateTime(under.ts)} + ${spanText(HOUR_MS)}`
            : `${plural(total(summary.decisions), 'decision')}, bars of ${spanText(HOUR_MS)}`
      }
      legend={DECISIONS.toReversed().map((name) => (
        <LegendItem
          key={name}
          name={name}
          word={DECISION_WORDS[name]}
          count={shown?.[name] ?? 0}
          onPick={() => onDecision(name)}
        />
      ))}
      legendWraps
      heightPx={heightPx}
      chart={
        summary && {
          ...{ label: inWords(summary), buckets, bucketMs: HOUR_MS, fromMs, toMs, series: DECISIONS },
          ...{ onHover: setHover, onZoom },
        }
      }
    />
  );
}

export function total(counts: DecisionCounts): number {
  return counts.allow + counts.review + counts.deny;
}

function inWords({ decisions }: FraudSummary): string {
  const parts = DECISIONS.map((name) => `${exact(decisions[name])} ${DECISION_WORDS[name].toLowerCase()}`);
  return `${exact(total(decisions))} decisions over time: ${parts.join(', ')}.`;
}
