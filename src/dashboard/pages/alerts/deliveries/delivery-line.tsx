import type { Delivery } from '../../../../wire/delivery.ts';
import { Countdown } from '../../../components/countdown.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { eventWords, ms, outcomeWords, STATE_TONES, STATE_WORDS } from '../../../lib/delivery-words.ts';
import { exact, milli, stamp } from '../../../lib/format.ts';

interface DeliveryLineProps {
  delivery: Delivery;
  /** Of its destination, where that is known. */
  name: string | undefined;
  showDay: boolean;
}

/** Longer texts are cut: a row is one line, the drawer has all of it. */
const SHOWN_CHARS = 300;

export function DeliveryLine({ delivery, name, showDay }: DeliveryLineProps) {
  const { createdAtMs, state, type, attempts, lastOutcome, lastStatus, destinationId } = delivery;
  const outcome = lastOutcome === null ? '' : outcomeWords(lastOutcome, lastStatus);
  return (
    <>
      <span role="gridcell" class="faint delivery-time">
        <Time ms={createdAtMs} format={showDay ? stamp : milli} />
      </span>
      <span role="gridcell">
        <StatusDot tone={STATE_TONES[state]}>{STATE_WORDS[state]}</StatusDot>
      </span>
      <span role="gridcell" class="clip" title={name ?? destinationId}>
        <bdi>{name ?? destinationId}</bdi>
      </span>
      <span role="gridcell" class="clip" title={type.slice(0, SHOWN_CHARS)}>
        {eventWords(type).slice(0, SHOWN_CHARS)}
      </span>
      <span role="gridcell" class="num" title={`${exact(attempts)} attempts`}>
        {exact(attempts)}
      </span>
      <span role="gridcell" class="clip delivery-outcome" title={outcome}>
        {outcome === '' ? <span class="faint">not tried yet</span> : outcome}
      </span>
      <span role="gridcell" class="clip delivery-next" title={delivery.reason?.slice(0, SHOWN_CHARS) ?? ''}>
        <Next delivery={delivery} />
      </span>
    </>
  );
}

/** When it arrived, when it is tried again, or why neither. */
function Next({ delivery: { createdAtMs, deliveredAtMs, nextAttemptAtMs, reason } }: { delivery: Delivery }) {
  if (deliveredAtMs !== null) return <span class="faint">after {ms(deliveredAtMs - createdAtMs)}</span>;
  return (
    <>
      {nextAttemptAtMs === null ? null : (
        <>
          <Countdown untilMs={nextAttemptAtMs} due="due now" />
          {reason === null ? '' : ': '}
        </>
      )}
      <bdi class="faint">{reason?.slice(0, SHOWN_CHARS) ?? ''}</bdi>
    </>
  );
}

/** What the cells of a row are, for those who see them; a screen reader hears it in the label of the grid. */
export function DeliveryHead({ showDay }: { showDay: boolean }) {
  return (
    <div class={`delivery-head delivery-row${showDay ? ' deliveries-days' : ''}`} aria-hidden="true">
      <span>Made</span>
      <span>State</span>
      <span>Destination</span>
      <span>Event</span>
      <span class="num">Tries</span>
      <span>Last outcome</span>
      <span>Next</span>
    </div>
  );
}
