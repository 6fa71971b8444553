import type { ComponentChildren } from 'preact';
import type { DeletionRequest } from '../../../../../wire/compliance.ts';
import { listRegimes } from '../../../../api/regimes.ts';
import { Countdown } from '../../../../components/countdown.tsx';
import { Time } from '../../../../components/time.tsx';
import { day } from '../../../../lib/format.ts';
import { ticking } from '../../../../state/clock.ts';
import { useResource } from '../../../../state/use-resource.ts';
import { isOpen } from '../deletion-words.ts';

const DAY_MS = 86_400_000;
/** As long before it as operators are told. */
const NEAR_MS = 3 * DAY_MS;

/** When it was asked for, until when it can be cancelled, and by when it must be done. */
export function ClocksCard({ request }: { request: DeletionRequest }) {
  const { state, receivedAtMs, graceEndsAtMs, deadlineAtMs, executedAtMs, restorableUntilMs, regimeId } = request;
  const open = isOpen(request);
  const isCancelled = state === 'cancelled';
  const isLate = executedAtMs !== null && executedAtMs > deadlineAtMs;
  const regimes = useResource('regimes', listRegimes);
  const law = regimes.data?.items.find(({ id }) => id === regimeId)?.name ?? regimeId;
  const leftMs = deadlineAtMs - ticking.value;
  const tone = isLate ? 'tone-bad' : !open ? '' : leftMs <= 0 ? ' tone-bad' : leftMs <= NEAR_MS ? ' tone-warn' : '';
  return (
    <section class="stats" aria-label="Clocks">
      <Clock label="Received" value={<Time ms={receivedAtMs} format={day} />}>
        entered <Time ms={request.createdAtMs} /> by <bdi>{request.createdByName}</bdi>
      </Clock>
      <Clock
        label="Grace period"
        value={
          state === 'grace' ? (
            <>
              ends <Countdown untilMs={graceEndsAtMs} due="now" />
            </>
          ) : isCancelled ? (
            'none'
          ) : (
            'over'
          )
        }
      >
        {isCancelled ? (
          'the request was cancelled'
        ) : state === 'grace' || graceEndsAtMs <= ticking.value ? (
          <Time ms={graceEndsAtMs} />
        ) : (
          'it was ended before its time'
        )}
      </Clock>
      <Clock
        label={`Deadline by ${law}`}
        value={
          <span class={tone}>
            {open ? (
              <Countdown untilMs={deadlineAtMs} due="is over" fine />
            ) : executedAtMs === null ? (
              'none'
            ) : isLate ? (
              'missed'
            ) : (
              'met'
            )}
          </span>
        }
      >
        <Time ms={deadlineAtMs} />
      </Clock>
      <Clock
        label="Erased"
        value={
          executedAtMs === null ? state === 'cancelled' ? 'no' : 'not yet' : <Time ms={executedAtMs} format={day} />
        }
      >
        {isCancelled ? (
          'the request was cancelled'
        ) : restorableUntilMs === null ? (
          'then again after any restore of the database'
        ) : restorableUntilMs > ticking.value ? (
          <>
            erased again after any restore until <Time ms={restorableUntilMs} />
          </>
        ) : (
          'no restore can bring it back'
        )}
      </Clock>
    </section>
  );
}

function Clock({ label, value, children }: { label: string; value: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class="stat deletion-clock">
      <span class="stat-label">{label}</span>
      <span class="stat-value">{value}</span>
      <span class="stat-trend">{children}</span>
    </div>
  );
}
