import { useMemo, useState } from 'preact/hooks';
import type { Level } from '../../../wire/record.ts';
import type { Scope } from '../../api/query.ts';
import type { Project } from '../../api/types.ts';
import { LevelChart } from '../../components/chart/level-chart.tsx';
import { FirstUse } from '../../components/first-use.tsx';
import { Failure, Notice } from '../../components/states.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { troubleOf } from '../../lib/journal-trouble.ts';
import { quoteValue } from '../../lib/query-edit.ts';
import { refresh, setRange, span } from '../../state/range.ts';
import { go, hrefOf } from '../../state/route.ts';
import { useLiveRefresh } from '../../state/use-live-refresh.ts';
import { useEverUsed } from '../live/use-ever-used.ts';
import { HeadlineBar } from './headline-bar.tsx';
import { OverviewStats } from './overview-stats.tsx';
import { RecentErrors } from './recent-errors.tsx';
import { TopServices } from './top-services.tsx';
import { useOverview } from './use-overview.ts';
import { VitalsPanel } from './vitals-panel.tsx';

const CHART_PX = 200;
const PHONE_CHART_PX = 140;

/** What is wrong, since when, for whom. */
export function OverviewPage({ project }: { project: Project }) {
  const { fromMs, toMs } = span.value;
  const scope = useMemo<Scope>(
    () => ({ project: project.id, fromMs, toMs, q: '', stream: null }),
    [project.id, fromMs, toMs],
  );
  const overview = useOverview(scope);
  const [reading, setReading] = useState(false);
  const phone = useMedia(PHONE);
  const { histogram } = overview;
  useLiveRefresh(reading, histogram.error !== null);
  const trouble = overview.ledger.data ? troubleOf(overview.ledger.data.journal) : null;
  const nothing = histogram.data?.buckets.every((bucket) => bucket.total === 0) ?? false;
  const everUsed = useEverUsed(project.id, nothing);
  const toLogs = (q: string) => go(hrefOf('/logs', { q, stream: 'all' }, 'frame'));
  if (histogram.error && histogram.data === null) {
    return <Failure top what="The overview could not be loaded" error={histogram.error} onRetry={refresh} />;
  }
  if (nothing && everUsed === false) return <FirstUse top />;
  return (
    <div class="page">
      <HeadlineBar
        histogram={histogram.data}
        allServices={overview.errorFacets.data?.facets[0] ?? null}
        onsetServices={overview.onsetServices}
      />
      {histogram.error ? <Failure line what="Not updated" error={histogram.error} onRetry={refresh} /> : null}
      {trouble ? <Notice tone={trouble.tone}>{trouble.text}</Notice> : null}
      {histogram.data?.complete === false ? (
        <Notice tone="warn">
          These figures cover a part of the range: one request may only read so much. Choose a shorter time.
        </Notice>
      ) : null}
      <OverviewStats overview={overview} />
      <section class="card panel" aria-label="Records over time">
        <LevelChart
          histogram={histogram.data}
          fromMs={fromMs}
          toMs={toMs}
          heightPx={phone ? PHONE_CHART_PX : CHART_PX}
          loading={histogram.loading}
          onLevel={(level: Level) => toLogs(`level:${level}`)}
          onZoom={(from, to) => setRange({ kind: 'fixed', fromMs: from, toMs: to })}
        />
      </section>
      <div class="columns">
        <RecentErrors scope={scope} errors={overview.errors} onReading={setReading} />
        <div class="side">
          <TopServices
            errors={overview.errorFacets}
            all={overview.facets}
            onErrors={(service) => toLogs(`level:>=error service:${quoteValue(service)}`)}
            onService={(service) => toLogs(`service:${quoteValue(service)}`)}
          />
          <VitalsPanel scope={scope} />
        </div>
      </div>
    </div>
  );
}
