import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BREAKER } from '../../src/wire/delivery.ts';
import { event, fakeReceiver, movableClock, testDestination } from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

const DAYS_MS = 40 * 86_400_000;
const ok = () => new Response('ok');

describe('after a clock that was 40 days ahead is right again', () => {
  it('a pause that the receiver asked for is as long as it asked', async () => {
    const clock = movableClock();
    clock.advance(DAYS_MS);
    fakeReceiver(() => new Response('', { status: 429, headers: { 'retry-after': '3600' } }));
    const destination = await testDestination();
    const [first, second] = [event(), event()];
    await destination.enqueue(first);
    await until('it was asked', async () => (await destination.delivery(first.id))?.lastOutcome === 'throttled');
    clock.advance(-DAYS_MS);
    await destination.enqueue(second);
    expect(await destination.delivery(second.id)).toMatchObject({
      reason: 'the receiver asked for a pause',
      nextAttemptAtMs: expect.closeTo(Date.now() + 3_600_000, -5),
    });
    await evictDurableObject(env.DESTINATION.getByName(destination.id));
    expect((await destination.delivery(second.id))?.nextAttemptAtMs).toBeLessThan(Date.now() + 3_600_001);
  });

  it('what waits for a retry goes', async () => {
    const clock = movableClock();
    clock.advance(DAYS_MS);
    const receiver = fakeReceiver(() => new Response('', { status: 301 }));
    const destination = await testDestination();
    const sent = event();
    await destination.enqueue(sent);
    await until('it was tried', async () => (await destination.delivery(sent.id))?.lastOutcome === 'redirect');
    receiver.answer = ok;
    clock.advance(-DAYS_MS);
    await destination.alarm();
    await until('it is delivered', async () => (await destination.delivery(sent.id))?.state === 'delivered');
  });

  it('what an open breaker held back goes by the clock as it is', async () => {
    const clock = movableClock();
    clock.advance(DAYS_MS);
    const receiver = fakeReceiver(() => new Response('', { status: 500 }));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, trickleCalls: 0 } });
    await destination.enqueue(...Array.from({ length: 5 }, () => event()));
    await until('it is open', async () => (await destination.object.health()).breaker.state === 'OPEN');
    receiver.answer = ok;
    clock.advance(-DAYS_MS);
    // Looks, and finds that it is to wait for its probes.
    await destination.alarm();
    clock.advance(30_000);
    await destination.alarm();
    await until('all are delivered', async () => (await destination.object.health()).backlog === 0);
  });
});
