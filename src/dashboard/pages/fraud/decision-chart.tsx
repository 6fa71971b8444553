import { useMemo, useState } from 'preact/hooks';
import { DECISIONS, type Decision, type DecisionCounts, type FraudSummary } from '../../../wire/fraud.ts';
import { spanText } from '../../components/chart/level-chart.tsx';
import type { TimeChartProps } from '../../components/chart/time-chart.tsx';
import { lazy } from '../../components/lazy.tsx';
import { compact, dateTime, exact, plural } from '../../lib/format.ts';
import { HOUR_MS, hourBars } from './hour-bars.ts';
import { DECISION_WORDS } from './words.ts';

const TimeChart = lazy<TimeChartProps>(() => import('../../components/chart/time-chart.tsx'));

interface DecisionChartProps {
  /** null while loading. */
  summary: FraudSummary | null;
  fromMs: number;
  toMs: number;
  heightPx: number;
  onDecision: (decision: Decision) => void;
  onZoom: (fromMs: number, toMs: number) => void;
}

/** Decisions over time, denials on top. The legend's line doubles as the read-out of the crosshair. */
export function DecisionChart({ summary, fromMs, toMs, heightPx, onDecision, onZoom }: DecisionChartProps) {
  const [hover, setHover] = useState<number | null>(null);
  const buckets = useMemo(() => (summary ? hourBars(summary.hours, { fromMs, toMs }) : []), [summary, fromMs, toMs]);
  const under = hover === null ? null : (buckets[hover] ?? null);
  const shown: DecisionCounts | null = under?.counts ?? summary?.decisions ?? null;
  return (
    <figure class="level-chart">
      <figcaption class="legend legend-wraps">
        <span class="legend-time">
          {summary === null
            ? 'Loading'
            : under
              ? `${dateTime(under.ts)} + ${spanText(HOUR_MS)}`
              : `${plural(total(summary.decisions), 'decision')}, bars of ${spanText(HOUR_MS)}`}
        </span>
        {DECISIONS.toReversed().map((name) => (
          <button
            key={name}
            type="button"
            class="legend-item"
            title={`${exact(shown?.[name] ?? 0)} ${DECISION_WORDS[name]}. Click to see only these`}
            onClick={() => onDecision(name)}
          >
            <i class={`swatch swatch-${name}`} aria-hidden="true" />
            {DECISION_WORDS[name]} <span class="num">{compact(shown?.[name] ?? 0)}</span>
          </button>
        ))}
      </figcaption>
      <div class="chart-box" style={{ height: `${heightPx}px` }}>
        {summary ? (
          <TimeChart
            label={inWords(summary)}
            buckets={buckets}
            bucketMs={HOUR_MS}
            fromMs={fromMs}
            toMs={toMs}
            series={DECISIONS}
            heightPx={heightPx}
            onHover={setHover}
            onZoom={onZoom}
          />
        ) : null}
      </div>
    </figure>
  );
}

export function total(counts: DecisionCounts): number {
  return counts.allow + counts.review + counts.deny;
}

function inWords({ decisions }: FraudSummary): string {
  const parts = DECISIONS.map((name) => `${exact(decisions[name])} ${DECISION_WORDS[name].toLowerCase()}`);
  return `${exact(total(decisions))} decisions over time: ${parts.join(', ')}.`;
}
