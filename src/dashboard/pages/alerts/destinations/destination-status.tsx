import type { Destination, DestinationHealth } from '../../../../wire/delivery.ts';
import { Countdown } from '../../../components/countdown.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { healthFace } from '../../../lib/destination-health.ts';
import { duration } from '../../../lib/format.ts';
import { ticking } from '../../../state/clock.ts';

interface StatusProps {
  destination: Destination;
  health: DestinationHealth | 'away' | null;
}

/** How it is in a word, since when, and when that may change by itself. */
export function DestinationStatus({ destination, health }: StatusProps) {
  if (destination.disabled) {
    const gone = destination.disabledReason === 'gone';
    return <Two tone="off" word="Disabled" note={gone ? 'it answered 410, Gone' : 'by hand; what comes waits'} />;
  }
  if (health === 'away') return <Two tone="warn" word="Does not answer us" note="asked again" />;
  if (health === null) return <i class="bone destination-bone" />;
  const { tone, word } = healthFace(health);
  const { state, sinceMs, nextProbeAtMs } = health.breaker;
  if (state === 'CLOSED') return <Two tone={tone} word={word} note={`closed ${duration(ticking.value - sinceMs)}`} />;
  const since = `for ${duration(ticking.value - sinceMs)}`;
  return (
    <Two
      tone={tone}
      word={word}
      note={
        nextProbeAtMs === null ? (
          since
        ) : (
          <>
            {since}, probe <Countdown untilMs={nextProbeAtMs} due="due now" />
          </>
        )
      }
    />
  );
}

interface TwoProps {
  tone: 'ok' | 'warn' | 'bad' | 'info' | 'off';
  word: string;
  note: preact.ComponentChildren;
}

function Two({ tone, word, note }: TwoProps) {
  return (
    <span class="two-lines">
      <StatusDot tone={tone}>{word}</StatusDot>
      <span class="faint">{note}</span>
    </span>
  );
}
