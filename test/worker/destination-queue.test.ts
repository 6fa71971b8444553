import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { DestinationConfig } from '../../src/delivery/calls.ts';
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

const status = (code: number, headers: Record<string, string> = {}) => new Response(null, { status: code, headers });
const eventOf = (body: string): unknown => JSON.parse(body).data.number;
const numbered = (number: number, subject = `frg_${number}`) => event({ subject, data: { number } });
const stateOf = async (destination: TestDestination, { id }: { id: string }) => (await destination.delivery(id))?.state;
const isState = (destination: TestDestination, sent: { id: string }, state: string) => async () =>
  (await stateOf(destination, sent)) === state;

describe('an event', () => {
  it('is sent at once, under the id of its delivery, and kept with what became of it', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination();
    const sent = event();
    expect(await destination.enqueue(sent)).toEqual({ accepted: 1, repeated: 0 });
    await until('it is delivered', isState(destination, sent, 'delivered'));
    expect(receiver.calls).toHaveLength(1);
    const [call] = receiver.calls;
    expect(call?.headers.get('webhook-id')).toBe(`${destination.id}-${sent.id}`);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ type: 'alert.firing', data: { id: 'ntc_1' } });
    expect(await destination.delivery(sent.id)).toMatchObject({
      ...{ id: `${destination.id}-${sent.id}`, attempts: 1, lastOutcome: 'delivered', lastStatus: 200, reason: null },
      ...{ nextAttemptAtMs: null, deliveredAtMs: expect.any(Number) },
    });
  });

  it('that is told twice is delivered once', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination();
    const sent = event();
    expect(await destination.enqueue(sent, sent)).toEqual({ accepted: 1, repeated: 1 });
    expect(await destination.enqueue(sent)).toEqual({ accepted: 0, repeated: 1 });
    await until('it is delivered', isState(destination, sent, 'delivered'));
    expect(await destination.enqueue(sent)).toEqual({ accepted: 0, repeated: 1 });
    expect(receiver.calls).toHaveLength(1);
  });

  it('is not taken by an object that nobody has told what it is', async () => {
    expect(await env.DESTINATION.getByName('dst_nobody').enqueue([event()])).toEqual({ kind: 'not_configured' });
  });

  it('that failed comes again, the same under the same id, until it is delivered', async () => {
    const receiver = fakeReceiver((_, index) => status(index < 3 ? 503 : 204));
    const destination = await testDestination();
    const sent = event();
    await destination.enqueue(sent);
    await until('it is delivered', isState(destination, sent, 'delivered'));
    expect(new Set(receiver.calls.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1);
    expect(new Set(receiver.calls.map(({ body }) => body)).size).toBe(1);
    const log = (await destination.object.find(`${destination.id}-${sent.id}`))?.log ?? [];
    expect(log.map(({ number, outcome, status }) => [number, outcome, status])).toEqual([
      [1, 'server_error', 503],
      [2, 'server_error', 503],
      [3, 'server_error', 503],
      [4, 'delivered', 204],
    ]);
  });

  it('that fails comes again after about 100, 200, 400 and 800 ms, each time with the time at which it is sent, then after a minute', async () => {
    const receiver = fakeReceiver(() => status(500));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, minimumCalls: 50 } });
    const sent = event();
    await destination.enqueue(sent);
    const dueAtMs = async () => (await destination.delivery(sent.id))?.nextAttemptAtMs ?? 0;
    await until(
      'it waits for long',
      async () => receiver.calls.length === 5 && (await dueAtMs()) > Date.now() + 15_000,
    );
    const sentAtMs = receiver.calls.map(({ atMs }) => atMs);
    const waitsMs = [...sentAtMs.slice(1), await dueAtMs()].map((atMs, i) => atMs - (sentAtMs[i] ?? 0));
    // From half of a step to one and a half; a busy machine is late, by how much nobody knows, and never early.
    for (const [i, stepMs] of [100, 200, 400, 800, 60_000].entries()) {
      expect(waitsMs[i]).toBeGreaterThanOrEqual(stepMs / 2);
      expect(waitsMs[i]).toBeLessThanOrEqual(stepMs * 1.5 + 20_000);
    }
    const log = (await destination.object.find(`${destination.id}-${sent.id}`))?.log ?? [];
    for (const [i, { headers, atMs }] of receiver.calls.entries()) {
      const signedAtS = Number(headers.get('webhook-timestamp'));
      expect(signedAtS).toBeGreaterThanOrEqual(Math.floor((log[i]?.atMs ?? Number.POSITIVE_INFINITY) / 1_000));
      expect(signedAtS * 1_000).toBeLessThanOrEqual(atMs);
    }
  });

  it('that was refused is a dead letter at once: the same again would be refused again', async () => {
    const receiver = fakeReceiver(() => status(422));
    const destination = await testDestination();
    const sent = event();
    await destination.enqueue(sent);
    await until('it is dead', isState(destination, sent, 'dead'));
    expect(receiver.calls).toHaveLength(1);
    expect(await destination.delivery(sent.id)).toMatchObject({ lastOutcome: 'refused', lastStatus: 422 });
    expect(await destination.object.health()).toMatchObject({ backlog: 0, deadLetters: 1 });
  });
});

describe('quick retries', () => {
  it('are made within the budget of the destination: what is over it waits for a minute', async () => {
    const receiver = fakeReceiver(() => status(500));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, minimumCalls: 1_000 } });
    expect((await destination.object.health()).retryBudget).toEqual({ left: 10, most: 100 });
    await destination.enqueue(...Array.from({ length: 20 }, (_, i) => numbered(i)));
    await until('all wait for long', async () =>
      (await destination.deliveries()).every(({ nextAttemptAtMs }) => (nextAttemptAtMs ?? 0) > Date.now() + 15_000),
    );
    // 10 that it began with, a fifth for each first attempt, and what the seconds of this test earn.
    expect(receiver.calls.length).toBeGreaterThanOrEqual(20 + 13);
    expect(receiver.calls.length).toBeLessThanOrEqual(20 + 18);
    expect(await destination.object.health()).toMatchObject({ backlog: 20, deadLetters: 0, retryBudget: { left: 0 } });
  });
});

describe('a redirect', () => {
  it('is not followed, and is a failure', async () => {
    const receiver = fakeReceiver(() => status(301, { location: 'http://127.0.0.1:9100/other' }));
    const destination = await testDestination();
    const sent = event();
    await destination.enqueue(sent);
    await until('it was tried', async () => (await destination.delivery(sent.id))?.lastOutcome === 'redirect');
    expect(receiver.calls).toHaveLength(1);
    expect((await destination.delivery(sent.id))?.nextAttemptAtMs).toBeGreaterThan(Date.now() + 10_000);
  });
});

describe('a destination that keeps the order', () => {
  const ordered: Partial<DestinationConfig> = { ordered: true };

  it('sends the next event of a subject when the one before it has arrived, and others meanwhile', async () => {
    const gate = Promise.withResolvers<void>();
    const receiver = fakeReceiver(async ({ body }, index) => {
      if (eventOf(body) === 1 && index === 0) {
        await gate.promise;
        return status(500);
      }
      return status(200);
    });
    const destination = await testDestination(ordered);
    const [first, second, third] = [numbered(1, 'frg_a'), numbered(2, 'frg_a'), numbered(3, 'frg_a')];
    const other = numbered(4, 'frg_b');
    await destination.enqueue(first, second, third, other);
    await until('the other subject is delivered', isState(destination, other, 'delivered'));
    expect(receiver.calls.map(({ body }) => eventOf(body)).sort()).toEqual([1, 4]);
    expect(await destination.delivery(second.id)).toMatchObject({
      nextAttemptAtMs: null,
      reason: expect.stringContaining('before it'),
    });
    gate.resolve();
    await until('the last is delivered', isState(destination, third, 'delivered'));
    expect(receiver.calls.map(({ body }) => eventOf(body)).filter((number) => number !== 4)).toEqual([1, 1, 2, 3]);
  });

  it('goes on behind a dead letter', async () => {
    fakeReceiver(({ body }) => status(eventOf(body) === 1 ? 400 : 200));
    const destination = await testDestination(ordered);
    const [first, second] = [numbered(1, 'frg_a'), numbered(2, 'frg_a')];
    await destination.enqueue(first, second);
    await until('the second is delivered', isState(destination, second, 'delivered'));
    expect(await stateOf(destination, first)).toBe('dead');
  });

  it('holds what waits already to it when it becomes one, and lets go when it ceases to be one', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination({ disabled: true });
    const sent = [numbered(1, 'frg_a'), numbered(2, 'frg_a'), numbered(3, 'frg_a')];
    await destination.enqueue(...sent);
    await destination.change({ ordered: true });
    const due = await destination.sql('SELECT next_attempt_at_ms IS NOT NULL AS due FROM deliveries ORDER BY seq');
    expect(due).toEqual([{ due: 1 }, { due: 0 }, { due: 0 }]);
    receiver.answer = hang;
    await destination.change({ disabled: false });
    await until('the first is under way', () => receiver.calls.length === 1);
    await destination.change({ ordered: false });
    await until('all are under way', () => receiver.calls.length === 3);
  });
});

describe('the pace of a destination', () => {
  it('holds for a backlog too: attempts are as far apart as the rate says', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination({ maxPerSecond: 20, disabled: true });
    const sent = Array.from({ length: 15 }, (_, i) => numbered(i));
    await destination.enqueue(...sent);
    await destination.change({ disabled: false });
    await until('all are sent', () => receiver.calls.length === 15);
    const gaps = receiver.calls.slice(1).map(({ atMs }, i) => atMs - (receiver.calls[i]?.atMs ?? 0));
    // The call is some moments behind the decision: one may be late, and the next then seems to be early.
    expect(Math.min(...gaps)).toBeGreaterThan(30);
    const [first, last] = [receiver.calls[0]?.atMs ?? 0, receiver.calls[14]?.atMs ?? 0];
    expect(last - first).toBeGreaterThanOrEqual(14 * 50 - 10);
  });

  it('has five attempts under way at most', async () => {
    const gate = Promise.withResolvers<void>();
    const receiver = fakeReceiver(async () => {
      await gate.promise;
      return status(200);
    });
    const destination = await testDestination();
    await destination.enqueue(...Array.from({ length: 20 }, (_, i) => numbered(i)));
    await until('five are under way', () => receiver.open === 5);
    await destination.enqueue(numbered(20));
    expect(receiver.calls).toHaveLength(5);
    gate.resolve();
    await until('all are delivered', async () => (await destination.object.health()).backlog === 0);
    expect(receiver.mostOpen).toBe(5);
    expect(receiver.calls).toHaveLength(21);
  });
});

describe('a receiver that asks for a pause', () => {
  it.each([
    ['seconds', (nowMs: number) => [nowMs, '120'] as const],
    ['a date', (nowMs: number) => [nowMs, new Date(nowMs + 121_000).toUTCString()] as const],
  ])('in %s gets nothing until then, neither that event nor another', async (_, ask) => {
    const clock = movableClock();
    const receiver = fakeReceiver((_, index) =>
      index === 0 ? status(429, { 'retry-after': ask(Date.now())[1] }) : status(200),
    );
    const destination = await testDestination();
    const [first, second] = [numbered(1), numbered(2)];
    await destination.enqueue(first);
    await until(
      'it was asked to wait',
      async () => (await destination.delivery(first.id))?.lastOutcome === 'throttled',
    );
    await destination.enqueue(second);
    await destination.alarm();
    expect(receiver.calls).toHaveLength(1);
    expect((await destination.delivery(first.id))?.nextAttemptAtMs).toBeGreaterThanOrEqual(Date.now() + 119_000);
    clock.advance(118_000);
    await destination.alarm();
    expect(receiver.calls).toHaveLength(1);
    clock.advance(20_000);
    await destination.alarm();
    await until('both are delivered', async () => (await destination.object.health()).backlog === 0);
    expect(receiver.calls).toHaveLength(3);
  });
});

describe('a receiver that cannot be reached behind its gateway', () => {
  it.each([502, 504])('gets nothing for five seconds after %i, neither that event nor another', async (code) => {
    const clock = movableClock();
    const receiver = fakeReceiver((_, index) => status(index === 0 ? code : 200));
    const destination = await testDestination();
    const [first, second] = [numbered(1), numbered(2)];
    await destination.enqueue(first);
    const outcome = async () => (await destination.delivery(first.id))?.lastOutcome;
    await until('it was answered', async () => (await outcome()) === 'throttled');
    expect((await destination.object.health()).window).toMatchObject({ calls: 1, failed: 1 });
    await destination.enqueue(second);
    clock.advance(4_000);
    await destination.alarm();
    expect(receiver.calls).toHaveLength(1);
    // Half of five seconds to one and a half, and not before the pause is over.
    clock.advance(4_000);
    await destination.alarm();
    await until('both are delivered', async () => (await destination.object.health()).backlog === 0);
    expect(receiver.calls).toHaveLength(3);
  });
});

describe('a destination that is disabled', () => {
  it('by hand takes events in and keeps them until it is enabled', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination({ disabled: true });
    await destination.enqueue(numbered(1), numbered(2));
    await destination.alarm();
    expect(receiver.calls).toEqual([]);
    expect(await destination.object.health()).toMatchObject({ disabled: true, disabledReason: 'by_hand', backlog: 2 });
    await destination.change({ disabled: false });
    await until('both are delivered', async () => (await destination.object.health()).backlog === 0);
    expect(receiver.calls).toHaveLength(2);
  });

  it('because it answered 410 keeps what waits, and is tried again when somebody changes it', async () => {
    const receiver = fakeReceiver(() => status(410));
    const destination = await testDestination({ maxPerSecond: 10 });
    const sent = [numbered(1), numbered(2), numbered(3)];
    await destination.enqueue(...sent);
    await until('it is disabled', async () => (await destination.object.health()).disabledReason === 'gone');
    expect(receiver.calls).toHaveLength(1);
    expect(await stateOf(destination, sent[0] as never)).toBe('dead');
    await destination.alarm();
    expect(await destination.object.health()).toMatchObject({ disabled: true, backlog: 2, deadLetters: 1 });
    receiver.answer = () => status(200);
    await destination.change({});
    await destination.object.replay({ kind: 'all' });
    await until('all are delivered', async () => (await destination.object.health()).backlog === 0);
    expect(await destination.object.health()).toMatchObject({ disabled: false, disabledReason: null, deadLetters: 0 });
    expect(receiver.calls.map(({ body }) => eventOf(body)).sort()).toEqual([1, 1, 2, 3]);
  });

  it('goes by the newest configuration, in whichever order they come', async () => {
    fakeReceiver();
    const destination = await testDestination({ version: 7 });
    await destination.object.configure({ ...destination.config, version: 6, name: 'Older' });
    expect((await destination.object.health()).name).toBe('Receiver');
    await destination.object.configure({ ...destination.config, version: 8, name: 'Newer' });
    expect((await destination.object.health()).name).toBe('Newer');
  });
});

describe('dead letters', () => {
  const dead = async (destination: TestDestination, events: number) => {
    const sent = Array.from({ length: events }, (_, i) => numbered(i));
    for (const one of sent) {
      await destination.enqueue(one);
      await until('it is dead', isState(destination, one, 'dead'));
    }
    return sent;
  };

  it('are replayed one by one, under the same id, with their schedule from the start', async () => {
    const receiver = fakeReceiver(() => status(400));
    const destination = await testDestination();
    const [sent] = await dead(destination, 1);
    receiver.answer = (_, index) => status(index === 1 ? 500 : 200);
    const id = `${destination.id}-${sent?.id}`;
    expect(await destination.object.replay({ kind: 'one', id })).toEqual({ kind: 'replayed', deliveries: 1 });
    await until('it is delivered', isState(destination, sent as never, 'delivered'));
    expect(receiver.calls.map(({ headers }) => headers.get('webhook-id'))).toEqual([id, id, id]);
    expect((await destination.object.find(id))?.log.map(({ outcome }) => outcome)).toEqual([
      'refused',
      'server_error',
      'delivered',
    ]);
    expect(await destination.object.replay({ kind: 'one', id: `${destination.id}-evt_none` })).toEqual({
      kind: 'not_found',
    });
    expect(await destination.object.replay({ kind: 'one', id: 'another' })).toEqual({ kind: 'not_found' });
  });

  it('of some events are replayed in one call, and of those only what is dead', async () => {
    const receiver = fakeReceiver(() => status(400));
    const destination = await testDestination({ maxPerSecond: 100 });
    const sent = await dead(destination, 3);
    receiver.answer = () => status(200);
    const eventIds = [...sent.slice(0, 2).map(({ id }) => id), 'evt_none'];
    const replay = () => destination.object.replay({ kind: 'dead', eventIds });
    expect(await replay()).toEqual({ kind: 'replayed', deliveries: 2 });
    for (const one of sent.slice(0, 2)) await until('it is delivered', isState(destination, one, 'delivered'));
    expect(await replay()).toEqual({ kind: 'replayed', deliveries: 0 });
    expect((await destination.object.health()).deadLetters).toBe(1);
    expect(receiver.calls.length).toBe(5);
  });

  it('of a range, oldest first, and all of them', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(() => status(400));
    const destination = await testDestination({ maxPerSecond: 100 });
    const sent = await dead(destination, 2);
    clock.advance(60_000);
    const fromMs = Date.now();
    const later = await dead(destination, 3);
    receiver.calls.length = 0;
    receiver.answer = () => status(200);
    const range = { kind: 'range' as const, fromMs, toMs: fromMs + 60_000 };
    expect(await destination.object.replay(range)).toEqual({ kind: 'replayed', deliveries: 3 });
    await until(
      'they are delivered',
      async () => (await destination.object.health()).deadLetters === 2 && receiver.calls.length === 3,
    );
    expect(receiver.calls.map(({ headers }) => headers.get('webhook-id'))).toEqual(
      later.map(({ id }) => `${destination.id}-${id}`),
    );
    expect(await destination.object.replay({ kind: 'all' })).toEqual({ kind: 'replayed', deliveries: 2 });
    await until('all are delivered', async () => (await destination.object.health()).backlog === 0);
    expect(await stateOf(destination, sent[0] as never)).toBe('delivered');
  });

  it('of an ordered subject come back one after the other', async () => {
    const receiver = fakeReceiver(() => status(400));
    const destination = await testDestination({ ordered: true });
    const sent = [numbered(1, 'frg_a'), numbered(2, 'frg_a'), numbered(3, 'frg_b')];
    await destination.enqueue(...sent);
    await until('all are dead', async () => (await destination.object.health()).deadLetters === 3);
    receiver.calls.length = 0;
    receiver.answer = hang;
    await destination.object.replay({ kind: 'all' });
    await until('two are under way', () => receiver.calls.length === 2);
    expect(receiver.calls.map(({ body }) => eventOf(body))).toEqual([1, 3]);
  });
});

describe('the list of deliveries', () => {
  it('has the newest first, in pages, by state and time', async () => {
    fakeReceiver(({ body }) => status(Number(eventOf(body)) % 2 === 0 ? 200 : 400));
    const destination = await testDestination();
    const sent = Array.from({ length: 7 }, (_, i) => numbered(i));
    await destination.enqueue(...sent);
    await until('all have ended', async () => (await destination.object.health()).backlog === 0);
    const all = { state: null, fromMs: 0, toMs: 1e15, limit: 3, cursor: null };
    const ids: string[] = [];
    for (let cursor: string | null = null; ; ) {
      const page = await destination.object.list({ ...all, cursor });
      ids.push(...page.items.map(({ eventId }) => eventId));
      cursor = page.nextCursor;
      if (cursor === null) break;
    }
    expect(ids).toEqual(sent.map(({ id }) => id).reverse());
    const dead = await destination.object.list({ ...all, state: 'dead', limit: 10 });
    expect(dead.items.map(({ eventId }) => eventId)).toEqual([5, 3, 1].map((i) => sent[i]?.id));
    expect((await destination.object.list({ ...all, fromMs: 1e14 })).items).toEqual([]);
  });
});

describe('a destination that was deleted', () => {
  it('has forgotten everything, also what is under way', async () => {
    const gate = Promise.withResolvers<void>();
    fakeReceiver(async () => {
      await gate.promise;
      return status(200);
    });
    const destination = await testDestination();
    await destination.enqueue(numbered(1));
    await destination.object.remove();
    gate.resolve();
    expect(await destination.enqueue(numbered(2))).toEqual({ kind: 'not_configured' });
    expect(await destination.deliveries()).toEqual([]);
    expect(await destination.sql('SELECT count(*) AS n FROM deliveries')).toEqual([{ n: 0 }]);
    await destination.alarm();
    expect(await destination.sql('SELECT count(*) AS n FROM meta')).toEqual([{ n: 0 }]);
  });
});
