import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUDGET, earn, left, newBudget, type RetryBudget, spend } from '../../../src/delivery/retry/budget.ts';
import { classify, type Verdict } from '../../../src/delivery/retry/classify.ts';
import { MAX_AGE_MS, planRetry, type RetryOf } from '../../../src/delivery/retry/schedule.ts';
import { ATTEMPT_OUTCOMES } from '../../../src/wire/delivery.ts';

const T = Date.UTC(2026, 10, 27, 12);
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const FULL: RetryBudget = { tokens: BUDGET.most, atMs: T };
const EMPTY: RetryBudget = { tokens: 0, atMs: T };
const FIRST: RetryOf = { ladder: 'quick', attempts: 1, lastWaitMs: null, sinceMs: T, pauseMs: 0 };
const middle = () => 0.5;

function retry(of: Partial<RetryOf>, budget = FULL, nowMs = T, random = middle) {
  const plan = planRetry({ ...FIRST, ...of }, budget, nowMs, random);
  if (plan.kind !== 'retry') throw new Error('it is a dead letter');
  return plan;
}

/** Waits of a delivery that fails for ever, until it is a dead letter, and when that is. */
function life(ladder: RetryOf['ladder'], random: () => number) {
  const waits: number[] = [];
  let [nowMs, lastWaitMs]: [number, number | null] = [T, null];
  for (;;) {
    const plan = planRetry({ ...FIRST, ladder, attempts: waits.length + 1, lastWaitMs }, FULL, nowMs, random);
    if (plan.kind === 'too_old') return { waits, endMs: nowMs };
    waits.push(plan.atMs - nowMs);
    lastWaitMs = plan.waitMs;
    nowMs = plan.atMs;
  }
}

describe('the waits between attempts', () => {
  it('are 100, 200, 400, 800 ms, then minutes to hours, until the delivery is three days old', () => {
    const { waits, endMs } = life('quick', middle);
    const steps = [100, 200, 400, 800, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    expect(waits.slice(0, steps.length)).toEqual(steps);
    expect(endMs).toBe(T + MAX_AGE_MS);
  });

  it.each([
    ['throttle', [5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND, MINUTE, 5 * MINUTE]],
    ['slow', [MINUTE, MINUTE, MINUTE, MINUTE, MINUTE, 5 * MINUTE]],
  ] as const)('begin later for %s', (ladder, steps) => {
    expect(life(ladder, middle).waits.slice(0, steps.length)).toEqual(steps);
  });

  it('are from half of a step to one and a half, whatever was drawn before, and end three days after the event', () => {
    const draws = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    fc.assert(
      fc.property(draws, fc.constantFrom('quick', 'throttle', 'slow'), (stream, ladder) => {
        const random = () => stream.next().value as number;
        const middles = life(ladder, middle).waits;
        const { waits, endMs } = life(ladder, random);
        expect(endMs).toBe(T + MAX_AGE_MS);
        for (const [i, wait] of waits.slice(0, -1).entries()) {
          const step = middles[Math.min(i, middles.length - 2)] ?? 0;
          expect(wait).toBeGreaterThanOrEqual(Math.floor(step / 2));
          expect(wait).toBeLessThanOrEqual(step * 1.5);
        }
      }),
    );
  });

  it('are drawn from where the last one led to: after a short one the next is shorter at most', () => {
    const most = () => 1 - 1e-9;
    expect(retry({ attempts: 2, lastWaitMs: 50 }, FULL, T, most).waitMs).toBe(150);
    expect(retry({ attempts: 2, lastWaitMs: 100 }, FULL, T, most).waitMs).toBe(300);
    expect(retry({ attempts: 2, lastWaitMs: 150 }, FULL, T, most).waitMs).toBe(300);
  });

  it('differ between deliveries that failed together', () => {
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return state / 0x80000000;
    };
    const waits = Array.from({ length: 1_000 }, () => retry({ attempts: 5 }, FULL, T, random).waitMs);
    expect(new Set(waits).size).toBeGreaterThan(900);
  });
});

describe('what the receiver asks for', () => {
  it('is waited for, and up to a tenth longer', () => {
    expect(retry({ ladder: 'throttle', pauseMs: 60_000 }, FULL, T, () => 0).atMs).toBe(T + 60_000);
    expect(retry({ ladder: 'throttle', pauseMs: 60_000 }).atMs).toBe(T + 63_000);
  });

  it('never makes a retry earlier than its step', () => {
    expect(retry({ ladder: 'throttle', attempts: 6, pauseMs: 1 }).atMs).toBe(T + 5 * MINUTE);
  });

  it('ends a delivery that would be too old by then, and leaves a last attempt to one that would not', () => {
    const nowMs = T + MAX_AGE_MS - HOUR;
    expect(planRetry({ ...FIRST, ladder: 'throttle', pauseMs: HOUR + 1 }, FULL, nowMs, middle).kind).toBe('too_old');
    expect(retry({ ladder: 'throttle', attempts: 9, pauseMs: HOUR }, FULL, nowMs).atMs).toBe(T + MAX_AGE_MS);
  });
});

describe('the retry budget', () => {
  it('pays for each quick retry, and for no other', () => {
    expect(left(retry({ attempts: 4 }).budget, T)).toBe(BUDGET.most - 1);
    expect(retry({ attempts: 5 }).budget).toBe(FULL);
    expect(retry({ ladder: 'slow' }).budget).toBe(FULL);
    expect(retry({ ladder: 'throttle' }).budget).toBe(FULL);
  });

  it('makes a retry wait for a minute when it is empty, and loses none', () => {
    for (const attempts of [1, 2, 3, 4]) expect(retry({ attempts }, EMPTY).waitMs).toBe(MINUTE);
  });

  it('lets no more quick retries through than its floor, what it had and a share of the first attempts', () => {
    const step = fc.record({
      kind: fc.constantFrom('first', 'retry'),
      afterMs: fc.nat(30_000),
      times: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let [budget, nowMs, firsts, quick] = [newBudget(T), T, 0, 0];
        for (const { kind, afterMs, times } of steps) {
          nowMs += afterMs;
          for (let i = 0; i < times; i++) {
            if (kind === 'first') {
              firsts++;
              budget = earn(budget, nowMs);
            } else {
              const spent = spend(budget, nowMs);
              if (spent) quick++;
              budget = spent ?? budget;
            }
          }
          const earned = BUDGET.share * firsts + (BUDGET.floorPerMinute * (nowMs - T)) / MINUTE;
          expect(quick).toBeLessThanOrEqual(BUDGET.floorPerMinute + earned + 1e-6);
          expect(left(budget, nowMs)).toBeLessThanOrEqual(BUDGET.most);
        }
      }),
    );
  });

  it('fills by its floor alone, and not above its most', () => {
    expect(left(EMPTY, T + MINUTE - 1)).toBe(BUDGET.floorPerMinute - 1);
    expect(left(EMPTY, T + MINUTE)).toBe(BUDGET.floorPerMinute);
    expect(left(EMPTY, T + 24 * HOUR)).toBe(BUDGET.most);
  });

  it('earns nothing by a clock that was set back, and goes on from there', () => {
    const spent = spend(FULL, T - HOUR);
    expect([left(spent ?? FULL, T - HOUR), left(spent ?? FULL, T - HOUR + MINUTE)]).toEqual([
      BUDGET.most - 1,
      BUDGET.most,
    ]);
  });
});

describe('what an attempt came to', () => {
  const answered = (status: number, retryAfter: string | null = null) =>
    classify({ kind: 'answered', status, retryAfter }, T);

  it.each([
    [200, 'delivered', 'no', 'passed'],
    [204, 'delivered', 'no', 'passed'],
    [299, 'delivered', 'no', 'passed'],
    [301, 'redirect', 'slow', 'failed'],
    [304, 'redirect', 'slow', 'failed'],
    [308, 'redirect', 'slow', 'failed'],
    [400, 'refused', 'no', 'passed'],
    [401, 'refused', 'no', 'passed'],
    [404, 'refused', 'no', 'passed'],
    [408, 'timeout', 'quick', 'failed'],
    [410, 'gone', 'disable', 'passed'],
    [413, 'refused', 'no', 'passed'],
    [422, 'refused', 'no', 'passed'],
    [425, 'server_error', 'quick', 'failed'],
    [429, 'throttled', 'throttle', 'passed'],
    [499, 'refused', 'no', 'passed'],
    [500, 'server_error', 'quick', 'failed'],
    [501, 'server_error', 'quick', 'failed'],
    [502, 'throttled', 'throttle', 'failed'],
    [503, 'server_error', 'quick', 'failed'],
    [504, 'throttled', 'throttle', 'failed'],
    [599, 'server_error', 'quick', 'failed'],
    [101, 'server_error', 'quick', 'failed'],
    [600, 'server_error', 'quick', 'failed'],
  ] as const)('%d is %s, retried: %s, and has %s for the breaker', (status, outcome, retries, counts) => {
    expect(answered(status)).toMatchObject({ outcome, retry: retries, counts });
  });

  it.each([
    [429, '7', 'throttle', 7_000],
    [429, 'Fri, 27 Nov 2026 12:00:09 GMT', 'throttle', 9_000],
    [429, null, 'throttle', 5_000],
    [429, 'soon', 'throttle', 5_000],
    [502, null, 'throttle', 5_000],
    [504, '2', 'throttle', 2_000],
    [503, '3', 'throttle', 3_000],
    [503, 'Fri, 27 Nov 2026 11:00:00 GMT', 'throttle', 0],
    [503, '-3', 'quick', 0],
    [500, '3', 'quick', 0],
    [200, '3', 'no', 0],
  ] as const)('%d with Retry-After %s is retried %s, and stops the destination for %d ms', (...row) => {
    const [status, header, retries, pauseMs] = row;
    expect(answered(status, header)).toMatchObject({ retry: retries, pauseMs });
  });

  it.each([
    ['timeout', 'quick', 'failed'],
    ['connection_failed', 'quick', 'failed'],
    ['dns_failed', 'quick', 'failed'],
    ['address_refused', 'no', null],
    ['template_failed', 'slow', null],
    ['lost', 'quick', null],
  ] as const)('%s is retried %s, and has %s for the breaker', (outcome, retries, counts) => {
    expect(classify({ kind: 'unanswered', outcome }, T)).toEqual({ outcome, retry: retries, counts, pauseMs: 0 });
  });

  it('comes to each outcome that there is', () => {
    const all: Verdict[] = Array.from({ length: 700 }, (_, status) => answered(status));
    for (const outcome of ['connection_failed', 'dns_failed', 'address_refused', 'template_failed', 'lost'] as const)
      all.push(classify({ kind: 'unanswered', outcome }, T));
    expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(ATTEMPT_OUTCOMES));
  });
});
