import { describe, expect, it } from 'vitest';
import { timingOf } from '../../src/dashboard/lib/attempt-timing.ts';
import { callsThen } from '../../src/dashboard/lib/delivery-words.ts';
import { healthFace, worstFirst } from '../../src/dashboard/lib/destination-health.ts';
import { cellsOf, partsOf } from '../../src/dashboard/lib/pulse-parts.ts';
import type { Pulse } from '../../src/wire/alerts.ts';
import type { Attempt, DestinationHealth } from '../../src/wire/delivery.ts';

const NOW_MS = 1_000_000_000;

const PULSE: Pulse = {
  ...{ dnsRatio: 0.95, failureRate: 0.01, breaker: { state: 'CLOSED', sinceMs: NOW_MS - 60_000 } },
  ...{ cookies: { status: 'ok', maxBytes: 1_024, maxCount: 3 }, firing: { critical: 0, warning: 0, info: 0 } },
  ...{ deadLetters: 0, unknown: 0, refusing: 0, atMs: NOW_MS - 5_000 },
};

const toneOf = (id: string, change: Partial<Pulse>) =>
  partsOf({ ...PULSE, ...change }, NOW_MS).find((part) => part.id === id)?.tone;

describe('what a breaker moved by', () => {
  it.each([
    ['failures', { failureRate: 0.5, slowCallRate: 0.9, calls: 10 }, /^50.% of 10.calls failed$/],
    ['slow_calls', { failureRate: 0, slowCallRate: 0.9, calls: 10 }, /^90.% of 10.calls slow$/],
    ['by_hand', { failureRate: null, slowCallRate: null, calls: 0 }, /^–$/],
  ])('is told of %s', (reason, figures, words) => {
    expect(callsThen({ reason, ...figures })).toMatch(words);
  });
});

describe('the pulse', () => {
  it.each([
    [null, 'off'],
    [1, 'ok'],
    [0.9, 'ok'],
    [0.899, 'warn'],
    [0.7, 'warn'],
    [0.699, 'bad'],
    [0, 'bad'],
  ] as const)('has a DNS ratio of %s as %s', (dnsRatio, tone) => {
    expect(toneOf('dns', { dnsRatio })).toBe(tone);
  });

  it.each([
    [null, 'off'],
    [0, 'ok'],
    [0.099, 'ok'],
    [0.1, 'warn'],
    [0.25, 'warn'],
    [0.251, 'bad'],
  ] as const)('has a failure rate of %s as %s', (failureRate, tone) => {
    expect(toneOf('failures', { failureRate })).toBe(tone);
  });

  it.each([
    ['CLOSED', 'ok', 'closed 14 min'],
    ['HALF_OPEN', 'warn', 'half open 14 min'],
    ['OPEN', 'bad', 'open 14 min'],
  ] as const)('has a breaker that is %s as %s, with how long it is so', (state, tone, words) => {
    const pulse = { ...PULSE, breaker: { state, sinceMs: NOW_MS - 14 * 60_000 } };
    const part = partsOf(pulse, NOW_MS).find(({ id }) => id === 'breaker');
    expect([part?.tone, part?.word.replaceAll('\u00a0', ' ')]).toEqual([tone, words]);
  });

  it.each([
    [null, 'off'],
    ['ok', 'ok'],
    ['warn', 'warn'],
    ['bad', 'bad'],
  ] as const)('has cookies that are %s as %s', (status, tone) => {
    const cookies = status === null ? null : { status, maxBytes: 1_024, maxCount: 3 };
    expect(toneOf('cookies', { cookies })).toBe(tone);
  });

  it('tells no destination from one that does not answer, and neither from one that does well', () => {
    const none = { ...PULSE, dnsRatio: null, failureRate: null, breaker: { state: 'CLOSED' as const, sinceMs: null } };
    const words = (pulse: Pulse | null, isOld = false) =>
      cellsOf(pulse, isOld, NOW_MS).map(({ label, word }) => `${label} ${word}`.replaceAll('\u00a0', ' '));
    expect(words(null)).toEqual(['Pulse loading']);
    expect(words(null, true)).toEqual(['Pulse not known']);
    expect(words(none)).toEqual(['Webhooks no destination', 'Cookies small', 'Alerts none']);
    expect(words({ ...PULSE, refusing: 2 })[0]).toBe('Webhooks 2 not taking any');
    expect(words({ ...none, unknown: 2 })[0]).toBe('Webhooks 2 not answering');
    expect(words(PULSE)).toEqual(['DNS 95 %', 'Failing 1 %', 'Breaker closed 1 min', 'Cookies small', 'Alerts none']);
    expect(words(PULSE, true)[0]).toBe('Old 5 s');
  });
});

const HEALTH = {
  ...{ destinationId: 'dst_1', name: 'a', kind: 'webhook', disabled: false, disabledReason: null, status: 'healthy' },
  ...{ failureRate: 0.01, breaker: { state: 'CLOSED', isolated: false, sinceMs: 0, nextProbeAtMs: null }, backlog: 0 },
} as DestinationHealth;
const OPEN = { ...HEALTH, breaker: { ...HEALTH.breaker, state: 'OPEN' as const } };

describe('how a destination is', () => {
  it('is what stops all of its deliveries before what fails some', () => {
    expect(healthFace({ ...OPEN, disabled: true }).word).toBe('Disabled');
    expect(healthFace({ ...OPEN, breaker: { ...OPEN.breaker, isolated: true } }).word).toBe('Isolated');
    expect(healthFace({ ...OPEN, status: 'critical', failureRate: 0.9 })).toEqual({
      tone: 'bad',
      word: 'Breaker open',
    });
    expect(healthFace({ ...HEALTH, status: 'elevated', failureRate: 0.2 }).tone).toBe('warn');
    expect(healthFace({ ...HEALTH, failureRate: null }).tone).toBe('ok');
    expect(healthFace({ ...HEALTH, status: 'critical', refusing: true, failureRate: 0 })).toEqual({
      tone: 'bad',
      word: 'Refuses all',
    });
    expect(healthFace({ ...HEALTH, status: 'critical', unsendable: true }).word).toBe('Cannot be sent');
    expect(healthFace({ ...HEALTH, status: 'elevated', failureRate: null })).toEqual({
      tone: 'warn',
      word: 'Refused some',
    });
  });

  it('orders the worst first, and of two that are as bad the one that more waits for', () => {
    const of = (destinationId: string, health: DestinationHealth, backlog = 0) => ({
      ...health,
      destinationId,
      backlog,
    });
    const all = [of('ok', HEALTH), of('open', OPEN, 1), of('off', { ...HEALTH, disabled: true }), of('full', OPEN, 9)];
    expect(worstFirst(all).map(({ destinationId }) => destinationId)).toEqual(['full', 'open', 'ok', 'off']);
  });
});

describe('the time of an attempt', () => {
  const parts = (durationMs: number, dnsMs: number, headersMs: number | null) =>
    timingOf({ durationMs, dnsMs, headersMs } as Attempt).map(({ id, ms }) => [id, ms]);

  it('is that of the name, of the head of the answer and of the rest, and never more than all of it', () => {
    expect(parts(100, 20, 50)).toEqual([
      ['dns', 20],
      ['headers', 50],
      ['body', 30],
    ]);
    expect(parts(100, 0, null)).toEqual([['headers', 100]]);
    expect(parts(10, 20, 50)).toEqual([['dns', 10]]);
    expect(parts(0, 0, null)).toEqual([]);
  });
});
