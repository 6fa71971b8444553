import { useState } from 'preact/hooks';
import { DECISIONS, type Decision, type DecisionCounts, type FraudSummary } from '../../../wire/fraud.ts';
import { ChartFigure, LegendItem } from '../../components/chart/chart-figure.tsx';
import { spanText } from '../../components/chart/level-chart.tsx';
import { dateTime, exact, plural } from '../../lib/format.ts';
import type { DecisionBar } from './decision-bars.ts';
import { DECISION_WORDS } from './words.ts';

interface DecisionChartProps {
  /** null while loading. */
  summary: FraudSummary | null;
  bars: readonly DecisionBar[];
  stepMs: number;
  fromMs: number;
  toMs: number;
  heightPx: number;
  onDecision: (decision: Decision) => void;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** Decisions over time, denials on top. */
export function DecisionChart(props: DecisionChartProps) {
  const { summary, bars, stepMs, fromMs, toMs, heightPx, onDecision, onZoom } = props;
  const [hover, setHover] = useState<number | null>(null);
  const under = hover === null ? null : (bars[hover] ?? null);
  const shown: DecisionCounts | null = under?.counts ?? summary?.decisions ?? null;
  return (
    <ChartFigure
      caption={
        summary === null
          ? 'Loading'
          : under
            ? `${dateTime(under.ts)} + ${spanText(stepMs)}`
            : `${plural(total(summary.decisions), 'decision')}, bars of ${spanText(stepMs)}`
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
          ...{ label: inWords(summary), buckets: bars, bucketMs: stepMs, fromMs, toMs, series: DECISIONS },
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
