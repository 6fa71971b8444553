import { useEffect, useMemo } from 'preact/hooks';
import type { FraudSummary } from '../../../wire/fraud.ts';
import { getSummary } from '../../api/fraud.ts';
import type { Project } from '../../api/types.ts';
import { BarList } from '../../components/bar-list.tsx';
import { Link } from '../../components/link.tsx';
import { Stat } from '../../components/stat.tsx';
import { Failure } from '../../components/states.tsx';
import { PHONE, useMedia } from '../../components/use-media.ts';
import { compact, exact, percent } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { range, setRange, span } from '../../state/range.ts';
import { hrefOf, place, setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { barStepMs, type DecisionBar, decisionBars, localOffsetMs } from './decision-bars.ts';
import { DecisionChart, total } from './decision-chart.tsx';
import { EventStream } from './event-stream.tsx';
import { filtersOf, isFiltered } from './filters.ts';
import { FraudFirstUse } from './first-use.tsx';
import { Pulse } from './pulse.tsx';
import { decider } from './use-decide.ts';
import { useEvents } from './use-events.ts';
import { useNewest } from './use-newest.ts';
import { useOpenEvent } from './use-open-event.ts';
import { ruleName } from './words.ts';

const CHART_PX = 160;
const PHONE_CHART_PX = 120;
const SUMMARY_EVERY_MS = 15_000;

/** Who is refused, why, and whether anybody waits for a person. */
export function OverviewTab({ project }: { project: Project }) {
  const { fromMs, toMs } = span.value;
  const params = place.value.params;
  const filters = useMemo(() => filtersOf(params), [params]);
  const live = range.value.kind !== 'fixed';
  const phone = useMedia(PHONE);
  const period = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const stepMs = barStepMs(period, phone);
  const events = useEvents(project.id, period, filters, live);
  const { open, decided } = useOpenEvent(project.id, events.list?.rows ?? null);
  const summary = useSummary(project.id, period, live && !events.paused);
  const { data } = summary;
  const bars = useMemo(
    () => (data ? decisionBars(data.hours, period, stepMs, localOffsetMs(period.toMs)) : []),
    [data, period, stepMs],
  );
  const isEmpty = events.list?.rows.length === 0 && events.list.cursor === null;
  const { newest, reload } = useNewest(project.id, filters, isEmpty);
  const decide = decider(project.id, (id, verdict) => {
    events.decided(id, verdict);
    decided(id, verdict);
  });
  const isNew = isEmpty && newest.kind === 'none' && open === null && !isFiltered(filters);
  if (isNew && data?.sessions === 0) {
    const onFirst = () => {
      events.retry();
      reload();
    };
    return (
      <>
        <Pulse project={project.id} />
        <FraudFirstUse project={project.id} onFirst={onFirst} />
      </>
    );
  }
  return (
    <>
      <Pulse project={project.id} />
      {summary.error ? (
        <Failure
          line
          what={data ? 'Figures not updated' : 'The figures could not be loaded'}
          error={summary.error}
          onRetry={summary.reload}
        />
      ) : null}
      <Figures data={data} bars={bars} />
      <section class="columns" aria-label="Decisions">
        <div class="card panel">
          <DecisionChart
            summary={data}
            bars={bars}
            stepMs={stepMs}
            fromMs={fromMs}
            toMs={toMs}
            heightPx={phone ? PHONE_CHART_PX : CHART_PX}
            onDecision={(decision) => setParams({ decision: filters.decision === decision ? null : decision })}
            onZoom={(from, to) => setRange({ kind: 'fixed', fromMs: from, toMs: to })}
          />
        </div>
        <div class="card panel fraud-top-rules">
          <h2>Rules that found most</h2>
          {data && data.rules.length === 0 ? <p class="faint">No rule found anything in this time.</p> : null}
          <BarList
            entries={(data?.rules ?? []).slice(0, 5).map(({ rule, hits }) => ({ value: ruleName(rule), count: hits }))}
            tone="plain"
            what="events"
            onChoose={(name) => {
              const found = data?.rules.find(({ rule }) => ruleName(rule) === name);
              if (found) setParams({ rule: found.rule });
            }}
          />
        </div>
      </section>
      <EventStream
        events={events}
        open={open}
        newest={isNew && data === null && !summary.error ? { kind: 'loading' } : newest}
        live={live}
        span={period}
        waiting={data?.outbox.pending ?? 0}
        onDecide={(event, verdict, note) => void decide(event, verdict, note)}
      />
    </>
  );
}

function Figures({ data, bars }: { data: FraudSummary | null; bars: readonly DecisionBar[] }) {
  const all = data ? total(data.decisions) : 0;
  const share = (count: number) => ({
    text: all === 0 ? 'of no decision' : `${percent(count / all)} of all`,
    tone: 'plain' as const,
  });
  return (
    <div class="stats">
      <Stat
        label="Denied"
        value={data ? compact(data.decisions.deny) : null}
        {...(data ? { title: exact(data.decisions.deny), trend: share(data.decisions.deny) } : {})}
        series={bars.map(({ counts }) => counts.deny)}
        tone="bad"
      />
      <Stat
        label="To review"
        value={data ? compact(data.decisions.review) : null}
        {...(data ? { title: exact(data.decisions.review), trend: share(data.decisions.review) } : {})}
        series={bars.map(({ counts }) => counts.review)}
        tone="info"
      />
      <Link class="stat stat-link" href={hrefOf('/fraud/reviews', {}, 'frame')}>
        <span class="stat-label">Open reviews</span>
        <span class="stat-value">{data ? compact(data.openReviews) : <i class="bone" />}</span>
        <span class="stat-trend">{data?.openReviews === 0 ? 'nobody waits' : 'open the queue'}</span>
      </Link>
      <Stat
        label="Open fraud sessions"
        value={data ? compact(data.sessions) : null}
        {...(data ? { title: exact(data.sessions) } : {})}
        trend={{ text: 'of your users, now', tone: 'plain' }}
        tone="plain"
      />
    </div>
  );
}

/** With a time that goes up to now, asked for again while the page can be seen. */
function useSummary(project: string, period: { fromMs: number; toMs: number }, live: boolean) {
  const summary = useResource(JSON.stringify([project, period]), (signal) => {
    const toMs = live ? Math.max(period.toMs, now()) : period.toMs;
    return getSummary(project, { ...period, toMs }, signal);
  });
  const { reload } = summary;
  // biome-ignore lint/correctness/useExhaustiveDependencies: reload is another function each time and does the same.
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, SUMMARY_EVERY_MS);
    return () => clearInterval(timer);
  }, [live]);
  return summary;
}
