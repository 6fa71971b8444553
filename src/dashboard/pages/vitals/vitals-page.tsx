import '../../styles/vitals.css';
import { useMemo, useState } from 'preact/hooks';
import type { Project } from '../../api/types.ts';
import type { VitalsQuestion } from '../../api/vitals.ts';
import { useReleases } from '../../components/chart/use-releases.ts';
import { FilterChips } from '../../components/filter-chips.tsx';
import { HeadlineText } from '../../components/headline-text.tsx';
import { Failure } from '../../components/states.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { dateTime } from '../../lib/format.ts';
import { wholeMinutes } from '../../lib/whole-minutes.ts';
import { span } from '../../state/range.ts';
import { place, setParams } from '../../state/route.ts';
import { useLiveRefresh } from '../../state/use-live-refresh.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';
import { Bands } from './bands.tsx';
import { Breakdown } from './breakdown.tsx';
import { Distribution } from './distribution.tsx';
import { vitalsHeadline } from './headline.ts';
import { NothingMeasured } from './nothing.tsx';
import { PageTable } from './page-table.tsx';
import { Trend } from './trend.tsx';
import { type Summary, useVitals } from './use-vitals.ts';
import { viewOf } from './view.ts';

const CHART_PX = 248;
const PHONE_CHART_PX = 180;
/** Of the second line of the distribution's legend: both charts end at the same height. */
const EXTRA_LEGEND_PX = 28;
/** The line below the other one. */
const SCOPE_PX = 20;

/** How fast the pages are, since when, where and for whom. */
export default function VitalsPage({ project }: { project: Project }) {
  const { fromMs, toMs } = span.value;
  const params = place.value.params;
  const view = useMemo(() => viewOf(params), [params]);
  const filtersKey = JSON.stringify(view.filters);
  const period = useMemo(() => wholeMinutes({ fromMs, toMs }), [fromMs, toMs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the filters.
  const question = useMemo<VitalsQuestion>(
    () => ({ project: project.id, ...period, filters: view.filters, askedMs: toMs }),
    [project.id, period, filtersKey, toMs],
  );
  const vitals = useVitals(question, view);
  const releases = useReleases(project.id, period.fromMs, period.toMs);
  const phone = useMedia(PHONE);
  const [reading, setReading] = useState(false);
  const { summary } = vitals;
  useLiveRefresh(reading, summary.error !== null);
  useShortcuts([
    {
      keys: 'c',
      label: 'Compare with the time before',
      group: 'Charts',
      run: () => setParams({ compare: view.compare ? null : '1', ...(view.split ? { split: null, hide: null } : {}) }),
    },
  ]);
  if (summary.error && summary.data === null) {
    return <Failure top what="The vitals could not be loaded" error={summary.error} onRetry={summary.reload} />;
  }
  const items = summary.data?.items ?? null;
  const isOld = summary.loading && summary.data !== null;
  const heightPx = phone ? PHONE_CHART_PX : CHART_PX;
  if (items?.every(({ count }) => count === 0)) {
    return (
      <div class="page vitals">
        <FilterChips filters={view.filters} />
        <NothingMeasured question={question} />
      </div>
    );
  }
  return (
    <div class="page vitals">
      <HeadlineText
        headline={summary.data ? vitalsHeadline(summary.data.items, timeWords(summary.data)) : null}
        waiting="Vitals"
        stale={isOld}
      />
      <FilterChips filters={view.filters} />
      {summary.error ? <Failure line what="Not updated" error={summary.error} onRetry={summary.reload} /> : null}
      <Bands summary={summary.data} sparks={vitals.sparks} vital={view.vital} stale={isOld} />
      <div class="columns">
        <Trend {...{ vitals, view, summary: summary.data, period, releases, heightPx }} />
        <Distribution
          vital={view.vital}
          distribution={vitals.distribution}
          heightPx={heightPx - EXTRA_LEGEND_PX + SCOPE_PX}
        />
      </div>
      <div
        class="columns"
        onPointerEnter={(event) => setReading(event.pointerType === 'mouse')}
        onPointerLeave={() => setReading(false)}
      >
        <PageTable question={question} view={view} />
        <Breakdown view={view} breakdown={vitals.breakdown} />
      </div>
    </div>
  );
}

function timeWords({ complete, countedFromMs, rangeText }: Summary): string {
  return complete ? rangeText : `since ${dateTime(countedFromMs)}`;
}
