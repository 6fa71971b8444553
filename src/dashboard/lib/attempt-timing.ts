import type { Attempt } from '../../wire/delivery.ts';

export interface TimingPart {
  id: 'dns' | 'headers' | 'body';
  label: string;
  ms: number;
  /** Of the whole attempt, 0 to 1. */
  share: number;
}

/** What an attempt's time went into: finding the name, waiting for the head of the answer, reading the rest. */
export function timingOf({ durationMs, dnsMs, headersMs }: Attempt): TimingPart[] {
  const dns = Math.min(dnsMs, durationMs);
  // Without a head all of the rest was waited for one.
  const headers = Math.min(headersMs ?? durationMs, durationMs - dns);
  const body = durationMs - dns - headers;
  const parts = [
    { id: 'dns' as const, label: 'DNS', ms: dns },
    { id: 'headers' as const, label: headersMs === null ? 'waiting' : 'until headers', ms: headers },
    { id: 'body' as const, label: 'body', ms: body },
  ];
  return parts
    .filter(({ ms }) => ms > 0)
    .map((part) => ({ ...part, share: durationMs === 0 ? 0 : part.ms / durationMs }));
}
