import '../../styles/operations.css';
import '../../styles/performance.css';
import { useMemo, useState } from 'preact/hooks';
import { PERFORMANCE_METRICS } from '../../../wire/performance.ts';
import { getPerformance, listSlow } from '../../api/performance.ts';
import { LineFigure } from '../../components/chart/line-figure.tsx';
import { HeadlineText } from '../../components/headline-text.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { inRangeWords } from '../../lib/range-words.ts';
import { useHiddenLines } from '../../state/hidden-lines.ts';
import { range, setRange, span } from '../../state/range.ts';
import { param, setParams } from '../../state/route.ts';
import { isAdmin, user } from '../../state/session.ts';
import { useLiveRefresh } from '../../state/use-live-refresh.ts';
import { useResource } from '../../state/use-resource.ts';
import { FiguresTable } from './figures-table.tsx';
import { PerformanceStats } from './performance-stats.tsx';
import { METRIC_WORDS, metricOf, percentileLines, performanceHeadline } from './performance-words.ts';
import { SlowRequests } from './slow-requests.tsx';

const CHART_PX = 220;
const PHONE_CHART_PX = 180;

/** Does the deployment answer in time, and what makes it wait? */
export default function PerformancePage() {
  if (isAdmin.value) return <Performance />;
  return (
    <Empty top icon="performance" title="Performance is for administrators">
      <p>It is of the whole deployment. Your role is {user.value?.role}.</p>
    </Empty>
  );
}

function Performance() {
  const { fromMs, toMs } = span.value;
  const chosen = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const phone = useMedia(PHONE);
  const report = useResource(`${fromMs} ${toMs}`, (signal) => getPerformance(chosen, signal));
  const slow = useResource(`${fromMs} ${toMs}`, (signal) => listSlow(chosen, signal));
  const [reading, setReading] = useState(false);
  const [hidden, setHidden] = useHiddenLines();
  useLiveRefresh(reading, report.error !== null);
  const metric = PERFORMANCE_METRICS.find((name) => name === param('show')) ?? 'requests';
  const { data } = report;
  const requests = metricOf(data, 'requests');
  const shown = metricOf(data, metric);
  const lines = useMemo(() => (data && shown ? percentileLines(shown, data) : null), [data, shown]);
  const rangeText = inRangeWords(range.value);
  return (
    <div class="page operations performance">
      <HeadlineText headline={requests && performanceHeadline(requests, rangeText)} waiting="Performance" />
      {report.error ? (
        <Failure line what="The figures could not be loaded" error={report.error} onRetry={report.reload} />
      ) : null}
      <PerformanceStats requests={requests} />
      <nav class="tabs" aria-label="What was measured">
        {PERFORMANCE_METRICS.map((name) => (
          <button
            key={name}
            type="button"
            class="performance-tab"
            aria-pressed={name === metric}
            onClick={() => setParams({ show: name === 'requests' ? null : name })}
          >
            {METRIC_WORDS[name].tab}
          </button>
        ))}
      </nav>
      <section class="card panel" aria-label="Over time">
        <LineFigure
          title={`${METRIC_WORDS[metric].tab}, percentiles of time`}
          data={lines}
          fromMs={data?.fromMs ?? fromMs}
          toMs={data?.toMs ?? toMs}
          heightPx={phone ? PHONE_CHART_PX : CHART_PX}
          hidden={hidden}
          onHidden={setHidden}
          onZoom={(from, to) => setRange({ kind: 'fixed', fromMs: from, toMs: to })}
          stale={report.loading && data !== null}
          onRetry={report.error ? report.reload : null}
          none={`Nothing was measured ${rangeText}`}
        />
      </section>
      <div
        class="operations-body"
        onPointerEnter={(event) => setReading(event.pointerType === 'mouse')}
        onPointerLeave={() => setReading(false)}
      >
        <section class="card performance-table" aria-label={METRIC_WORDS[metric].tab}>
          {shown === null ? (
            report.error ? null : (
              <Skeleton rows={12} label="Loading figures" />
            )
          ) : (
            <FiguresTable key={metric} report={shown} />
          )}
        </section>
        <section class="card" aria-label="Slow requests">
          <header class="card-head">
            <h2>Slow requests</h2>
            <span class="faint">The 20 slowest of each hour, 500 ms and more</span>
          </header>
          {slow.error ? (
            <Failure line what="Slow requests could not be loaded" error={slow.error} onRetry={slow.reload} />
          ) : null}
          {slow.data ? (
            <SlowRequests requests={slow.data.items} />
          ) : slow.error ? null : (
            <Skeleton rows={4} label="Loading slow requests" />
          )}
        </section>
      </div>
    </div>
  );
}
