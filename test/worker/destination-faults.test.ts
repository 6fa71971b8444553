import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
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

const stubOf = ({ id }: TestDestination) => env.DESTINATION.getByName(id);
const alarmOf = (destination: TestDestination) =>
  runInDurableObject(stubOf(destination), (_, { storage }) => storage.getAlarm());
const logOf = async (destination: TestDestination, { id }: { id: string }) =>
  (await destination.object.find(`${destination.id}-${id}`))?.log ?? [];

/** What a crash leaves of an attempt: its start, and no end. Written so, because an instance that is evicted here ends what it does. */
async function crashInAttempt(destination: TestDestination, eventId: string, kind = 'normal'): Promise<void> {
  await runInDurableObject(stubOf(destination), (_, { storage }) => {
    const { sql } = storage;
    sql.exec(
      `UPDATE deliveries SET state = 'delivering', next_attempt_at_ms = NULL, ended_at_ms = NULL WHERE event_id = ?`,
      eventId,
    );
    sql.exec(
      `UPDATE attempts SET outcome = NULL, kind = ? WHERE delivery = (SELECT seq FROM deliveries WHERE event_id = ?)`,
      ...[kind, eventId],
    );
  });
  await evictDurableObject(stubOf(destination));
}

describe('an instance that dies', () => {
  it('in an attempt leaves it as lost, and the event is sent again under its id with a new time', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver();
    const destination = await testDestination();
    const sent = event();
    await destination.enqueue(sent);
    await until('it is delivered', async () => (await destination.delivery(sent.id))?.state === 'delivered');
    await crashInAttempt(destination, sent.id);
    clock.advance(3_000);
    await destination.alarm();
    await until('it is delivered again', () => receiver.calls.length === 2);
    await until('it is written', async () => (await destination.delivery(sent.id))?.state === 'delivered');
    expect((await logOf(destination, sent)).map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'lost'],
      [2, 'delivered'],
    ]);
    const [first, second] = receiver.calls.map(({ headers }) => headers);
    expect(second?.get('webhook-id')).toBe(first?.get('webhook-id'));
    expect(Number(second?.get('webhook-timestamp'))).toBeGreaterThan(Number(first?.get('webhook-timestamp')));
    expect(second?.get('webhook-signature')).not.toBe(first?.get('webhook-signature'));
    expect((await destination.object.health()).window).toMatchObject({ failed: 0 });
  });

  it('in a test leaves a dead letter that is not counted, and nothing is sent again', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination();
    const sent = event({ type: 'destination.test' });
    await destination.object.sendTest(sent);
    await crashInAttempt(destination, sent.id, 'test');
    await destination.alarm();
    expect(await destination.delivery(sent.id)).toMatchObject({ state: 'dead', lastOutcome: 'lost' });
    expect(await destination.object.health()).toMatchObject({ deadLetters: 0, backlog: 0 });
    expect(receiver.calls).toHaveLength(1);
  });

  it('with a queue goes on when anybody calls it, before its alarm', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination({ disabled: true });
    const sent = event();
    await destination.enqueue(sent);
    await runInDurableObject(stubOf(destination), (_, { storage }) => {
      storage.sql.exec(`UPDATE meta SET value = json_set(value, '$.disabled', json('false')) WHERE name = 'config'`);
    });
    await evictDurableObject(stubOf(destination));
    await destination.object.health();
    await until('it is sent', () => receiver.calls.length === 1);
  });

  it('gives the places of its probes back', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(() => new Response('', { status: 500 }));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, trickleCalls: 0 } });
    const sent = Array.from({ length: 5 }, () => event());
    await destination.enqueue(...sent);
    await until('it is open', async () => (await destination.object.health()).breaker.state === 'OPEN');
    clock.advance(30_000);
    receiver.answer = hang;
    await destination.alarm();
    await until('the probes are out', async () => (await destination.object.health()).breaker.nextProbeAtMs === null);
    // As a crash leaves it: the row with three leases, and the instance gone.
    const [row] = await destination.sql<{ value: string }>(`SELECT value FROM meta WHERE name = 'receiver'`);
    const other = await testDestination({ breaker: { ...DEFAULT_BREAKER, trickleCalls: 0 } });
    await runInDurableObject(stubOf(other), (_, { storage }) => {
      storage.sql.exec(`INSERT OR REPLACE INTO meta (name, value) VALUES ('receiver', ?)`, row?.value ?? '');
    });
    await evictDurableObject(stubOf(other));
    receiver.answer = () => new Response('ok');
    await other.enqueue(...Array.from({ length: 3 }, () => event()));
    await until('it is closed', async () => (await other.object.health()).breaker.state === 'CLOSED');
  });
});

describe('the alarm', () => {
  it('is armed with what was begun, so that a crash at any point is found within seconds', async () => {
    fakeReceiver(hang);
    const destination = await testDestination();
    const beforeMs = Date.now();
    await destination.enqueue(event());
    const atMs = (await alarmOf(destination)) ?? 0;
    expect(atMs).toBeGreaterThan(beforeMs);
    expect(atMs).toBeLessThanOrEqual(Date.now() + 5_000);
  });

  it('that goes off under a living attempt leaves it alone', async () => {
    const gate = Promise.withResolvers<void>();
    const receiver = fakeReceiver(async () => {
      await gate.promise;
      return new Response('ok');
    });
    const destination = await testDestination();
    const sent = event();
    await destination.enqueue(sent);
    await destination.alarm();
    await destination.alarm();
    gate.resolve();
    await until('it is delivered', async () => (await destination.delivery(sent.id))?.state === 'delivered');
    expect(receiver.calls).toHaveLength(1);
    expect(await logOf(destination, sent)).toHaveLength(1);
  });

  it('takes up a retry that is hours away', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(() => new Response(null, { status: 301 }));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, minimumCalls: 1_000 } });
    const sent = event();
    await destination.enqueue(sent);
    for (let attempt = 1; attempt <= 8; attempt++) {
      await until('it was tried', async () => (await logOf(destination, sent)).length === attempt);
      const dueAtMs = (await destination.delivery(sent.id))?.nextAttemptAtMs ?? 0;
      expect(await alarmOf(destination)).toBeLessThanOrEqual(dueAtMs + 5_000);
      clock.advance(dueAtMs - Date.now());
      await destination.alarm();
    }
    expect(receiver.calls.length).toBeGreaterThanOrEqual(8);
  });

  it('makes a dead letter of what has failed for three days, with a last attempt then, and not before', async () => {
    const clock = movableClock();
    fakeReceiver(() => new Response(null, { status: 301 }));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, minimumCalls: 1_000 } });
    const sent = event();
    await destination.enqueue(sent);
    for (let attempt = 1; (await destination.delivery(sent.id))?.state !== 'dead'; attempt++) {
      await until('it was tried', async () => {
        const delivery = await destination.delivery(sent.id);
        return delivery?.attempts === attempt && delivery.state !== 'delivering';
      });
      const dueAtMs = (await destination.delivery(sent.id))?.nextAttemptAtMs ?? Date.now();
      clock.advance(Math.max(0, dueAtMs - Date.now()));
      await destination.alarm();
    }
    const log = await logOf(destination, sent);
    const livedMs = (log.at(-1)?.atMs ?? 0) - (log[0]?.atMs ?? 0);
    expect(livedMs).toBeGreaterThanOrEqual(72 * 3_600_000 - 1_000);
    expect(livedMs).toBeLessThan(72 * 3_600_000 + 60_000);
    expect((await destination.delivery(sent.id))?.reason).toContain('its time is over');
    expect(await destination.object.health()).toMatchObject({ backlog: 0, deadLetters: 1 });
  });

  it('for the cleanup is not put off by instances that come and go', async () => {
    const clock = movableClock();
    const destination = await testDestination();
    const atMs = (await alarmOf(destination)) ?? 0;
    clock.advance(1_800_000);
    await evictDurableObject(stubOf(destination));
    await destination.object.health();
    expect(await alarmOf(destination)).toBe(atMs);
  });

  it('forgets what was delivered a week ago and what died a month ago, with its log', async () => {
    const clock = movableClock();
    const DAY_MS = 86_400_000;
    fakeReceiver((_, index) => new Response('', { status: index === 0 ? 400 : 200 }));
    const destination = await testDestination();
    const [dead, delivered] = [event(), event()];
    for (const sent of [dead, delivered]) {
      await destination.enqueue(sent);
      await until('it has ended', async () => (await destination.object.health()).backlog === 0);
    }
    clock.advance(7 * DAY_MS + 1);
    await destination.alarm();
    expect((await destination.deliveries()).map(({ eventId }) => eventId)).toEqual([dead.id]);
    clock.advance(23 * DAY_MS);
    await destination.alarm();
    for (const table of ['deliveries', 'attempts'])
      expect(await destination.sql(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: 0 }]);
  });
});

describe('a receiver that hangs', () => {
  it('is given up after its time', async () => {
    const receiver = fakeReceiver(hang);
    const destination = await testDestination({ timeoutMs: 1_000 });
    const sent = event();
    await destination.enqueue(sent);
    await until('it has ended', async () => (await logOf(destination, sent)).length > 0);
    const [attempt] = await logOf(destination, sent);
    expect(attempt).toMatchObject({
      outcome: 'timeout',
      status: null,
      headersMs: null,
      error: 'no answer in time',
    });
    expect(attempt?.durationMs).toBeGreaterThanOrEqual(950);
    expect(receiver.calls[0]?.signal.aborted).toBe(true);
  });

  it('in the body of its answer is given up too', async () => {
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(10)) });
    fakeReceiver(() => new Response(endless));
    const destination = await testDestination({ timeoutMs: 1_000 });
    const sent = event();
    await destination.enqueue(sent);
    await until('it has ended', async () => (await logOf(destination, sent)).length > 0);
    expect((await logOf(destination, sent))[0]).toMatchObject({
      outcome: 'timeout',
      status: 200,
      headersMs: expect.any(Number),
    });
  });
});
