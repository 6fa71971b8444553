import type { Destination, DestinationHealth } from '../../../../wire/delivery.ts';
import { listDestinations } from '../../../api/destinations.ts';
import { Button } from '../../../components/button.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Link } from '../../../components/link.tsx';
import { Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { KIND_WORDS, ms } from '../../../lib/delivery-words.ts';
import { duration, exact, percent, plural } from '../../../lib/format.ts';
import { ticking } from '../../../state/clock.ts';
import { go } from '../../../state/route.ts';
import { isAdmin } from '../../../state/session.ts';
import { useHealth } from '../../../state/use-health.ts';
import { useResource } from '../../../state/use-resource.ts';
import { DestinationStatus } from './destination-status.tsx';
import { FirstDestination } from './first-destination.tsx';
import { deliveriesHref, destinationHref } from './links.ts';

export interface Row {
  destination: Destination;
  /** null until it is known; `away` where it did not answer. */
  health: DestinationHealth | 'away' | null;
}

/** Every destination with how well it does, the ones in trouble on top. */
export function DestinationList({ project }: { project: string }) {
  const list = useResource(project, (signal) => listDestinations(project, signal), false);
  const health = useHealth(project);
  if (list.data === null && list.error) {
    return <Failure what="The destinations could not be loaded" error={list.error} onRetry={list.reload} />;
  }
  // Their order is by how they do: shown without it they would jump.
  if (list.data === null || (health.data === null && health.error === null)) {
    return <Skeleton rows={14} label="Loading destinations" />;
  }
  if (list.data.items.length === 0) return <FirstDestination />;
  const known = new Map(health.data?.destinations.map((one) => [one.destinationId, one]));
  const away = new Set(health.data?.unknown);
  const rows = list.data.items.map(
    (destination): Row => ({
      destination,
      health: known.get(destination.id) ?? (away.has(destination.id) ? 'away' : null),
    }),
  );
  return (
    <>
      <header class="page-head">
        <p class="grow faint">
          {plural(rows.length, 'destination')}
          {health.data ? summaryOf(health.data) : ''}
        </p>
        {isAdmin.value ? (
          <Button kind="primary" icon="plus" onClick={() => go(destinationHref('new'))}>
            Add destination
          </Button>
        ) : null}
      </header>
      {list.error ? <Failure line what="The list is old" error={list.error} onRetry={list.reload} /> : null}
      {health.error ? (
        <Failure line what="How they do is not known now" error={health.error} onRetry={health.reload} />
      ) : null}
      {away.size > 0 ? (
        <Notice tone="warn">
          {plural(away.size, 'destination')} did not answer us. What waits there is durable and goes on by itself.
        </Notice>
      ) : null}
      <DataTable
        label="Destinations"
        columns={COLUMNS}
        rows={rows.toSorted((a, b) => urgency(b) - urgency(a))}
        keyOf={({ destination }) => destination.id}
        isFaint={({ destination }) => destination.disabled}
        rowKey="Open the destination"
      />
    </>
  );
}

function summaryOf({ backlog, deadLetters }: { backlog: number; deadLetters: number }): string {
  const waiting = backlog === 0 ? 'nothing waits' : `${exact(backlog)} waiting`;
  return `, ${waiting}${deadLetters === 0 ? '' : `, ${plural(deadLetters, 'dead letter')}`}`;
}

/** The list keeps its order while nothing is wrong. */
function urgency({ health }: Row): number {
  if (health === 'away') return 3;
  if (health === null || health.disabled) return 0;
  if (health.breaker.state !== 'CLOSED') return health.breaker.state === 'OPEN' ? 4 : 2;
  return health.status === 'critical' ? 3 : health.status === 'elevated' ? 1 : 0;
}

/** A figure of those that are known. */
function figure(row: Row, of: (health: DestinationHealth) => preact.ComponentChildren): preact.ComponentChildren {
  if (row.health === null) return <i class="bone destination-bone" />;
  return row.health === 'away' ? <span class="faint">–</span> : of(row.health);
}

const numberOf = (of: (health: DestinationHealth) => number | null) => (row: Row) =>
  row.health === null || row.health === 'away' ? -1 : (of(row.health) ?? -1);

const COLUMNS: Column<Row>[] = [
  {
    id: 'name',
    label: 'Destination',
    sort: ({ destination }) => destination.name,
    cell: ({ destination }) => (
      <span class="two-lines">
        <Link class="clip destination-name" href={destinationHref(destination.id)}>
          <bdi>{destination.name}</bdi>
        </Link>
        <span class="faint clip" title={destination.url}>
          {KIND_WORDS[destination.kind]}, <bdi>{hostOf(destination.url)}</bdi>
        </span>
      </span>
    ),
  },
  {
    id: 'status',
    label: 'Status',
    cell: (row) => <DestinationStatus destination={row.destination} health={row.health} />,
  },
  {
    id: 'failing',
    label: 'Failing',
    numeric: true,
    downFirst: true,
    sort: numberOf(({ failureRate }) => failureRate),
    cell: (row) =>
      figure(row, ({ failureRate, window }) => (
        <span class="two-lines" title={`${exact(window.failed)} of ${exact(window.calls)} calls failed`}>
          <span>{failureRate === null ? '–' : percent(failureRate)}</span>
          <span class="faint">{window.calls === 0 ? 'no calls' : `of ${plural(window.calls, 'call')}`}</span>
        </span>
      )),
  },
  {
    id: 'p95',
    label: 'p95',
    numeric: true,
    downFirst: true,
    sort: numberOf(({ p95Ms }) => p95Ms),
    cell: (row) => figure(row, ({ p95Ms }) => ms(p95Ms)),
  },
  {
    id: 'backlog',
    label: 'Waiting',
    numeric: true,
    downFirst: true,
    sort: numberOf(({ backlog }) => backlog),
    cell: (row) => figure(row, (health) => <Backlog health={health} />),
  },
  {
    id: 'dead',
    label: 'Dead letters',
    numeric: true,
    downFirst: true,
    sort: numberOf(({ deadLetters }) => deadLetters),
    cell: (row) =>
      figure(row, ({ deadLetters, destinationId }) =>
        deadLetters === 0 ? (
          <span class="faint">0</span>
        ) : (
          <Link href={deliveriesHref(destinationId, 'dead')}>{exact(deadLetters)}</Link>
        ),
      ),
  },
  {
    id: 'dns',
    label: 'DNS',
    numeric: true,
    sort: numberOf(({ dns }) => dns.ratio),
    cell: (row) =>
      figure(row, ({ dns }) => (
        <span title={`${exact(dns.hits)} hits, ${exact(dns.misses)} misses`}>
          {dns.ratio === null ? <span class="faint">not asked</span> : percent(dns.ratio)}
        </span>
      )),
  },
];

function Backlog({ health: { backlog, oldestQueuedAtMs, destinationId } }: { health: DestinationHealth }) {
  if (backlog === 0) return <span class="faint">0</span>;
  return (
    <span class="two-lines">
      <Link href={deliveriesHref(destinationId, 'queued')}>{exact(backlog)}</Link>
      {oldestQueuedAtMs === null ? null : <span class="faint">for {duration(ticking.value - oldestQueuedAtMs)}</span>}
    </span>
  );
}

export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
