import { useMemo, useState } from 'preact/hooks';
import type { ErrorGroup, ErrorGroups } from '../../../wire/error-groups.ts';
import { listErrors } from '../../api/errors.ts';
import type { Project } from '../../api/types.ts';
import { useReleases } from '../../components/chart/use-releases.ts';
import { Failure, Notice, Skeleton } from '../../components/states.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { groupHref } from '../../state/error-link.ts';
import { setRange, span } from '../../state/range.ts';
import { go, place } from '../../state/route.ts';
import { useLiveRefresh } from '../../state/use-live-refresh.ts';
import { usePaged } from '../../state/use-paged.ts';
import { useResource } from '../../state/use-resource.ts';
import { ErrorsTabs } from './errors-tabs.tsx';
import { GroupGrid } from './group-grid.tsx';
import { groupsQuery, spanBefore } from './groups-query.ts';
import { GroupsToolbar } from './groups-toolbar.tsx';
import { NoGroups } from './no-groups.tsx';
import { TrendChart } from './trend-chart.tsx';

const PAGE = 50;
const CHART_PX = 112;
const PHONE_CHART_PX = 96;

/** Which errors there are, how many, since when, for how many. */
export function GroupsPage({ project }: { project: Project }) {
  const { params } = place.value;
  const { fromMs, toMs } = span.value;
  const query = useMemo(() => groupsQuery(project.id, { fromMs, toMs }, params), [project.id, fromMs, toMs, params]);
  const key = JSON.stringify(query);
  // The figures of one filter under another would be taken for its own; those of a minute ago are only old.
  const lasting = JSON.stringify({ ...query, fromMs: 0, toMs: 0 });
  const groups = usePaged<ErrorGroup, ErrorGroups>(
    key,
    ({ fingerprint }) => fingerprint,
    (cursor, signal) => listErrors(query, { limit: PAGE, cursor }, signal),
    lasting,
  );
  const before = useResource(
    key,
    (signal) => listErrors({ ...query, ...spanBefore(query) }, { limit: 1, cursor: null }, signal),
    false,
  );
  const releases = useReleases(project.id, query.fromMs, query.toMs);
  const [reading, setReading] = useState(false);
  const phone = useMedia(PHONE);
  const { first, list, error, loading } = groups;
  useLiveRefresh(reading, error !== null);
  return (
    <div class="list-page">
      <h1 class="visually-hidden">Errors</h1>
      <ErrorsTabs />
      <GroupsToolbar query={query} groups={list?.rows ?? []} />
      <TrendChart
        title="Errors over time"
        releases={releases}
        counted={first}
        total={first?.total ?? null}
        before={before.data?.complete ? before.data.total : null}
        span={query}
        heightPx={phone ? PHONE_CHART_PX : CHART_PX}
        loading={loading}
        onZoom={(from, to) => setRange({ kind: 'fixed', fromMs: from, toMs: to })}
      />
      <div class="logs-body list-body">
        <section class={`results${loading && list ? ' is-stale' : ''}`} aria-label="Groups" aria-busy={loading}>
          {error && list ? <Failure line what="Not updated" error={error} onRetry={groups.retry} /> : null}
          {list?.complete === false ? (
            <Notice tone="warn">
              Counted over a part of this time: one request may only read so much. Choose a shorter time, or fewer
              filters.
            </Notice>
          ) : null}
          {list === null ? (
            error ? (
              <Failure what="The errors could not be loaded" error={error} onRetry={groups.retry} />
            ) : (
              <Skeleton rows={20} label="Loading errors" />
            )
          ) : list.rows.length === 0 ? (
            <NoGroups query={query} />
          ) : (
            <GroupGrid
              groups={list.rows}
              fromMs={query.fromMs}
              onOpen={({ fingerprint }) => go(groupHref(fingerprint))}
              onReading={setReading}
              {...(error ? {} : { onEnd: groups.more })}
              footer={list.cursor === null ? <p class="list-end">These are all groups of this time.</p> : null}
            />
          )}
        </section>
      </div>
    </div>
  );
}
