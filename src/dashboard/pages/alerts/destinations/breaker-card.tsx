import { useState } from 'preact/hooks';
import type { BreakerAction, Destination, DestinationHealth } from '../../../../wire/delivery.ts';
import { actOnBreaker } from '../../../api/destinations.ts';
import { Button } from '../../../components/button.tsx';
import { Countdown } from '../../../components/countdown.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { ms } from '../../../lib/delivery-words.ts';
import { duration, exact, percent, plural } from '../../../lib/format.ts';
import { BREAKER_TONES, BREAKER_WORDS } from '../../../lib/pulse-parts.ts';
import { ticking } from '../../../state/clock.ts';
import { mayDecide } from '../../../state/roles.ts';
import { say, sayError } from '../../../state/toasts.ts';

interface BreakerCardProps {
  project: string;
  destination: Destination;
  health: DestinationHealth | 'away' | null;
  onChanged: () => void;
}

/** Where the breaker stands, by what it decides, and the switch for hands. */
export function BreakerCard({ project, destination, health, onChanged }: BreakerCardProps) {
  const breaker = health === null || health === 'away' ? null : health.breaker;
  return (
    <section class="card detail-card" aria-label="Breaker">
      <header class="detail-card-head">
        <h2>Breaker</h2>
        {breaker ? <BreakerState breaker={breaker} /> : null}
        <span class="grow" />
        {breaker && mayDecide.value ? (
          <Switches project={project} destination={destination} breaker={breaker} onDone={onChanged} />
        ) : null}
      </header>
      <p class="faint">{policyOf(destination)}</p>
    </section>
  );
}

function BreakerState({ breaker }: { breaker: DestinationHealth['breaker'] }) {
  const { state, isolated, sinceMs, nextProbeAtMs } = breaker;
  return (
    <>
      <StatusDot tone={BREAKER_TONES[state]}>{isolated ? 'isolated' : BREAKER_WORDS[state]}</StatusDot>
      <span class="faint">
        for {duration(ticking.value - sinceMs)}
        {nextProbeAtMs === null ? null : (
          <>
            , next probe <Countdown untilMs={nextProbeAtMs} due="due now" />
          </>
        )}
      </span>
    </>
  );
}

const ACTIONS: readonly { action: BreakerAction; label: string; title: string; done: string }[] = [
  {
    ...{ action: 'close', label: 'Close', done: 'The breaker is closed' },
    title: 'Deliveries go out again at once',
  },
  {
    ...{ action: 'open', label: 'Open', done: 'The breaker is open' },
    title: 'Deliveries wait; it probes and closes by itself',
  },
  {
    ...{ action: 'isolate', label: 'Isolate', done: 'The destination is isolated' },
    title: 'Deliveries wait until somebody closes it',
  },
];

interface SwitchesProps {
  project: string;
  destination: Destination;
  breaker: DestinationHealth['breaker'];
  onDone: () => void;
}

function Switches({ project, destination, breaker, onDone }: SwitchesProps) {
  const [busy, setBusy] = useState<BreakerAction | null>(null);
  const act = async (action: BreakerAction, done: string) => {
    setBusy(action);
    const answer = await actOnBreaker(project, destination.id, action);
    setBusy(null);
    if (!answer.ok) return sayError('The breaker was not switched', answer.error);
    onDone();
    say(done);
  };
  const is = (action: BreakerAction) =>
    action === 'isolate'
      ? breaker.isolated
      : !breaker.isolated && breaker.state === (action === 'open' ? 'OPEN' : 'CLOSED');
  return (
    <span class="row-actions">
      {ACTIONS.filter(({ action }) => !is(action)).map(({ action, label, title, done }) => (
        <Button key={action} small title={title} busy={busy === action} onClick={() => void act(action, done)}>
          {label}
        </Button>
      ))}
    </span>
  );
}

function policyOf({ breaker }: Destination): string {
  const {
    openAbove,
    closeBelow,
    windowMs,
    windowCalls,
    minimumCalls,
    slowCallMs,
    slowOpenAbove,
    probeAfterMs,
    probes,
  } = breaker;
  const slow = slowOpenAbove >= 1 ? '' : `, or more than ${percent(slowOpenAbove)} take longer than ${ms(slowCallMs)}`;
  return (
    `Opens when more than ${percent(openAbove)} of the calls of the last ${ms(windowMs)} fail${slow} ` +
    `(the newest ${exact(windowCalls)} at most, ${exact(minimumCalls)} at least). ` +
    `After ${ms(probeAfterMs)} it lets ${plural(probes, 'probe')} through, and closes when less than ${percent(closeBelow)} of them fail.`
  );
}
