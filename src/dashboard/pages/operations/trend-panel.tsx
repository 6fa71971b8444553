import { useMemo } from 'preact/hooks';
import { type Anomaly, TREND_METRICS, type TrendMetric } from '../../../wire/operations.ts';
import { getOperationTrends, type OperationFilter } from '../../api/operations.ts';
import { Button } from '../../components/button.tsx';
import { LineFigure } from '../../components/chart/line-figure.tsx';
import { useReleases } from '../../components/chart/use-releases.ts';
import { PHONE, useMedia } from '../../components/use-media.ts';
import type { Span } from '../../lib/range.ts';
import { useHiddenLines } from '../../state/hidden-lines.ts';
import { setRange } from '../../state/range.ts';
import { param, setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';
import { notesOf } from './anomalies.tsx';
import { MOST_HOURS, type OperationTime } from './operation-time.ts';
import { trendLines } from './trend-lines.ts';
import { METRIC_WORDS } from './words.ts';

interface TrendPanelProps {
  filter: OperationFilter;
  time: OperationTime;
  span: Span;
  anomalies: readonly Anomaly[];
}

const CHART_PX = 220;
const PHONE_CHART_PX = 180;
const DEFAULT_METRIC: TrendMetric = 'p95';

/** One figure over time, a line for each gateway. */
export function TrendPanel({ filter, time, span, anomalies }: TrendPanelProps) {
  const phone = useMedia(PHONE);
  const metric = TREND_METRICS.find((name) => name === param('metric')) ?? DEFAULT_METRIC;
  // The time before the longest is not counted.
  const mayCompare = time.comparedHours <= MOST_HOURS;
  const compares = mayCompare && param('compare') === '1';
  const hours = compares ? time.comparedHours : time.hours;
  const trends = useResource(JSON.stringify([filter, metric, compares, time, span]), (signal) =>
    getOperationTrends(filter, { metric, interval: time.interval, hours }, signal),
  );
  const toggle = () => setParams({ compare: compares ? null : '1' });
  useShortcuts([{ keys: 'c', label: 'Compare with the time before', group: 'Charts', run: toggle }]);
  const releases = useReleases(filter.project, span.fromMs, span.toMs);
  const notes = useMemo(() => notesOf(anomalies), [anomalies]);
  const [hidden, setHidden] = useHiddenLines();
  // The last answer stays while another is on its way, but not as the answer about another figure.
  const answer = trends.data?.metric === metric ? trends.data : null;
  const data = useMemo(() => (answer ? trendLines(answer, span, compares) : null), [answer, span, compares]);
  return (
    <section class="card panel" aria-label="Over time">
      <header class="panel-head">
        <h2>Over time</h2>
        <select
          class="select select-small"
          aria-label="Figure"
          value={metric}
          onChange={(event) =>
            setParams({ metric: event.currentTarget.value === DEFAULT_METRIC ? null : event.currentTarget.value })
          }
        >
          {TREND_METRICS.map((name) => (
            <option key={name} value={name}>
              {METRIC_WORDS[name]}
            </option>
          ))}
        </select>
        <Button
          small
          pressed={compares}
          disabled={!mayCompare}
          title={
            mayCompare ? 'Compare with the time before (c)' : 'The time before is not within the year that is counted'
          }
          onClick={toggle}
        >
          Compare
        </Button>
      </header>
      <LineFigure
        title={`${METRIC_WORDS[metric]} of ${filter.scope}`}
        data={data}
        fromMs={span.fromMs}
        toMs={span.toMs}
        heightPx={phone ? PHONE_CHART_PX : CHART_PX}
        hidden={hidden}
        onHidden={setHidden}
        onZoom={(fromMs, toMs) => setRange({ kind: 'fixed', fromMs, toMs })}
        releases={releases}
        notes={notes}
        fitsValues={metric === 'successRate'}
        stale={trends.loading && data !== null}
        onRetry={trends.error ? trends.reload : null}
        none="No operation in this time."
      />
    </section>
  );
}
