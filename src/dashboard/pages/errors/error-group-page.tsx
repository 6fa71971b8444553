import { useMemo } from 'preact/hooks';
import type { ErrorGroup, ErrorGroupDetail, Occurrence } from '../../../wire/error-groups.ts';
import { getErrorGroup, type SetStatus } from '../../api/errors.ts';
import type { List, Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { useReleases } from '../../components/chart/use-releases.ts';
import { Icon } from '../../components/icon.tsx';
import { Link } from '../../components/link.tsx';
import { Stat } from '../../components/stat.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../components/states.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { compact, dateTime, exact, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { setRange, span } from '../../state/range.ts';
import { hrefOf } from '../../state/route.ts';
import { usePaged } from '../../state/use-paged.ts';
import { Breakdowns } from './breakdowns.tsx';
import { Occurrences } from './occurrences.tsx';
import { StatusActions } from './status-actions.tsx';
import { StatusBadge } from './status-badge.tsx';
import { TrendChart } from './trend-chart.tsx';

const PAGE = 20;
const CHART_PX = 112;
const PHONE_CHART_PX = 96;

/** One kind of error: how much, since when, for whom, and where in the source. */
export function ErrorGroupPage({ project, fingerprint }: { project: Project; fingerprint: string }) {
  const { fromMs, toMs } = span.value;
  const period = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const phone = useMedia(PHONE);
  const releases = useReleases(project.id, fromMs, toMs);
  const detail = usePaged<Occurrence, ErrorGroupDetail & List<Occurrence> & { complete: boolean }>(
    JSON.stringify([project.id, fingerprint, period]),
    ({ record }) => record.id,
    async (cursor, signal) => {
      const answer = await getErrorGroup(project.id, fingerprint, period, { limit: PAGE, cursor }, signal);
      if (!answer.ok) return answer;
      return { ...answer, value: { ...answer.value, ...answer.value.occurrences } };
    },
    JSON.stringify([project.id, fingerprint]),
  );
  const { first, list, error, loading } = detail;
  // What was read of its occurrences stays: they are what the reader is at.
  const changed = (status: SetStatus) => detail.changeFirst((page) => ({ ...page, group: { ...page.group, status } }));
  if (first === null || list === null) {
    if (error?.kind === 'problem' && error.status === 404) return <NoGroup />;
    if (error) return <Failure top what="The errors could not be loaded" error={error} onRetry={detail.retry} />;
  }
  return (
    <div class="page error-page">
      <GroupHead project={project.id} group={first?.group ?? null} onChanged={changed} />
      {error && first ? <Failure line what="Not updated" error={error} onRetry={detail.retry} /> : null}
      {list?.complete === false ? (
        <Notice tone="warn">
          Not all of this time could be read at once: older occurrences may be missing from the list below.
        </Notice>
      ) : null}
      <Figures group={first?.group ?? null} />
      <section class="card panel" aria-label="Errors over time">
        <TrendChart
          title={`${first?.group.type ?? 'Errors'} over time`}
          releases={releases}
          counted={first}
          total={first?.group.count ?? null}
          before={null}
          span={period}
          heightPx={phone ? PHONE_CHART_PX : CHART_PX}
          loading={loading}
          onZoom={(from, to) => setRange({ kind: 'fixed', fromMs: from, toMs: to })}
        />
      </section>
      <div class="columns">
        {first && list ? (
          <Occurrences
            project={project}
            group={first.group}
            occurrences={list.rows}
            hasMore={list.cursor !== null}
            loading={loading}
            failed={error !== null}
            onMore={detail.more}
          />
        ) : (
          <section class="card error-occurrences" aria-label="Occurrences">
            <Skeleton rows={24} label="Loading occurrences" />
          </section>
        )}
        <Breakdowns fingerprint={fingerprint} breakdowns={first?.breakdowns ?? null} />
      </div>
    </div>
  );
}

interface GroupHeadProps {
  project: string;
  group: ErrorGroup | null;
  onChanged: (status: SetStatus) => void;
}

function GroupHead({ project, group, onChanged }: GroupHeadProps) {
  return (
    <header class="error-head">
      <Link href={hrefOf('/errors', {}, 'frame')} class="error-back" title="All errors">
        <Icon name="back" />
        <span>Errors</span>
      </Link>
      {/* One height whatever they say: all of the message is with its occurrences. */}
      <div class="error-title">
        <h1 class="clip" title={group?.type ?? ''}>
          {group ? <bdi>{group.type || 'Error'}</bdi> : 'Error'}
        </h1>
        {group && group.status !== 'open' ? <StatusBadge status={group.status} /> : null}
        <span class="grow" />
        {group ? <StatusActions project={project} group={group} onChanged={onChanged} /> : null}
      </div>
      <p class="error-message" dir="auto" title={group?.message ?? ''}>
        {group ? group.message || <span class="faint">(no message)</span> : '\u00a0'}
      </p>
      <p class="error-culprit clip" title={group?.culprit ?? ''}>
        {group ? group.culprit === null ? 'no stack' : <bdi>{group.culprit}</bdi> : '\u00a0'}
      </p>
    </header>
  );
}

function Figures({ group }: { group: ErrorGroup | null }) {
  const nowMs = now();
  const seen = (ms: number, release: string | null) => ({
    text: release === null ? dateTime(ms) : `in ${release}, ${dateTime(ms)}`,
    tone: 'plain' as const,
  });
  return (
    <div class="stats">
      <Stat
        label="Errors"
        value={group && compact(group.count)}
        {...(group ? { title: exact(group.count), trend: { text: 'in this time', tone: 'plain' } } : {})}
        series={group?.trend ?? []}
        tone="bad"
      />
      <Stat
        label="Sessions"
        value={group && (group.sessions === null ? 'not known' : compact(group.sessions))}
        {...(group ? { title: exact(group.sessions ?? 0), trend: { text: 'met it in this time', tone: 'plain' } } : {})}
        tone="plain"
      />
      <Stat
        label="First seen"
        value={group && relative(group.firstSeenMs, nowMs)}
        {...(group ? { trend: seen(group.firstSeenMs, group.firstRelease) } : {})}
        tone="plain"
      />
      <Stat
        label="Last seen"
        value={group && relative(group.lastSeenMs, nowMs)}
        {...(group ? { trend: seen(group.lastSeenMs, null) } : {})}
        tone="plain"
      />
    </div>
  );
}

function NoGroup() {
  return (
    <Empty top icon="search" title="No error of this group in this time">
      <p>It was not seen in the time that is chosen, or it is not an error of this project.</p>
      <Button kind="primary" onClick={() => setRange({ kind: 'preset', id: '30d' })}>
        Show the last 30 days
      </Button>
      <Link href={hrefOf('/errors', {}, 'frame')}>All errors</Link>
    </Empty>
  );
}
