import type { Pulse } from '../../wire/alerts.ts';
import { duration, percent } from './format.ts';
import type { Tone } from './tone.ts';

export interface PulsePart {
  id: 'dns' | 'failures' | 'breaker' | 'cookies';
  label: string;
  word: string;
  tone: Tone;
  /** How full its bar is, 0 to 1. */
  fill: number;
}

/** A project without a destination has no breaker, and so none that has been in its state since some moment. */
export function hasDestination({ breaker }: Pulse): boolean {
  return breaker.sinceMs !== null;
}

/** What the top bar shows; of no destination only what has nothing to do with one. */
export function partsOf(pulse: Pulse, nowMs: number): PulsePart[] {
  const own = hasDestination(pulse) ? [dns(pulse), failures(pulse), breaker(pulse, nowMs)] : [];
  return [...own, cookies(pulse)];
}

/** Green from 90 %, yellow from 70 %, red below. */
function dns({ dnsRatio }: Pulse): PulsePart {
  const part = { id: 'dns' as const, label: 'DNS' };
  if (dnsRatio === null) return { ...part, word: 'not asked', tone: 'off', fill: 0 };
  const tone = dnsRatio >= 0.9 ? 'ok' : dnsRatio >= 0.7 ? 'warn' : 'bad';
  return { ...part, word: percent(dnsRatio), tone, fill: dnsRatio };
}

/** Healthy below 10 %, elevated to 25 %, critical above (docs/alerts.md). */
export function failureTone(rate: number | null): Tone {
  if (rate === null) return 'off';
  return rate < 0.1 ? 'ok' : rate <= 0.25 ? 'warn' : 'bad';
}

function failures({ failureRate }: Pulse): PulsePart {
  return {
    ...{ id: 'failures', label: 'Failing', tone: failureTone(failureRate), fill: failureRate ?? 0 },
    word: failureRate === null ? 'no calls' : percent(failureRate),
  };
}

export const BREAKER_WORDS = { CLOSED: 'closed', HALF_OPEN: 'half open', OPEN: 'open' } as const;
export const BREAKER_TONES = { CLOSED: 'ok', HALF_OPEN: 'warn', OPEN: 'bad' } as const;

function breaker({ breaker: { state, sinceMs } }: Pulse, nowMs: number): PulsePart {
  const since = sinceMs === null ? '' : ` ${duration(nowMs - sinceMs)}`;
  return {
    ...{ id: 'breaker', label: 'Breaker', tone: BREAKER_TONES[state], fill: 1 },
    word: `${BREAKER_WORDS[state]}${since}`,
  };
}

const COOKIE_WORDS = { ok: 'small', warn: 'growing', bad: 'too large' } as const;
/** In bytes of the header, where cookies are too large (docs/fraud.md). */
const TOO_LARGE_BYTES = 4_096;

function cookies({ cookies: told }: Pulse): PulsePart {
  const part = { id: 'cookies' as const, label: 'Cookies' };
  if (told === null) return { ...part, word: 'not told', tone: 'off', fill: 0 };
  return {
    ...{ ...part, word: COOKIE_WORDS[told.status], tone: told.status },
    fill: Math.min(1, told.maxBytes / TOO_LARGE_BYTES),
  };
}

export interface PulseCell extends Omit<PulsePart, 'id' | 'fill'> {
  /** Without one there is no bar. */
  fill?: number;
  /** Shown also where there is no room for words. */
  count?: number;
}

/** All of the top bar's pulse, from left to right. `isOld`: nothing newer than `pulse` could be had. */
export function cellsOf(pulse: Pulse | null, isOld: boolean, nowMs: number): PulseCell[] {
  if (pulse === null) return [{ label: 'Pulse', word: isOld ? 'not known' : 'loading', tone: 'off', fill: 0 }];
  const old: PulseCell = { label: 'Old', word: duration(nowMs - pulse.atMs), tone: 'warn', fill: 1 };
  const none: PulseCell = { label: 'Webhooks', word: 'no destination', tone: 'off', fill: 0 };
  // Of these the parts say nothing, and might all look well.
  const silent: PulseCell = { label: 'Webhooks', word: `${pulse.unknown} not answering`, tone: 'bad', fill: 1 };
  const refused: PulseCell = { ...silent, word: `${pulse.refusing} not taking any` };
  const instead = pulse.unknown > 0 ? [silent] : pulse.refusing > 0 ? [refused] : hasDestination(pulse) ? [] : [none];
  return [...(isOld ? [old] : []), ...instead, ...partsOf(pulse, nowMs), alerts(pulse.firing)];
}

function alerts({ critical, warning, info }: Pulse['firing']): PulseCell {
  const count = critical + warning + info;
  const tone = critical > 0 ? 'bad' : warning > 0 ? 'warn' : count > 0 ? 'info' : 'off';
  return { label: 'Alerts', word: count === 0 ? 'none' : `${count} firing`, tone, count };
}
