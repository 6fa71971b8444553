import type { FraudEvent, Verdict } from '../../../wire/fraud.ts';
import { Button } from '../../components/button.tsx';
import { Failure, Notice, Skeleton } from '../../components/states.tsx';
import { day, duration, plural } from '../../lib/format.ts';
import { ticking } from '../../state/clock.ts';
import { param, setParams } from '../../state/route.ts';
import { useShortcuts } from '../../state/use-shortcuts.ts';
import { EventDrawer } from './event-drawer.tsx';
import { EventFilters } from './event-filters.tsx';
import { EventGrid } from './event-grid.tsx';
import { NoEvents } from './no-events.tsx';
import type { Events } from './use-events.ts';
import type { Newest } from './use-newest.ts';
import type { OpenEvent } from './use-open-event.ts';

interface EventStreamProps {
  events: Events;
  open: OpenEvent | null;
  /** Of all times, where this one is empty. */
  newest: Newest;
  live: boolean;
  span: { fromMs: number; toMs: number };
  /** Events whose records are not yet in the journal. */
  waiting: number;
  onDecide: (event: FraudEvent, verdict: Verdict, note: string) => void;
}

/** Events as they are decided, newest first. The one that is open is in the address. */
export function EventStream({ events, open, newest, live, span, waiting, onDecide }: EventStreamProps) {
  const { list, error, loading, lostSinceMs, paused, setPaused, setReading, loadOlder } = events;
  const openId = param('event');
  const rows = list?.rows ?? [];
  const isEmpty = list !== null && rows.length === 0 && list.cursor === null;
  const isHollow = list !== null && rows.length === 0 && list.cursor !== null;
  useShortcuts(live ? [{ keys: 'p', label: 'Pause or go on', group: 'Live', run: () => setPaused(!paused) }] : []);
  const openEvent = ({ id }: FraudEvent) => setParams({ event: id }, openId === '' ? 'push' : 'replace');
  return (
    <section class="card fraud-stream" aria-label="Events">
      <EventFilters events={events} live={live} />
      <div class="logs-body">
        <div class={`results${loading && list ? ' is-stale' : ''}`} aria-busy={loading}>
          {error && list ? (
            <Failure line what="The rest could not be loaded" error={error} onRetry={loadOlder} />
          ) : null}
          {list === null || (isEmpty && newest.kind === 'loading') || (isHollow && !error) ? (
            error ? (
              <Failure what="The events could not be loaded" error={error} onRetry={events.retry} />
            ) : (
              <Skeleton rows={14} label="Loading events" />
            )
          ) : rows.length === 0 ? (
            <NoEvents newest={newest} />
          ) : (
            <EventGrid
              label="Events, newest first"
              rows={rows}
              showDay={day(span.fromMs) !== day(span.toMs)}
              openId={open === null ? null : openId}
              onOpen={openEvent}
              onReading={setReading}
              {...(error ? {} : { onEnd: loadOlder })}
              footer={
                <p class="list-end">
                  {list.cursor === null ? 'This is everything in the range.' : error ? '' : 'Looking further back.'}
                </p>
              }
            />
          )}
          {isHollow && !error ? (
            <div class="held held-plain" role="status">
              None found yet, looking further back
            </div>
          ) : null}
          {list && list.held.length > 0 ? (
            <div class="held" role="status">
              {list.instead ? 'Many new events' : plural(list.held.length, 'new event')}
              <Button small kind="primary" onClick={events.showHeld}>
                Show
              </Button>
            </div>
          ) : null}
          {lostSinceMs !== null || waiting > 0 ? (
            <div class="list-notices">
              {lostSinceMs === null ? null : (
                <Notice tone="warn">
                  New events could not be asked for since {duration(ticking.value - lostSinceMs)}. Trying again.
                </Notice>
              )}
              {waiting > 0 ? (
                <Notice tone="warn">
                  {plural(waiting, 'event')} decided and kept, but not yet to be found in Logs. They follow by
                  themselves.
                </Notice>
              ) : null}
            </div>
          ) : null}
        </div>
        {open ? <EventDrawer open={open} onDecide={onDecide} /> : null}
      </div>
    </section>
  );
}
