import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BREAKER } from '../../src/wire/delivery.ts';
import {
  event,
  fakeReceiver,
  hang,
  movableClock,
  type TestDestination,
  testDestination,
} from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

const ok = () => new Response('ok');
const failing = () => new Response('broken', { status: 500 });
const breakerOf = async (destination: TestDestination) => (await destination.object.health()).breaker;
const transitionsOf = async (destination: TestDestination) =>
  (await destination.object.transitions(20)).map(({ from, to, reason }) => `${from} ${to} ${reason}`).reverse();

/** With a breaker that its first five events have opened, and no trickle. */
async function opened(changes: Parameters<typeof testDestination>[0] = {}): Promise<TestDestination> {
  const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, trickleCalls: 0 }, ...changes });
  await destination.enqueue(...Array.from({ length: 5 }, () => event()));
  await until('the breaker is open', async () => (await breakerOf(destination)).state === 'OPEN');
  return destination;
}

describe('a breaker', () => {
  it('opens where a receiver fails, and what comes then waits in the queue without an attempt', async () => {
    const receiver = fakeReceiver(failing);
    const destination = await opened();
    const before = receiver.calls.length;
    await destination.enqueue(...Array.from({ length: 50 }, () => event()));
    await destination.alarm();
    expect(receiver.calls).toHaveLength(before);
    const health = await destination.object.health();
    expect(health).toMatchObject({ backlog: 55, deadLetters: 0, status: 'critical', failureRate: 1 });
    expect(health.breaker.nextProbeAtMs).toBe(health.breaker.sinceMs + 30_000);
    expect(await transitionsOf(destination)).toEqual(['CLOSED OPEN failures']);
  });

  it('lets exactly the permitted probes out, however many events come at once', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(failing);
    const destination = await opened({ timeoutMs: 30_000 });
    receiver.calls.length = 0;
    receiver.answer = hang;
    clock.advance(30_000);
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => destination.enqueue(event())));
    expect(answers.every((answer) => 'accepted' in answer && answer.accepted === 1)).toBe(true);
    expect(receiver.calls).toHaveLength(DEFAULT_BREAKER.probes);
    expect(await breakerOf(destination)).toMatchObject({ state: 'HALF_OPEN', nextProbeAtMs: null });
    expect((await destination.object.health()).backlog).toBe(1_005);
  });

  it('closes when its probes arrive, and the backlog follows at its pace', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(failing);
    const destination = await opened({ maxPerSecond: 50 });
    await destination.enqueue(...Array.from({ length: 20 }, () => event()));
    receiver.calls.length = 0;
    receiver.answer = ok;
    clock.advance(30_000);
    await destination.alarm();
    await until('all are delivered', async () => (await destination.object.health()).backlog === 0);
    expect(receiver.calls).toHaveLength(25);
    const [first, last] = [receiver.calls[0]?.atMs ?? 0, receiver.calls[24]?.atMs ?? 0];
    expect(last - first).toBeGreaterThanOrEqual(24 * 20 - 10);
    expect(await transitionsOf(destination)).toEqual([
      'CLOSED OPEN failures',
      'OPEN HALF_OPEN probe_due',
      'HALF_OPEN CLOSED probes_passed',
    ]);
    const probes = await destination.sql(`SELECT count(*) AS n FROM attempts WHERE kind = 'probe'`);
    expect(probes).toEqual([{ n: DEFAULT_BREAKER.probes }]);
  });

  it('opens again where a probe fails', async () => {
    const clock = movableClock();
    fakeReceiver(failing);
    const destination = await opened();
    clock.advance(30_000);
    await destination.alarm();
    await until('it is open again', async () => (await transitionsOf(destination)).length === 3);
    expect((await transitionsOf(destination)).at(-1)).toBe('HALF_OPEN OPEN probes_failed');
  });

  it('while open lets a trickle of single attempts out, of a second each whatever the timeout of the destination', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(failing);
    const breaker = { ...DEFAULT_BREAKER, probeAfterMs: 600_000 };
    const destination = await opened({ breaker, timeoutMs: 30_000 });
    const trickled = () =>
      destination.sql(`SELECT outcome, duration_ms FROM attempts WHERE kind = 'trickle' AND outcome IS NOT NULL`);
    await until('the first of the trickle has failed', async () => (await trickled()).length === 1);
    receiver.calls.length = 0;
    receiver.answer = hang;
    for (const round of [1, 2]) {
      clock.advance(10_000);
      await destination.enqueue(...Array.from({ length: 20 }, () => event()));
      await until('one has ended', async () => (await trickled()).length === 1 + round);
      await destination.enqueue(event());
      await destination.alarm();
      expect(receiver.calls).toHaveLength(round);
    }
    for (const { outcome, duration_ms: durationMs } of (await trickled()).slice(1)) {
      expect(outcome).toBe('timeout');
      expect(durationMs).toBeGreaterThanOrEqual(950);
      expect(durationMs).toBeLessThan(25_000);
    }
    expect(await destination.object.health()).toMatchObject({ backlog: 47, breaker: { state: 'OPEN' } });
  });

  it('that opens because answers are slow says how many were', async () => {
    const clock = movableClock();
    fakeReceiver(() => {
      clock.advance(DEFAULT_BREAKER.slowCallMs + 1);
      return ok();
    });
    const destination = await testDestination();
    await destination.enqueue(...Array.from({ length: 5 }, () => event()));
    await until('the breaker is open', async () => (await breakerOf(destination)).state === 'OPEN');
    expect(await destination.object.transitions(1)).toMatchObject([
      { reason: 'slow_calls', failureRate: 0, slowCallRate: 1, calls: 5 },
    ]);
    const { window, slowCallRate, failureRate, p50Ms, p99Ms } = await destination.object.health();
    expect([window, slowCallRate, failureRate]).toEqual([{ calls: 5, failed: 0, slow: 5 }, 1, 0]);
    for (const tookMs of [p50Ms, p99Ms]) expect(tookMs).toBeGreaterThan(DEFAULT_BREAKER.slowCallMs);
  });

  it('that was closed lets the queue go at once', async () => {
    const receiver = fakeReceiver(failing);
    const destination = await opened();
    receiver.answer = ok;
    await destination.object.act('isolate', 'usr_1');
    expect(await breakerOf(destination)).toMatchObject({ state: 'OPEN', isolated: true, nextProbeAtMs: null });
    await destination.enqueue(event());
    await destination.object.act('close', 'usr_2');
    await until('all are delivered', async () => (await destination.object.health()).backlog === 0);
    const [close, isolate] = await destination.object.transitions(2);
    expect([close, isolate]).toMatchObject([
      { to: 'CLOSED', reason: 'by_hand', by: 'usr_2' },
      { to: 'OPEN', reason: 'isolated', by: 'usr_1' },
    ]);
  });

  it('that was closed by hand ends a pause that the receiver asked for', async () => {
    const receiver = fakeReceiver(() => new Response('', { status: 429, headers: { 'retry-after': '3600' } }));
    const destination = await testDestination();
    const [first, second] = [event(), event()];
    await destination.enqueue(first);
    await until('it was asked', async () => (await destination.delivery(first.id))?.lastOutcome === 'throttled');
    await destination.enqueue(second);
    expect(await destination.delivery(second.id)).toMatchObject({
      reason: 'the receiver asked for a pause',
      nextAttemptAtMs: expect.closeTo(Date.now() + 3_600_000, -5),
    });
    receiver.answer = ok;
    await destination.object.act('close', 'usr_1');
    await until('it is delivered', async () => (await destination.delivery(second.id))?.state === 'delivered');
  });

  it('keeps no pause of a receiver that was replaced by another', async () => {
    const receiver = fakeReceiver(() => new Response('', { status: 429, headers: { 'retry-after': '3600' } }));
    const destination = await testDestination();
    const [first, second] = [event(), event()];
    await destination.enqueue(first);
    await until('it was asked', async () => (await destination.delivery(first.id))?.lastOutcome === 'throttled');
    receiver.answer = ok;
    await destination.enqueue(second);
    await destination.change({ name: 'Renamed' });
    expect((await destination.delivery(second.id))?.state).toBe('queued');
    await destination.change({ url: 'http://127.0.0.1:9100/other' });
    await until('it is delivered', async () => (await destination.delivery(second.id))?.state === 'delivered');
  });

  it('is as it was after an eviction', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(failing);
    const destination = await opened();
    const before = await destination.object.health();
    await evictDurableObject(env.DESTINATION.getByName(destination.id));
    const after = await destination.object.health();
    expect(after.breaker).toEqual(before.breaker);
    expect([after.window, after.p50Ms, after.backlog]).toEqual([before.window, before.p50Ms, before.backlog]);
    receiver.answer = ok;
    clock.advance(30_000);
    await destination.alarm();
    await until('all are delivered', async () => (await destination.object.health()).backlog === 0);
  });

  it('is closed since it was made, also to an instance that comes before the first call', async () => {
    const clock = movableClock();
    const destination = await testDestination();
    const before = await breakerOf(destination);
    clock.advance(60_000);
    await evictDurableObject(env.DESTINATION.getByName(destination.id));
    expect((await breakerOf(destination)).sinceMs).toBe(before.sinceMs);
  });
});

describe('health', () => {
  it('says what the calls of the window took and came to', async () => {
    const receiver = fakeReceiver((_, index) => (index < 9 ? ok() : failing()));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, minimumCalls: 50 } });
    expect(await destination.object.health()).toMatchObject({
      ...{ status: 'healthy', failureRate: null, p50Ms: null, backlog: 0, oldestQueuedAtMs: null, lastWarmAtMs: null },
    });
    let toldAtMs = 0;
    for (let i = 1; i <= 10; i++) {
      toldAtMs = Date.now();
      await destination.enqueue(event());
      await until('it was sent', () => receiver.calls.length === i);
    }
    receiver.answer = hang;
    const lastAtMs = receiver.calls[9]?.atMs ?? 0;
    await until('it has ended', async () => (await destination.object.health()).window.calls === 10);
    const health = await destination.object.health();
    expect(health).toMatchObject({ status: 'elevated', failureRate: 0.1, window: { calls: 10, failed: 1, slow: 0 } });
    expect(health.p50Ms).toBeLessThanOrEqual(health.p99Ms ?? 0);
    expect(health.backlog).toBe(1);
    // Since it was told, a moment before it was sent.
    expect(health.oldestQueuedAtMs).toBeGreaterThanOrEqual(toldAtMs);
    expect(health.oldestQueuedAtMs).toBeLessThanOrEqual(lastAtMs);
    expect(health.retryBudget).toEqual({ left: expect.any(Number), most: 100 });
    expect(health.dns).toMatchObject({ hits: 0, misses: 0, ratio: null });
  });

  it('forgets the calls of a window that is over, also while nobody calls', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver((_, index) => (index === 0 ? new Response('', { status: 400 }) : failing()));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, minimumCalls: 50 } });
    await destination.enqueue(event(), event());
    await until('quick retries are over', async () => (await destination.object.health()).window.calls === 6);
    expect(await destination.object.health()).toMatchObject({ window: { failed: 5 }, p50Ms: expect.any(Number) });
    const asked = receiver.calls.length;
    receiver.answer = hang;
    clock.advance(DEFAULT_BREAKER.windowMs + 1);
    expect(await destination.object.health()).toMatchObject({
      ...{ window: { calls: 0, failed: 0, slow: 0 }, failureRate: null, slowCallRate: null, p50Ms: null, p99Ms: null },
    });
    expect(receiver.calls).toHaveLength(asked);
  });
});
