import { useMemo, useState } from 'preact/hooks';
import type { CookieDay } from '../../../wire/cookies.ts';
import { getCookieHistory } from '../../api/fraud-cookies.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ChartFigure, LegendItem } from '../../components/chart/chart-figure.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { bytes, exact } from '../../lib/format.ts';
import { setRange, span } from '../../state/range.ts';
import { useResource } from '../../state/use-resource.ts';
import { cookieBars, DAY_MS, daysOf, LEVEL_SERIES, LEVEL_WORDS } from './cookie-days.ts';
import { CookieLinter } from './cookie-linter.tsx';
import { Pulse } from './pulse.tsx';

const CHART_PX = 140;
/** Of the table, so that the linter is not far below. */
const FIRST_DAYS = 7;

/** How large the cookies of visitors are over time, and what a browser would do with a new one. */
export function CookiesTab({ project }: { project: Project }) {
  const { fromMs, toMs } = span.value;
  const days = daysOf(fromMs, toMs);
  const history = useResource(`${project.id} ${days} ${toMs}`, (signal) => getCookieHistory(project.id, days, signal));
  const { data, error } = history;
  return (
    <>
      <Pulse project={project.id} />
      <section class="card panel fraud-cookie-days" aria-label="Cookies per day">
        <h2>Cookies per day</h2>
        {error ? (
          <Failure line={data !== null} what="The history could not be loaded" error={error} onRetry={history.reload} />
        ) : null}
        {data === null ? (
          error ? null : (
            <Skeleton rows={9} label="Loading the history" />
          )
        ) : data.trend.length === 0 ? (
          <Empty title={`No cookies were measured in ${days} days`}>
            <p>
              Call <code>GET /api/fraud/cookie-telemetry</code> with a visitor's <code>Cookie</code> header, for example
              once a session. Names and sizes are looked at, values are not kept.
            </p>
          </Empty>
        ) : (
          <Days trend={data.trend} toMs={toMs} days={days} />
        )}
      </section>
      {/* Below what has another height with each answer: it comes when that is known. */}
      {data === null && error === null ? null : <CookieLinter project={project.id} />}
    </>
  );
}

function Days({ trend, toMs, days }: { trend: readonly CookieDay[]; toMs: number; days: number }) {
  const bars = useMemo(() => cookieBars(trend, toMs, days), [trend, toMs, days]);
  const [hover, setHover] = useState<number | null>(null);
  const [all, setAll] = useState(false);
  const under = hover === null ? null : (bars[hover] ?? null);
  const shown = (name: (typeof LEVEL_SERIES)[number]) =>
    under ? under.counts[name] : bars.reduce((sum, bar) => sum + bar.counts[name], 0);
  return (
    <>
      <ChartFigure
        caption={under ? new Date(under.ts).toISOString().slice(0, 10) : `Requests by size, ${days} days`}
        legend={LEVEL_SERIES.toReversed().map((name) => (
          <LegendItem key={name} name={name} word={LEVEL_WORDS[name]} count={shown(name)} />
        ))}
        legendWraps
        heightPx={CHART_PX}
        chart={{
          label: `Requests by the size of their cookies, for ${days} days`,
          ...{ buckets: bars, bucketMs: DAY_MS, fromMs: bars[0]?.ts ?? 0, toMs: (bars.at(-1)?.ts ?? 0) + DAY_MS },
          ...{ series: LEVEL_SERIES, onHover: setHover },
          onZoom: (from, to) => setRange({ kind: 'fixed', fromMs: from, toMs: to }),
        }}
      />
      <DataTable
        label="Cookies per day"
        columns={COLUMNS}
        rows={all ? trend.toReversed() : trend.toReversed().slice(0, FIRST_DAYS)}
        keyOf={({ day }) => day}
      />
      {all || trend.length <= FIRST_DAYS ? null : (
        <div>
          <Button small onClick={() => setAll(true)}>
            Show all {trend.length} days
          </Button>
        </div>
      )}
    </>
  );
}

const COLUMNS: Column<CookieDay>[] = [
  { id: 'day', label: 'Day (UTC)', sort: ({ day }) => day, cell: ({ day }) => day },
  ...[
    { id: 'samples', label: 'Requests', of: ({ samples }: CookieDay) => samples, text: exact },
    { id: 'count', label: 'Cookies, usual', of: ({ p50Count }: CookieDay) => p50Count, text: exact },
    { id: 'count95', label: '95 % have at most', of: ({ p95Count }: CookieDay) => p95Count, text: exact },
    { id: 'bytes', label: 'Size, usual', of: ({ p50Bytes }: CookieDay) => p50Bytes, text: bytes },
    { id: 'bytes95', label: '95 % are at most', of: ({ p95Bytes }: CookieDay) => p95Bytes, text: bytes },
    { id: 'largest', label: 'Largest', of: ({ maxBytes }: CookieDay) => maxBytes, text: bytes },
  ].map(({ id, label, of, text }) => ({ id, label, numeric: true, sort: of, cell: (day: CookieDay) => text(of(day)) })),
  {
    id: 'warnings',
    label: 'Warnings',
    cell: ({ warnings }) =>
      Object.entries(warnings)
        .map(([code, count]) => `${code.replaceAll('_', ' ')} ${exact(count ?? 0)}`)
        .join(', ') || <span class="faint">none</span>,
  },
];
