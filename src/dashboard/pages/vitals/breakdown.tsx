import type { VitalsBreakdown } from '../../../wire/vitals.ts';
import { BarList } from '../../components/bar-list.tsx';
import { ExportMenu } from '../../components/chart/export-menu.tsx';
import { RatingMark } from '../../components/rating.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { exact, percent } from '../../lib/format.ts';
import { LABEL_WORDS, valueText } from '../../lib/label-filters.ts';
import { exactly, inUnit } from '../../lib/units.ts';
import { setParams } from '../../state/route.ts';
import type { Resource } from '../../state/use-resource.ts';
import { ScopeLine } from './scope-note.tsx';
import { BREAKDOWNS, type Breakdown as By, type View } from './view.ts';
import { unitOf } from './words.ts';

interface BreakdownProps {
  view: View;
  breakdown: Resource<VitalsBreakdown>;
}

const ROWS = 8;
const TABS = BREAKDOWNS.map((id) => ({ id, label: LABEL_WORDS[id] }));

/** For whom: the chosen vital by device, browser and so on. A click narrows all of the page to it. */
export function Breakdown({ view, breakdown }: BreakdownProps) {
  const { vital, by } = view;
  const { data, error, loading, reload } = breakdown;
  const title = `${vital} by ${LABEL_WORDS[by].toLowerCase()}`;
  return (
    <section class="card panel vitals-breakdown" aria-label={title}>
      <header class="vitals-head">
        <h2>Who is affected</h2>
        <span class="grow" />
        <ExportMenu title={title} rows={data && data.items.length > 0 ? () => rowsOf(data) : null} />
      </header>
      <Tabs<By>
        label="Break down by"
        tabs={TABS}
        current={by}
        onChange={(next) =>
          setParams({ by: next === 'device' ? null : next, ...(view.split ? { hide: null } : {}) }, 'replace')
        }
      >
        {error && !data ? <Failure what="Not loaded" error={error} onRetry={reload} /> : null}
        {!data && loading ? <Skeleton rows={ROWS} label={`Loading ${title}`} /> : null}
        {data?.items.length === 0 ? <p class="faint">No {vital} was measured in this time.</p> : null}
        {data ? (
          <BarList
            stale={loading}
            entries={data.items.map((item) => ({
              ...{ value: item.value, count: item.count, text: valueText(by, item.value), shown: percent(item.share) },
              title: [
                `${exact(item.count)} measurements, ${percent(item.share)} of all`,
                item.p75 === null ? '' : `p75 ${exactly(item.p75, unitOf(vital))}`,
                item.poor === null ? '' : `${percent(item.poor)} poor`,
              ].join('\n'),
              aside: (
                <span class="vitals-aside">
                  <RatingMark rating={item.rating} />
                  <span class="vitals-p75">{item.p75 === null ? '–' : inUnit(item.p75, unitOf(vital))}</span>
                </span>
              ),
            }))}
            tone="plain"
            onChoose={(value) => setParams({ [by]: value })}
          />
        ) : null}
        <ScopeLine scope={data} />
      </Tabs>
    </section>
  );
}

function rowsOf({ by, items }: VitalsBreakdown) {
  const head = [by, 'events', 'share', 'p50', 'p75', 'p95', 'p99', 'good', 'needs improvement', 'poor'];
  return [
    head,
    ...items.map((item) => [
      ...[item.value, item.count, item.share, item.p50, item.p75, item.p95, item.p99],
      ...[item.good, item.needsImprovement, item.poor],
    ]),
  ];
}
