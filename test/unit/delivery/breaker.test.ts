import { describe, expect, it } from 'vitest';
import { act, ask, type Breaker, look, newBreaker, restart, settle } from '../../../src/delivery/breaker/index.ts';
import type { Granted, Permit } from '../../../src/delivery/breaker/types.ts';
import { type BreakerSettings, DEFAULT_BREAKER } from '../../../src/wire/delivery.ts';

const T = Date.UTC(2026, 10, 27);
const FAILS = { failed: true, durationMs: 20 };
const WORKS = { failed: false, durationMs: 20 };
const S = DEFAULT_BREAKER;

/** A breaker after `results` in one millisecond, `x` failed, `.` fine, `s` fine and slow. */
function breakerAfter(results: string, settings: BreakerSettings = S, nowMs = T): Breaker {
  let breaker = newBreaker(nowMs);
  for (const letter of results) {
    const result = { failed: letter === 'x', durationMs: letter === 's' ? settings.slowCallMs + 1 : 5 };
    breaker = settle(breaker, settings, { kind: 'call' }, result, nowMs).breaker;
  }
  return breaker;
}

function askMany(breaker: Breaker, times: number, nowMs: number, settings: BreakerSettings = S) {
  const permits: Permit[] = [];
  let state = breaker;
  for (let i = 0; i < times; i++) {
    const asked = ask(state, settings, nowMs);
    permits.push(asked.permit);
    state = asked.breaker;
  }
  return { breaker: state, permits, granted: permits.filter((permit): permit is Granted => permit.kind !== 'wait') };
}

const open = () => breakerAfter('xxxxx');
const halfOpen = () => askMany(open(), 3, T + S.probeAfterMs);

describe('a closed breaker', () => {
  it.each([
    ['xxxx', 'CLOSED', 'fewer than five calls'],
    ['xxxxx', 'OPEN', 'five of five'],
    ['xx...', 'OPEN', '40 %'],
    ['x...', 'CLOSED', 'four calls'],
    ['x....', 'CLOSED', '20 %'],
    ['...x...x', 'CLOSED', '25 % is not above 25 %'],
    ['...x...xx', 'OPEN', '33 %'],
    ['sssss', 'OPEN', 'all slow'],
    ['ssss.', 'CLOSED', '80 % slow is not above 80 %'],
  ])('after %s is %s: %s', (results, state) => {
    expect(look(breakerAfter(results), S, T).state).toBe(state);
  });

  it('says why it opened, by what counts', () => {
    const four = breakerAfter('x...');
    const { breaker, transition } = settle(four, S, { kind: 'call' }, FAILS, T + 1);
    expect(transition).toEqual({
      ...{ atMs: T + 1, from: 'CLOSED', to: 'OPEN', reason: 'failures', failureRate: 0.4 },
      ...{ slowCallRate: 0, calls: 5, by: null },
    });
    expect(look(breaker, S, T + 1)).toEqual({
      ...{ state: 'OPEN', isolated: false, sinceMs: T + 1, nextProbeAtMs: T + 1 + S.probeAfterMs },
      ...{ calls: 5, failed: 2, slow: 0, failureRate: 0.4, slowCallRate: 0 },
    });
  });

  it('forgets calls that are older than its window, also while nobody calls', () => {
    const breaker = breakerAfter('x...');
    expect(look(breaker, S, T + S.windowMs)).toMatchObject({ calls: 4, failed: 1, failureRate: 0.25 });
    expect(look(breaker, S, T + S.windowMs + 1)).toMatchObject({ calls: 0, failed: 0, failureRate: null });
    expect(settle(breaker, S, { kind: 'call' }, FAILS, T + S.windowMs + 1).transition).toBeNull();
  });

  it('counts the newest calls alone', () => {
    const settings = { ...S, windowCalls: 10, openAbove: 0.3 };
    const breaker = breakerAfter(`xxx${'.'.repeat(10)}`, { ...settings, minimumCalls: 10 });
    expect(look(breaker, settings, T)).toMatchObject({ state: 'CLOSED', calls: 10, failed: 0 });
  });
});

describe('an open breaker', () => {
  it('lets one short attempt in ten seconds through, and tells the rest when to ask again', () => {
    const { permits, breaker } = askMany(open(), 3, T);
    expect(permits).toEqual([
      { kind: 'trickle', timeoutMs: 1_000 },
      { kind: 'wait', untilMs: T + 10_000 },
      { kind: 'wait', untilMs: T + 10_000 },
    ]);
    expect(askMany(breaker, 1, T + 9_999).permits).toEqual([{ kind: 'wait', untilMs: T + 10_000 }]);
    expect(askMany(breaker, 2, T + 10_000).permits.map(({ kind }) => kind)).toEqual(['trickle', 'wait']);
  });

  it('is not closed by the trickle', () => {
    const { breaker, granted } = askMany(open(), 1, T);
    const settled = settle(breaker, S, granted[0] as Granted, WORKS, T + 10);
    expect([settled.transition, look(settled.breaker, S, T + 10).state]).toEqual([null, 'OPEN']);
  });

  it('lets exactly the permitted probes out to a thousand callers after 30 s', () => {
    const { permits } = askMany(open(), 1_000, T + S.probeAfterMs);
    expect(permits.filter(({ kind }) => kind === 'probe')).toHaveLength(S.probes);
    expect(permits.slice(S.probes)).toEqual(
      Array.from({ length: 1_000 - S.probes }, () => ({ kind: 'wait', untilMs: T + S.probeAfterMs + S.leaseMs })),
    );
  });
});

describe('a half-open breaker', () => {
  it('closes when all its probes passed, with an empty window', () => {
    let { breaker, granted } = halfOpen();
    const transitions = granted.map((permit, i) => {
      const settled = settle(breaker, S, permit, WORKS, T + 31_000 + i);
      breaker = settled.breaker;
      return settled.transition;
    });
    expect(transitions).toEqual([
      ...[null, null],
      {
        atMs: T + 31_002,
        from: 'HALF_OPEN',
        to: 'CLOSED',
        reason: 'probes_passed',
        failureRate: 0,
        slowCallRate: 0,
        calls: 3,
        by: null,
      },
    ]);
    expect(look(breaker, S, T + 31_002)).toMatchObject({ state: 'CLOSED', calls: 0, nextProbeAtMs: null });
  });

  it('opens again with the first failure that leaves no hope', () => {
    const { breaker, granted } = halfOpen();
    const settled = settle(breaker, S, granted[1] as Granted, FAILS, T + 31_000);
    expect(settled.transition).toMatchObject({ to: 'OPEN', reason: 'probes_failed', failureRate: 1, calls: 1 });
    const late = settle(settled.breaker, S, granted[0] as Granted, WORKS, T + 31_001);
    expect([late.transition, late.breaker]).toEqual([null, settled.breaker]);
  });

  it.each([
    [8, 'OPEN', 'one of eight is 12.5 %, which is not below it'],
    [9, 'CLOSED', 'one of nine is 11.1 %'],
  ])('of %i probes, of which the first fails, is %s then: %s', (probes, state) => {
    const settings = { ...S, probes };
    let { breaker, granted } = askMany(open(), probes, T + S.probeAfterMs, settings);
    expect(granted.map(({ kind }) => kind)).toEqual(Array(probes).fill('probe'));
    granted.forEach((permit, i) => {
      breaker = settle(breaker, settings, permit, i === 0 ? FAILS : WORKS, T + 31_000).breaker;
    });
    expect(look(breaker, settings, T + 31_000).state).toBe(state);
  });

  it('takes a lease whose result never came for a failed probe', () => {
    const { breaker } = halfOpen();
    const endMs = T + S.probeAfterMs + S.leaseMs;
    expect(look(breaker, S, endMs - 1).state).toBe('HALF_OPEN');
    expect(look(breaker, S, endMs + 5_000)).toMatchObject({ state: 'OPEN', sinceMs: endMs });
    expect(ask(breaker, S, endMs).transition).toMatchObject({ to: 'OPEN', reason: 'probes_failed', atMs: endMs });
  });

  it('is ready to probe after a restart, and knows results of before no more', () => {
    const { breaker, granted } = halfOpen();
    const restarted = restart(breaker);
    expect(settle(restarted, S, granted[0] as Granted, FAILS, T + 31_000).transition).toBeNull();
    expect(askMany(restarted, 10, T + 31_000).granted).toEqual([4, 5, 6].map((lease) => ({ kind: 'probe', lease })));
  });
});

describe('by hand', () => {
  it('isolated, it lets nothing through until it is closed', () => {
    const { breaker, transition } = act(newBreaker(T), S, 'isolate', 'usr_1', T);
    expect(transition).toMatchObject({
      from: 'CLOSED',
      to: 'OPEN',
      reason: 'isolated',
      by: 'usr_1',
      failureRate: null,
    });
    expect(ask(breaker, S, T + 1e9).permit).toEqual({ kind: 'wait', untilMs: null });
    expect(look(breaker, S, T)).toMatchObject({ state: 'OPEN', isolated: true, nextProbeAtMs: null });
    const closed = act(breaker, S, 'close', 'usr_2', T + 1);
    expect(closed.transition).toMatchObject({ from: 'OPEN', to: 'CLOSED', reason: 'by_hand', by: 'usr_2' });
    expect(ask(closed.breaker, S, T + 1).permit).toEqual({ kind: 'call' });
  });

  it('opened, it probes by itself', () => {
    const { breaker } = act(newBreaker(T), S, 'open', 'usr_1', T);
    expect(ask(breaker, S, T + S.probeAfterMs).permit).toEqual({ kind: 'probe', lease: 1 });
  });

  it.each([
    ['close', newBreaker(T)],
    ['open', open()],
    ['isolate', act(open(), S, 'isolate', 'usr_1', T).breaker],
  ] as const)('%s changes nothing where it is so already', (action, breaker) => {
    expect(act(breaker, S, action, 'usr_1', T + 1)).toEqual({ breaker, transition: null });
  });
});

describe('a clock that is set back', () => {
  it('costs one wait at most', () => {
    const backMs = T - 86_400_000;
    const { breaker } = ask(open(), S, backMs);
    expect(ask(breaker, S, backMs + S.probeAfterMs).permit.kind).toBe('probe');
  });

  it('leaves no result in the window for longer than its time', () => {
    const backMs = T - 86_400_000;
    const { breaker } = ask(breakerAfter('x...'), S, backMs);
    expect(look(breaker, S, backMs + S.windowMs + 1).calls).toBe(0);
  });
});
