import { describe, expect, it } from 'vitest';
import {
  encrypted,
  event,
  fakeReceiver,
  HMAC_KEY,
  movableClock,
  type TestDestination,
  testDestination,
} from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

const answer = (status: number) => () => new Response('', { status });
async function ended(destination: TestDestination) {
  const sent = event();
  await destination.enqueue(sent);
  await until('it has ended', async () => {
    const state = (await destination.delivery(sent.id))?.state;
    return state === 'delivered' || state === 'dead';
  });
}

describe('a receiver that answers and refuses', () => {
  it('each event is critical, although nothing of it fails', async () => {
    fakeReceiver(answer(401));
    const destination = await testDestination();
    await ended(destination);
    expect(await destination.object.health()).toMatchObject({
      ...{ status: 'critical', refusing: true, recentDeadLetters: 1, failureRate: 0 },
      breaker: { state: 'CLOSED' },
    });
  });

  it('some is elevated, until an hour after the last', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(answer(400));
    const destination = await testDestination();
    await ended(destination);
    receiver.answer = answer(200);
    clock.advance(1_000);
    await ended(destination);
    expect(await destination.object.health()).toMatchObject({
      ...{ status: 'elevated', refusing: false, recentDeadLetters: 1 },
    });
    clock.advance(3_600_000);
    expect(await destination.object.health()).toMatchObject({
      ...{ status: 'healthy', refusing: false, recentDeadLetters: 0, deadLetters: 1 },
    });
  });

  it('nothing, because nothing can be sent, is critical until that is mended', async () => {
    fakeReceiver(answer(200));
    const destination = await testDestination({ template: '{"a":{{b}' });
    const sent = event();
    await destination.enqueue(sent);
    expect(await destination.delivery(sent.id)).toMatchObject({ state: 'queued', lastOutcome: 'template_failed' });
    expect(await destination.object.health()).toMatchObject({
      status: 'critical',
      unsendable: true,
      failureRate: null,
    });
    await destination.change({ template: null });
    await until('it is well', async () => (await destination.object.health()).status === 'healthy');
  });

  it('for good is asked no more by keys that change, but where somebody changes it', async () => {
    fakeReceiver(answer(410));
    const destination = await testDestination();
    await ended(destination);
    const reason = async () => (await destination.object.health()).disabledReason;
    expect(await reason()).toBe('gone');
    const stored = encrypted(`destination secret ${destination.id}`, HMAC_KEY);
    await destination.change({ secrets: destination.config.secrets.map((secret) => ({ ...secret, stored })) });
    expect(await reason()).toBe('gone');
    await destination.change({});
    expect(await reason()).toBeNull();
  });

  it('a test, which nobody waits for, says nothing of it', async () => {
    fakeReceiver(answer(401));
    const destination = await testDestination();
    await destination.object.sendTest(event());
    expect(await destination.object.health()).toMatchObject({ status: 'healthy', recentDeadLetters: 0 });
  });

  it('is well again once what it refused was replayed', async () => {
    const receiver = fakeReceiver(answer(401));
    const destination = await testDestination();
    await ended(destination);
    receiver.answer = answer(200);
    await destination.object.replay({ kind: 'all' });
    await until('it is well', async () => (await destination.object.health()).status === 'healthy');
    expect(await destination.object.health()).toMatchObject({ deadLetters: 0, backlog: 0 });
  });
});
