import type {
  Attempt,
  AttemptOutcome,
  BreakerTransition,
  DeliveryState,
  DestinationKind,
} from '../../wire/delivery.ts';
import { percent, plural } from './format.ts';
import type { Tone } from './tone.ts';
import { inUnit } from './units.ts';

export const KIND_WORDS: Record<DestinationKind, string> = {
  webhook: 'Webhook',
  slack: 'Slack',
  discord: 'Discord',
  email: 'E-mail',
};

export const STATE_WORDS: Record<DeliveryState, string> = {
  queued: 'Waiting',
  delivering: 'On its way',
  delivered: 'Delivered',
  dead: 'Dead letter',
};
export const STATE_TONES: Record<DeliveryState, Tone> = {
  queued: 'warn',
  delivering: 'info',
  delivered: 'ok',
  dead: 'bad',
};

const OUTCOMES: Record<AttemptOutcome, string> = {
  delivered: 'Delivered',
  timeout: 'No answer in time',
  connection_failed: 'No connection',
  dns_failed: 'Name not found',
  address_refused: 'Address not allowed',
  redirect: 'Redirected, which is not followed',
  gone: 'Gone for good',
  throttled: 'Asked to slow down',
  server_error: 'Server error',
  refused: 'Refused',
  template_failed: 'The template makes no body',
  lost: 'Outcome not known',
};

/** In words and, where there was an answer, with its status. An outcome that is not known here has the name that the server gives it. */
export function outcomeWords(outcome: string, status: number | null): string {
  const word = OUTCOMES[outcome as AttemptOutcome] ?? outcome;
  return status === null ? word : `${word}, ${status}`;
}

export function outcomeTone(outcome: string): Tone {
  if (outcome === 'delivered') return 'ok';
  return outcome === 'throttled' || outcome === 'lost' ? 'warn' : 'bad';
}

const EVENTS: Record<string, string> = {
  'alert.firing': 'Alert fires',
  'alert.repeated': 'Alert still fires',
  'alert.resolved': 'Alert is over',
  'destination.test': 'Test',
};

export function eventWords(type: string): string {
  return EVENTS[type] ?? type;
}

export const ATTEMPT_KINDS: Record<Attempt['kind'], string | null> = {
  normal: null,
  trickle: 'let through while the breaker was open',
  probe: 'probe of the breaker',
  test: 'test',
};

const REASONS: Record<string, string> = {
  failures: 'too many calls failed',
  slow_calls: 'too many calls were slow',
  probe_due: 'it was time to probe',
  probes_passed: 'the probes passed',
  probes_failed: 'a probe failed',
  by_hand: 'by hand',
  isolated: 'isolated by hand',
};

export function transitionWords({ reason }: BreakerTransition): string {
  return REASONS[reason] ?? reason;
}

/** By what a breaker moved: the share of slow calls where they were it, else of those that failed. */
export function callsThen({
  reason,
  calls,
  failureRate,
  slowCallRate,
}: Pick<BreakerTransition, 'reason' | 'calls' | 'failureRate' | 'slowCallRate'>): string {
  const [rate, word] = reason === 'slow_calls' ? [slowCallRate, 'slow'] : [failureRate, 'failed'];
  return rate === null ? '–' : `${percent(rate)} of ${plural(calls, 'call')} ${word}`;
}

export function ms(value: number | null): string {
  return value === null ? '–' : inUnit(value, 'ms');
}
