import { describe, expect, it } from 'vitest';
import { NO_TOTALS, withSampleInTotals } from '../../../src/cookies/index.ts';
import { cookieHealthOf, pulseOf } from '../../../src/delivery/health/pulse.ts';
import { summaryOf } from '../../../src/delivery/health/summary.ts';
import { textOf } from '../../../src/delivery/health/text.ts';
import { bandOf } from '../../../src/delivery/queue/health.ts';
import { type DestinationHealth, MAX_RECENT_DEAD_LETTERS } from '../../../src/wire/delivery.ts';

const NOW_MS = 1_790_000_000_000;

function destination(changed: Partial<DestinationHealth> = {}): DestinationHealth {
  return {
    ...{ destinationId: 'dst_1', name: 'ops', kind: 'webhook', disabled: false, disabledReason: null },
    ...{ status: 'healthy', failureRate: 0, window: { calls: 10, failed: 0, slow: 0 }, slowCallRate: 0 },
    breaker: { state: 'CLOSED', isolated: false, sinceMs: NOW_MS - 1_000, nextProbeAtMs: null },
    ...{ p50Ms: 10, p95Ms: 20, p99Ms: 30, backlog: 0, oldestQueuedAtMs: null, deadLetters: 0 },
    ...{ recentDeadLetters: 0, refusing: false, unsendable: false },
    ...{ retryBudget: { left: 10, most: 10 }, lastWarmAtMs: null },
    dns: {
      ...{ hits: 9, misses: 1, ratio: 0.9, entries: 1, failures: 0, prefetchIntervalMs: 25_000, expiresAtMs: null },
      addresses: [],
    },
    ...changed,
  };
}
const breaker = (state: 'CLOSED' | 'OPEN' | 'HALF_OPEN', sinceMs: number, isolated = false) => ({
  breaker: { state, isolated, sinceMs, nextProbeAtMs: null },
});
const summary = (destinations: DestinationHealth[], unknown: string[] = []) =>
  summaryOf({ destinations, unknown }, NOW_MS);

it.each([
  [null, 'healthy'],
  [0, 'healthy'],
  [0.0999, 'healthy'],
  [0.1, 'elevated'],
  [0.25, 'elevated'],
  [0.2501, 'critical'],
  [1, 'critical'],
] as const)('a failure rate of %j is %s', (rate, band) => {
  expect(bandOf(rate)).toBe(band);
});

describe('the whole', () => {
  it('without a destination is healthy, and says of nothing that it is zero per cent', () => {
    expect(summary([])).toMatchObject({
      ...{ status: 'healthy', band: 'healthy', failureRate: null, breaker: 'CLOSED', breakerSinceMs: null },
      ...{ backlog: 0, p95Ms: null, dns: { hits: 0, misses: 0, ratio: null, entries: 0, failures: 0 }, atMs: NOW_MS },
      ...{ window: { calls: 0, failed: 0, slow: 0 }, slowCallRate: null, nextProbeAtMs: null, lastWarmAtMs: null },
      retryBudget: { left: 0, most: 0 },
    });
  });

  it('adds what can be added, and of the rest tells the worst', () => {
    const one = destination({
      backlog: 3,
      oldestQueuedAtMs: 70,
      deadLetters: 1,
      window: { calls: 30, failed: 3, slow: 2 },
      ...{ recentDeadLetters: 1, retryBudget: { left: 3, most: 10 }, lastWarmAtMs: 40 },
    });
    const other = destination({
      ...{ backlog: 2, oldestQueuedAtMs: 50, deadLetters: 4, window: { calls: 10, failed: 1, slow: 1 } },
      ...{ p50Ms: 500, p95Ms: null, p99Ms: 5, dns: { ...destination().dns, hits: 0, misses: 10, failures: 6 } },
      ...{ recentDeadLetters: 2, retryBudget: { left: 4, most: 100 }, lastWarmAtMs: 60 },
    });
    expect(summary([one, other])).toMatchObject({
      ...{ failureRate: 0.1, band: 'elevated', status: 'healthy', backlog: 5, oldestQueuedAtMs: 50, deadLetters: 5 },
      ...{ p50Ms: 500, p95Ms: 20, p99Ms: 30, dns: { hits: 9, misses: 11, ratio: 0.45, entries: 2, failures: 6 } },
      ...{ window: { calls: 40, failed: 4, slow: 3 }, slowCallRate: 0.075, recentDeadLetters: 3 },
      ...{ retryBudget: { left: 7, most: 110 }, lastWarmAtMs: 60 },
      destinations: { length: 2 },
    });
  });

  it.each([
    ['one that is critical', [destination(), destination({ status: 'critical' })], 'degraded', 'critical'],
    ['one that is elevated', [destination(), destination({ status: 'elevated' })], 'healthy', 'elevated'],
    ['an open breaker', [destination(), destination(breaker('OPEN', 5))], 'degraded', 'critical'],
    ['a breaker that was isolated', [destination(breaker('OPEN', 5, true))], 'degraded', 'critical'],
    ['a breaker that probes', [destination(), destination(breaker('HALF_OPEN', 5))], 'degraded', 'elevated'],
    ['one that answered 410', [destination({ disabled: true, disabledReason: 'gone' })], 'degraded', 'critical'],
    [
      'one that was disabled by hand, whatever it was like',
      [destination({ disabled: true, disabledReason: 'by_hand', status: 'critical', ...breaker('OPEN', 5) })],
      ...(['healthy', 'healthy'] as const),
    ],
  ] as const)('with %s', (_, destinations, status, band) => {
    expect(summary([...destinations])).toMatchObject({ status, band });
  });

  it('is degraded by one that does not answer, and names it', () => {
    expect(summary([destination()], ['dst_2'])).toMatchObject({
      ...{ status: 'degraded', band: 'critical', unknown: ['dst_2'], failureRate: 0 },
    });
  });

  it('leaves out of the rates what was disabled, and keeps its backlog', () => {
    const off = destination({
      ...{
        disabled: true,
        disabledReason: 'by_hand',
        window: { calls: 10, failed: 10, slow: 0 },
        backlog: 7,
        p95Ms: 9_000,
      },
    });
    expect(summary([destination(), off])).toMatchObject({
      ...{ failureRate: 0, window: { calls: 10, failed: 0 }, retryBudget: { most: 10 }, backlog: 7, p95Ms: 20 },
    });
  });

  it('tells the first probe that is due of any', () => {
    const probing = (nextProbeAtMs: number | null) =>
      destination({ breaker: { state: 'OPEN', isolated: nextProbeAtMs === null, sinceMs: 5, nextProbeAtMs } });
    expect(summary([destination(), probing(null)]).nextProbeAtMs).toBeNull();
    expect(summary([probing(90), probing(null), probing(80)]).nextProbeAtMs).toBe(80);
  });

  it.each([
    ['since the first opened', [breaker('CLOSED', 1), breaker('OPEN', 9), breaker('OPEN', 7)], 'OPEN', 7],
    ['since the first probes', [breaker('HALF_OPEN', 8), breaker('CLOSED', 1)], 'HALF_OPEN', 8],
    ['since the last closed', [breaker('CLOSED', 1), breaker('CLOSED', 6)], 'CLOSED', 6],
  ] as const)('tells the worst breaker, %s', (_, breakers, state, sinceMs) => {
    expect(summary(breakers.map((one) => destination(one)))).toMatchObject({ breaker: state, breakerSinceMs: sinceMs });
  });
});

describe('the text for a terminal', () => {
  it('of nothing', () => {
    expect(textOf(summary([]))).toBe(
      [
        'status   healthy, healthy: 0 destinations',
        'breaker  none',
        'calls    none lately; 0 queued, 0 dead letters',
        'dns      not asked in the last hour, 0 names, 0 failures',
        '',
      ].join('\n'),
    );
  });

  it('of what is well', () => {
    expect(textOf(summary([destination()]))).toBe(
      [
        'status   healthy, healthy: 1 destination',
        'breaker  CLOSED for 1 s',
        'calls    0.0 % of 10 failed, p50 10 ms, p95 20 ms, p99 30 ms; 0 queued, 0 dead letters',
        'dns      90.0 % of 10 checks known, 1 name, 0 failures',
        '',
      ].join('\n'),
    );
  });

  it('of trouble names who has it, and when it is tried again', () => {
    const open = destination({
      ...{ name: 'pager', status: 'critical', failureRate: 1, window: { calls: 10, failed: 10, slow: 0 } },
      breaker: { state: 'OPEN', isolated: false, sinceMs: NOW_MS - 600_000, nextProbeAtMs: NOW_MS + 18_000 },
      ...{ backlog: 12, oldestQueuedAtMs: NOW_MS - 9_000_000, deadLetters: 3, recentDeadLetters: 2 },
    });
    expect(textOf(summary([destination(), open], ['dst_9']))).toBe(
      [
        'status   degraded, critical: 3 destinations, in trouble: pager, dst_9 (no answer)',
        'breaker  OPEN for 10 min: pager, next probe in 18 s',
        'calls    50.0 % of 20 failed, p50 10 ms, p95 20 ms, p99 30 ms; 12 queued for up to 3 h, 3 dead letters, 2 of the last hour',
        'dns      90.0 % of 20 checks known, 2 names, 0 failures',
        '',
      ].join('\n'),
    );
  });

  it('says where more became dead letters than are counted', () => {
    const refusing = destination({ deadLetters: 4_000, recentDeadLetters: MAX_RECENT_DEAD_LETTERS });
    expect(textOf(summary([refusing]))).toContain('4000 dead letters, 1000 or more of the last hour');
  });

  it('is four lines whatever a destination is called, and however many there are', () => {
    const named = ['a\nb', '\u001b[2J', '\u2028x', 'd', 'e'].map((name) => destination({ name, status: 'critical' }));
    const text = textOf(summary(named));
    expect(text.split(/[\n\u2028]/)).toHaveLength(5);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('and 2 more');
  });
});

describe('the pulse', () => {
  const day = (...bytes: number[]) => ({
    day: 20_000,
    totals: bytes.reduce(
      (totals, size) =>
        withSampleInTotals(totals, { day: 20_000, deviceHash: null, count: 4, bytes: size, warnings: [] }),
      NO_TOTALS,
    ),
  });

  it('is of the same numbers, and says how many destinations it knows nothing of', () => {
    const firing = { critical: 1, warning: 0, info: 2 };
    const refuses = [destination({ refusing: true }), destination({ unsendable: true, disabled: true })];
    expect(pulseOf(summary([destination({ deadLetters: 2 }), ...refuses], ['dst_2']), null, firing)).toEqual({
      ...{ dnsRatio: 0.9, failureRate: 0, breaker: { state: 'CLOSED', sinceMs: NOW_MS - 1_000 }, cookies: null },
      ...{ firing, deadLetters: 2, unknown: 1, refusing: 1, atMs: NOW_MS },
    });
  });

  it.each([
    ['no day', [], null],
    ['small cookies', [day(100, 200)], { status: 'ok', maxBytes: 200, maxCount: 4 }],
    ['cookies that grow', [day(3_000, 3_000)], { status: 'warn', maxBytes: 3_000, maxCount: 4 }],
    ['cookies too large', [day(5_000)], { status: 'bad', maxBytes: 5_000, maxCount: 4 }],
    [
      'a single browser out of forty',
      [day(...Array(39).fill(100), 9_000)],
      { status: 'warn', maxBytes: 9_000, maxCount: 4 },
    ],
    ['the newest day', [day(9_000), day(100)], { status: 'ok', maxBytes: 100, maxCount: 4 }],
  ] as const)('tells of cookies by %s', (_, days, expected) => {
    expect(cookieHealthOf([...days])).toEqual(expected);
  });
});
