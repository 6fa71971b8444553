import '../../../styles/deliveries.css';
import { useState } from 'preact/hooks';
import type { Delivery, DeliveryDetail } from '../../../../wire/delivery.ts';
import { type DeliveryList, listDeliveries } from '../../../api/deliveries.ts';
import { listDestinations } from '../../../api/destinations.ts';
import type { Project } from '../../../api/types.ts';
import { Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { plural } from '../../../lib/format.ts';
import { span } from '../../../state/range.ts';
import { param, place, setParams } from '../../../state/route.ts';
import { useLiveRefresh } from '../../../state/use-live-refresh.ts';
import { useLookAgain } from '../../../state/use-look-again.ts';
import { usePaged } from '../../../state/use-paged.ts';
import { useResource } from '../../../state/use-resource.ts';
import { FirstDestination } from '../destinations/first-destination.tsx';
import { DeliveryDrawer } from './delivery-drawer.tsx';
import { DeliveryFilterBar } from './delivery-filter-bar.tsx';
import { DeliveryGrid } from './delivery-grid.tsx';
import { filtersOf } from './filters.ts';
import { NoDeliveries } from './no-deliveries.tsx';
import { ReplayDialog } from './replay-dialog.tsx';

const PAGE = 100;
/** While one of them is under way. */
const LOOK_EVERY_MS = 5_000;

/** What was told to whom, whether it arrived, and why not. The one that is open is in the address. */
export function DeliveriesTab({ project }: { project: Project }) {
  const { fromMs, toMs } = span.value;
  const filters = filtersOf(place.value.params);
  const openId = param('delivery');
  const [reading, setReading] = useState(false);
  const [replaying, setReplaying] = useState(false);
  const destinations = useResource(project.id, (signal) => listDestinations(project.id, signal), false);
  const question = JSON.stringify([project.id, filters]);
  const log = usePaged<Delivery, DeliveryList>(
    JSON.stringify([question, fromMs, toMs]),
    ({ id }) => id,
    (cursor, signal) => listDeliveries(project.id, { fromMs, toMs }, filters, { limit: PAGE, cursor }, signal),
    question,
  );
  const { list, error, loading } = log;
  const isReading = reading || openId !== '';
  useLiveRefresh(isReading, error !== null);
  const isUnderWay = list?.rows.some(({ state }) => state === 'queued' || state === 'delivering') === true;
  useLookAgain(isUnderWay && !isReading && !loading, list, LOOK_EVERY_MS, log.reload);
  if (destinations.data?.items.length === 0) return <FirstDestination />;
  const names = new Map(destinations.data?.items.map(({ id, name }) => [id, name]));
  const rows = list?.rows ?? [];
  const away = log.first?.unknown.length ?? 0;
  /** What the drawer has just read of a row. */
  const seen = ({ event: _, log: __, ...row }: DeliveryDetail) =>
    log.change((shown) => (shown.id === row.id ? row : shown));
  const open = ({ id }: Delivery) => setParams({ delivery: id }, openId === '' ? 'push' : 'replace');
  return (
    <section class="card deliveries" aria-label="Deliveries">
      <DeliveryFilterBar
        filters={filters}
        destinations={destinations.data?.items ?? []}
        onReplay={() => setReplaying(true)}
      />
      <div class="logs-body">
        <div class={`results${loading && list ? ' is-stale' : ''}`} aria-busy={loading}>
          {error && list ? (
            <Failure line what="The rest could not be loaded" error={error} onRetry={log.retry} />
          ) : null}
          {away > 0 ? (
            <Notice tone="warn">{plural(away, 'destination')} did not answer: what they have is missing here.</Notice>
          ) : null}
          {list === null ? (
            error ? (
              <Failure what="The deliveries could not be loaded" error={error} onRetry={log.retry} />
            ) : (
              <Skeleton rows={14} label="Loading deliveries" />
            )
          ) : rows.length === 0 ? (
            <NoDeliveries filters={filters} />
          ) : (
            <DeliveryGrid
              rows={rows}
              names={names}
              span={{ fromMs, toMs }}
              openId={openId === '' ? null : openId}
              onOpen={open}
              onReading={setReading}
              {...(error ? {} : { onEnd: log.more })}
              isWhole={list.cursor === null}
            />
          )}
        </div>
        {openId === '' ? null : (
          <DeliveryDrawer key={openId} project={project.id} id={openId} names={names} onSeen={seen} />
        )}
      </div>
      {replaying ? (
        <ReplayDialog
          project={project.id}
          chosen={filters.destination}
          onClose={() => {
            setReplaying(false);
            log.reload();
          }}
        />
      ) : null}
    </section>
  );
}
