import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, placeOf } from '../../../src/delivery/queue/cursor.ts';
import { type Attempted, fateOf } from '../../../src/delivery/queue/fate.ts';
import { bandOf, inWindow, percentiles } from '../../../src/delivery/queue/health.ts';
import { MAX_IN_FLIGHT, nextStep, type QueueState } from '../../../src/delivery/queue/next-step.ts';
import { paceAtMs } from '../../../src/delivery/queue/pace.ts';
import { forgettings, MAX_KEPT_BYTES, ROWS_PER_CLEANUP } from '../../../src/delivery/queue/retention.ts';
import {
  alarmAtMs,
  CLEANUP_AFTER_ENDS,
  isCleanupDue,
  timerAtMs,
  type Wants,
} from '../../../src/delivery/queue/wake.ts';
import { explained, type Holds } from '../../../src/delivery/queue/why.ts';
import { newBudget } from '../../../src/delivery/retry/budget.ts';
import { type AttemptResult, classify } from '../../../src/delivery/retry/classify.ts';
import type { Delivery } from '../../../src/wire/delivery.ts';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

describe('the pace of a destination', () => {
  it('is one attempt in each part of a second', () => {
    expect(paceAtMs(null, 10, NOW)).toBe(NOW);
    expect(paceAtMs(NOW, 10, NOW)).toBe(NOW + 100);
    expect(paceAtMs(NOW - 5_000, 10, NOW)).toBeLessThanOrEqual(NOW);
    expect(paceAtMs(NOW, 0.5, NOW)).toBe(NOW + 2_000);
  });

  it('stops nothing for long where the clock was set back', () => {
    expect(paceAtMs(NOW + HOUR_MS, 10, NOW)).toBe(NOW);
  });

  it('lets no more than the rate out in any second, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 300 }),
        (rate, waits) => {
          const sent: number[] = [];
          let nowMs = NOW;
          for (const waitMs of waits) {
            nowMs += waitMs;
            if (paceAtMs(sent.at(-1) ?? null, rate, nowMs) <= nowMs) sent.push(nowMs);
          }
          for (const [i, atMs] of sent.entries()) {
            const next = sent[i + rate];
            if (next !== undefined) expect(next - atMs).toBeGreaterThanOrEqual(1_000);
          }
        },
      ),
    );
  });
});

describe('what the queue does next', () => {
  const state: QueueState = {
    ...{
      nowMs: NOW,
      disabled: false,
      inFlight: 0,
      throttledUntilMs: 0,
      paceAtMs: NOW,
      heldUntilMs: 0,
      dueAtMs: NOW - 1,
    },
  };
  it.each<[string, Partial<QueueState>, ReturnType<typeof nextStep>]>([
    ['starts what is due', {}, { kind: 'start' }],
    ['waits where nothing is queued', { dueAtMs: null }, { kind: 'wait', untilMs: null }],
    ['waits until the first is due', { dueAtMs: NOW + 5 }, { kind: 'wait', untilMs: NOW + 5 }],
    ['waits for a hand where it is disabled', { disabled: true }, { kind: 'wait', untilMs: null }],
    ['waits for an end where all places are taken', { inFlight: MAX_IN_FLIGHT }, { kind: 'wait', untilMs: null }],
    ['takes the last place', { inFlight: MAX_IN_FLIGHT - 1 }, { kind: 'start' }],
    ['waits as long as the receiver asked', { throttledUntilMs: NOW + 9 }, { kind: 'wait', untilMs: NOW + 9 }],
    ['waits for its pace', { paceAtMs: NOW + 3 }, { kind: 'wait', untilMs: NOW + 3 }],
    ['waits for the breaker', { heldUntilMs: NOW + 7 }, { kind: 'wait', untilMs: NOW + 7 }],
    [
      'waits for a hand where it is isolated',
      { heldUntilMs: Number.POSITIVE_INFINITY },
      { kind: 'wait', untilMs: null },
    ],
    ['waits for the last of all', { paceAtMs: NOW + 3, throttledUntilMs: NOW + 9 }, { kind: 'wait', untilMs: NOW + 9 }],
  ])('%s', (_, changes, step) => {
    expect(nextStep({ ...state, ...changes })).toEqual(step);
  });
});

describe('timer and alarm', () => {
  const wants: Wants = {
    ...{ nowMs: NOW, inFlight: 0, queueAtMs: null, dnsAtMs: null, cleanedAtMs: NOW - HOUR_MS / 2, endsSinceCleanup: 0 },
  };
  const halfAnHour = NOW + HOUR_MS / 2;
  it.each<[string, Partial<Wants>, number | null, number]>([
    ['only clean up at rest', {}, null, halfAnHour],
    ['look after an attempt', { inFlight: 1 }, null, NOW + 5_000],
    ['leave a quick retry to the timer, and look after it', { queueAtMs: NOW + 100 }, NOW + 100, NOW + 5_100],
    ['leave a wait of minutes to the alarm', { queueAtMs: NOW + 60_000 }, null, NOW + 60_000],
    ['take what is overdue at once', { queueAtMs: NOW - 60_000 }, NOW - 60_000, NOW + 5_000],
    ['ask for names in time', { dnsAtMs: NOW + 14_000 }, NOW + 14_000, NOW + 19_000],
    ['go by the earlier of two', { dnsAtMs: NOW + 14_000, queueAtMs: NOW + 200 }, NOW + 200, NOW + 5_200],
    ['clean up at once after many ends', { endsSinceCleanup: CLEANUP_AFTER_ENDS }, null, NOW],
    ['are not put off by a clock that was ahead', { cleanedAtMs: NOW + 9 * HOUR_MS }, null, NOW + HOUR_MS],
  ])('%s', (_, changes, timer, alarm) => {
    expect([timerAtMs({ ...wants, ...changes }), alarmAtMs({ ...wants, ...changes })]).toEqual([timer, alarm]);
  });

  it('never leave what is due without either', () => {
    const times = fc.option(fc.integer({ min: NOW - HOUR_MS, max: NOW + 3 * HOUR_MS }));
    fc.assert(
      fc.property(times, times, fc.integer({ min: 0, max: 5 }), (queueAtMs, dnsAtMs, inFlight) => {
        const all = { ...wants, queueAtMs, dnsAtMs, inFlight };
        const alarm = alarmAtMs(all);
        for (const atMs of [queueAtMs, dnsAtMs])
          if (atMs !== null) expect(alarm).toBeLessThanOrEqual(Math.max(atMs, NOW) + 5_000);
        if (inFlight > 0) expect(alarm).toBeLessThanOrEqual(NOW + 5_000);
      }),
    );
  });

  it('clean up once an hour, or after many ends', () => {
    expect(isCleanupDue(wants)).toBe(false);
    expect(isCleanupDue({ ...wants, cleanedAtMs: NOW - HOUR_MS })).toBe(true);
    expect(isCleanupDue({ ...wants, endsSinceCleanup: CLEANUP_AFTER_ENDS })).toBe(true);
  });
});

describe('what is forgotten', () => {
  const DAY_MS = 24 * HOUR_MS;
  it('is what was delivered a week ago and what died a month ago', () => {
    expect(forgettings({ delivered: 10, dead: 10 }, 0, NOW)).toEqual([
      { state: 'delivered', beforeMs: NOW - 7 * DAY_MS, excess: 0 },
      { state: 'dead', beforeMs: NOW - 30 * DAY_MS, excess: 0 },
    ]);
  });

  it('is what is over the count, the oldest first', () => {
    const [delivered, dead] = forgettings({ delivered: 10_003, dead: 100_001 }, 0, NOW);
    expect([delivered?.excess, dead?.excess]).toEqual([3, 1]);
  });

  it('is more where the object is full: what was delivered first, then dead letters', () => {
    const full = MAX_KEPT_BYTES + 1;
    const excess = (ended: { delivered: number; dead: number }) =>
      forgettings(ended, full, NOW).map((one) => one.excess);
    expect(excess({ delivered: 5, dead: 5 })).toEqual([ROWS_PER_CLEANUP, 0]);
    expect(excess({ delivered: 0, dead: 5 })).toEqual([0, ROWS_PER_CLEANUP]);
  });
});

describe('the fate of a delivery', () => {
  const answered = (status: number, retryAfter: string | null = null): AttemptResult => ({
    kind: 'answered',
    status,
    retryAfter,
  });
  const fateAfter = (result: AttemptResult, changes: Partial<Attempted> = {}) =>
    fateOf(
      { verdict: classify(result, NOW), error: 'it failed', atMs: NOW - 50, retries: null, isTest: false, ...changes },
      ...([newBudget(NOW), NOW, () => 0.5] as const),
    );

  it('is to be delivered, or dead, or to come again', () => {
    expect(fateAfter(answered(200), { error: null }).fate).toEqual({ kind: 'delivered' });
    expect(fateAfter(answered(400)).fate).toMatchObject({
      kind: 'dead',
      isGone: false,
      reason: expect.stringMatching(/^it failed; /),
    });
    expect(fateAfter(answered(410)).fate).toMatchObject({ kind: 'dead', isGone: true });
    expect(fateAfter(answered(500)).fate).toMatchObject({
      kind: 'again',
      retries: { firstAtMs: NOW - 50, attempts: 1 },
    });
  });

  it('waits as long as the receiver asked', () => {
    const { fate } = fateAfter(answered(429, '600'));
    expect(fate.kind === 'again' && fate.atMs).toBeGreaterThanOrEqual(NOW + 600_000);
  });

  it('takes a quick retry from the budget, and none for a slow one', () => {
    const before = newBudget(NOW).tokens;
    expect(fateAfter(answered(500)).budget.tokens).toBe(before - 1);
    expect(fateAfter(answered(301)).budget.tokens).toBe(before);
    expect(fateAfter(answered(200)).budget.tokens).toBe(before);
  });

  it('counts on from where the schedule stands, and ends with its time', () => {
    const retries = { firstAtMs: NOW - HOUR_MS, attempts: 3, lastWaitMs: 400 };
    expect(fateAfter(answered(500), { retries }).fate).toMatchObject({
      retries: { firstAtMs: NOW - HOUR_MS, attempts: 4 },
    });
    const old = { ...retries, firstAtMs: NOW - 100 * HOUR_MS };
    expect(fateAfter(answered(500), { retries: old }).fate).toMatchObject({
      kind: 'dead',
      reason: expect.stringContaining('4 times'),
    });
  });

  it('of a test is decided by one attempt', () => {
    expect(fateAfter(answered(500), { isTest: true }).fate).toMatchObject({ kind: 'dead', isGone: false });
    expect(fateAfter(answered(410), { isTest: true }).fate).toMatchObject({ kind: 'dead', isGone: false });
  });
});

describe('health', () => {
  it('gives percentiles that were measured', () => {
    const timings = Array.from({ length: 100 }, (_, i) => ({ atMs: NOW, durationMs: 100 - i }));
    expect(percentiles(timings)).toEqual({ p50Ms: 50, p95Ms: 95, p99Ms: 99 });
    expect(percentiles(timings.slice(0, 1))).toEqual({ p50Ms: 100, p95Ms: 100, p99Ms: 100 });
    expect(percentiles([])).toEqual({ p50Ms: null, p95Ms: null, p99Ms: null });
  });

  it('looks at the newest calls that are not too old', () => {
    const timings = [1, 2, 3, 4].map((i) => ({ atMs: NOW + i, durationMs: i }));
    expect(inWindow(timings, 2, NOW).map(({ durationMs }) => durationMs)).toEqual([3, 4]);
    expect(inWindow(timings, 9, NOW + 4).map(({ durationMs }) => durationMs)).toEqual([4]);
  });

  it.each([
    [null, 'healthy'],
    [0, 'healthy'],
    [0.0999, 'healthy'],
    [0.1, 'elevated'],
    [0.25, 'elevated'],
    [0.2501, 'critical'],
    [1, 'critical'],
  ])('calls a failure rate of %s %s', (rate, band) => {
    expect(bandOf(rate)).toBe(band);
  });
});

describe('a delivery that waits', () => {
  const queued: Delivery = {
    ...{ id: 'dst_1-evt_1', destinationId: 'dst_1', eventId: 'evt_1', type: 'alert.firing', subject: 'frg_1' },
    ...{ state: 'queued', createdAtMs: NOW - 9, attempts: 0, lastAttemptAtMs: null, nextAttemptAtMs: NOW - 9 },
    ...{ deliveredAtMs: null, lastOutcome: null, lastStatus: null, reason: null },
  };
  const none: Holds = { disabledReason: null, pausedUntilMs: 0, heldUntilMs: 0 };
  it.each<[string, Partial<Delivery>, Partial<Holds>, [string | null, number | null]]>([
    ['for its time', { nextAttemptAtMs: NOW + 5, reason: 'answered 503' }, {}, ['answered 503', NOW + 5]],
    ['for a hand', {}, { disabledReason: 'by_hand' }, ['the destination is disabled', null]],
    ['for a change', {}, { disabledReason: 'gone' }, ['the destination is disabled: it answered 410', null]],
    ['for the one before it', { nextAttemptAtMs: null }, {}, ['waits for the one before it of its subject', null]],
    ['for the breaker', {}, { heldUntilMs: NOW + 7 }, ['the breaker is open', NOW + 7]],
    [
      'for whoever isolated it',
      {},
      { heldUntilMs: Number.POSITIVE_INFINITY },
      ['the breaker is held open by hand', null],
    ],
    ['for the receiver', {}, { pausedUntilMs: NOW + 8 }, ['the receiver asked for a pause', NOW + 8]],
    ['for its own time, which is later', { nextAttemptAtMs: NOW + 9 }, { pausedUntilMs: NOW + 8 }, [null, NOW + 9]],
    [
      'for more than one thing',
      { reason: 'answered 503' },
      { heldUntilMs: NOW + 7 },
      ['answered 503; the breaker is open', NOW + 7],
    ],
  ])('says that it waits %s', (_, changes, holds, [reason, nextAttemptAtMs]) => {
    expect(explained({ ...queued, ...changes }, { ...none, ...holds }, NOW)).toMatchObject({ reason, nextAttemptAtMs });
  });

  it('is left as it is when it has ended', () => {
    const dead: Delivery = { ...queued, state: 'dead', reason: 'answered 400' };
    expect(explained(dead, { ...none, disabledReason: 'gone' }, NOW)).toEqual(dead);
  });
});

describe('a cursor of the list', () => {
  it('is read back as it was written, and nothing else is read', () => {
    expect(placeOf(cursorOf({ createdAtMs: NOW, seq: 7 }))).toEqual({ createdAtMs: NOW, seq: 7 });
    for (const text of ['', '1', '1.', '.1', '1.2.3', 'a.b', '-1.2', `${'9'.repeat(16)}.1`])
      expect(placeOf(text)).toBeNull();
  });
});
