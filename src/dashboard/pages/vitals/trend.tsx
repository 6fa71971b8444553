import { useMemo } from 'preact/hooks';
import type { Release } from '../../../wire/error-groups.ts';
import {
  VITAL_THRESHOLDS,
  type VitalSummary,
  type VitalsSummary,
  type VitalsTimeseries,
} from '../../../wire/vitals.ts';
import { Button } from '../../components/button.tsx';
import { LineFigure } from '../../components/chart/line-figure.tsx';
import { bucketTimes, type Line, type LineData, valuesAt } from '../../components/chart/lines.ts';
import type { Span } from '../../lib/range.ts';
import { useHiddenLines } from '../../state/hidden-lines.ts';
import { setRange } from '../../state/range.ts';
import { setParams } from '../../state/route.ts';
import { ScopeLine } from './scope-note.tsx';
import type { Vitals } from './use-vitals.ts';
import type { View } from './view.ts';
import { unitOf, VITAL_NAMES } from './words.ts';

const PERCENTILES = ['p50', 'p75', 'p95', 'p99'] as const;
/** They lie so far above that the others would be flat. */
const HIDDEN_AT_FIRST = ['p95', 'p99'];

interface TrendProps {
  vitals: Vitals;
  view: View;
  summary: VitalsSummary | null;
  period: Span;
  releases: readonly Release[];
  heightPx: number;
}

/** The chosen vital over time. */
export function Trend({ vitals, view, summary, period, releases, heightPx }: TrendProps) {
  const { vital, compare } = view;
  const { trend, before, beforeMs } = vitals;
  const [hidden, setHidden] = useHiddenLines(HIDDEN_AT_FIRST);
  const item = summary?.items.find(({ name }) => name === vital) ?? null;
  const earlier = compare ? before.data : null;
  const data = useMemo(
    () => (trend.data ? dataOf(trend.data, item, earlier, beforeMs) : null),
    [trend.data, item, earlier, beforeMs],
  );
  return (
    <section class="card panel" aria-label={`${vital} over time`}>
      <header class="vitals-head">
        <h2>{vital} over time</h2>
        <span class="clip faint">{VITAL_NAMES[vital]}</span>
        <span class="grow" />
        <Button
          small
          pressed={compare}
          title="Compare with the time before (c)"
          onClick={() => setParams({ compare: compare ? null : '1' })}
        >
          Compare
        </Button>
      </header>
      <LineFigure
        title={`${vital} over time`}
        data={data}
        {...period}
        heightPx={heightPx}
        hidden={hidden}
        onHidden={setHidden}
        thresholds={VITAL_THRESHOLDS[vital]}
        releases={releases}
        stale={trend.loading && trend.data !== null}
        onRetry={trend.error ? trend.reload : before.error && compare ? before.reload : null}
        none={`No ${vital} was measured in this time.`}
        onZoom={(fromMs, toMs) => setRange({ kind: 'fixed', fromMs, toMs })}
      />
      <ScopeLine scope={summary} />
    </section>
  );
}

function dataOf(
  now: VitalsTimeseries,
  item: VitalSummary | null,
  before: VitalsTimeseries | null,
  beforeMs: number,
): LineData {
  const times = bucketTimes(now.fromMs, now.toMs, now.stepMs);
  const points = now.series[0]?.points ?? [];
  const lines = PERCENTILES.map(
    (name): Line => ({
      ...{ id: name, label: name, color: name, bold: name === 'p75', overall: item?.[name] ?? null },
      values: valuesAt(
        times,
        points.map((point) => [point.ts, point[name]]),
      ),
    }),
  );
  const earlier = before?.series[0]?.points.map((point): [number, number | null] => [point.ts, point.p75]) ?? [];
  if (before) {
    lines.push({
      ...{ id: 'before', label: 'p75 before', color: 'p75', earlier: true, overall: item?.previous.p75 ?? null },
      values: valuesAt(times, earlier, beforeMs),
    });
  }
  return { unit: unitOf(now.name), times, stepMs: now.stepMs, lines };
}
