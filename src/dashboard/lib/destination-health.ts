import type { DestinationHealth } from '../../wire/delivery.ts';
import { percent } from './format.ts';
import type { Tone } from './tone.ts';

export interface HealthFace {
  tone: Tone;
  word: string;
}

const RANKS: Record<Tone, number> = { bad: 0, warn: 1, info: 2, ok: 3, off: 4 };

/** How a destination is, in a word: what stops all of its deliveries goes before what fails some of them. */
export function healthFace({
  disabled,
  breaker,
  status,
  failureRate,
  refusing,
  unsendable,
}: DestinationHealth): HealthFace {
  if (disabled) return { tone: 'off', word: 'Disabled' };
  if (breaker.isolated) return { tone: 'bad', word: 'Isolated' };
  if (breaker.state === 'OPEN') return { tone: 'bad', word: 'Breaker open' };
  if (breaker.state === 'HALF_OPEN') return { tone: 'warn', word: 'Probing' };
  if (unsendable) return { tone: 'bad', word: 'Cannot be sent' };
  if (refusing) return { tone: 'bad', word: 'Refuses all' };
  if (status === 'elevated' && (failureRate ?? 0) < 0.1) return { tone: 'warn', word: 'Refused some' };
  if (failureRate === null) return { tone: 'ok', word: 'Healthy, idle' };
  if (status === 'healthy') return { tone: 'ok', word: 'Healthy' };
  return { tone: status === 'critical' ? 'bad' : 'warn', word: `Failing ${percent(failureRate)}` };
}

/** Of two that are as bad the one that more waits for. */
export function worstFirst(all: readonly DestinationHealth[]): DestinationHealth[] {
  const rank = (health: DestinationHealth) => RANKS[healthFace(health).tone];
  return all.toSorted(
    (a, b) => rank(a) - rank(b) || b.backlog - a.backlog || (b.failureRate ?? 0) - (a.failureRate ?? 0),
  );
}
