import type { VitalName } from '../../../wire/vitals.ts';
import { getVitalsSummary, getVitalsTimeseries, type VitalsQuestion } from '../../api/vitals.ts';
import { Button } from '../../components/button.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { plural } from '../../lib/format.ts';
import { filterList, noFilters } from '../../lib/label-filters.ts';
import { lastWords, presetReaching, WIDEST_MS } from '../../lib/range.ts';
import { wholeMinutes } from '../../lib/whole-minutes.ts';
import { now } from '../../state/clock.ts';
import { setRange } from '../../state/range.ts';
import { setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { VitalsFirstUse } from './first-use.tsx';

const HOUR_MS = 3_600_000;

/** No vital in this time: why, and the smallest range that has some. */
export function NothingMeasured({ question }: { question: VitalsQuestion }) {
  const filtered = filterList(question.filters).length > 0;
  const wideQuestion = () => {
    const toMs = now();
    return { ...question, ...wholeMinutes({ fromMs: toMs - WIDEST_MS, toMs }), askedMs: toMs };
  };
  // Not of the chosen time: a live page would ask for 30 days with every refresh.
  const key = JSON.stringify([question.project, question.filters]);
  const wide = useResource(key, (signal) => getVitalsSummary(wideQuestion(), signal));
  const measured = wide.data?.items.filter(({ count }) => count > 0) ?? [];
  const top = measured.reduce<{ name: VitalName; count: number } | null>(
    (best, item) => (best === null || item.count > best.count ? item : best),
    null,
  );
  const course = useResource(top ? `${top.name} ${key}` : null, (signal) =>
    getVitalsTimeseries(wideQuestion(), { name: top?.name ?? 'LCP', stepMs: HOUR_MS }, signal),
  );
  if (wide.error) {
    return (
      <Failure
        top
        what="Nothing here, and the last 30 days could not be looked at"
        error={wide.error}
        onRetry={wide.reload}
      />
    );
  }
  if (!wide.data || (top !== null && course.loading)) return <Skeleton rows={6} label="Looking further back" />;
  if (top === null && !filtered) return <VitalsFirstUse project={question.project} onArrived={wide.reload} />;
  const newest = course.data?.series[0]?.points.findLast(({ count }) => count > 0) ?? null;
  const preset = newest ? presetReaching(newest.ts, now()) : null;
  return (
    <Empty
      top
      icon="vitals"
      title={filtered ? 'Nothing matches these filters in this time' : 'Nothing measured in this time'}
    >
      {top === null ? (
        <p>The last 30 days have nothing that matches them either.</p>
      ) : (
        <p>
          The last 30 days have{' '}
          {plural(
            measured.reduce((sum, { count }) => sum + count, 0),
            'measurement',
          )}
          {newest ? (
            <>
              , the newest in the hour from <Time ms={newest.ts} />
            </>
          ) : null}
          .
        </p>
      )}
      {preset && preset.id !== '30d' ? (
        <Button kind="primary" onClick={() => setRange({ kind: 'preset', id: preset.id })}>
          {`Show the ${lastWords(preset)}`}
        </Button>
      ) : null}
      {top === null ? null : (
        <Button onClick={() => setRange({ kind: 'preset', id: '30d' })}>Show the last 30 days</Button>
      )}
      {filtered ? <Button onClick={() => setParams(noFilters())}>Clear the filters</Button> : null}
    </Empty>
  );
}
