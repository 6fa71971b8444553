import { describe, expect, it } from 'vitest';
import { type Call, event, fakeReceiver, testDestination } from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

describe('a destination that is led elsewhere while an attempt is under way', () => {
  it.each([
    [410, {}],
    [404, {}],
    [429, { 'retry-after': '3600' }],
  ])('tells the event to the new receiver where the old one answers %i', async (status, headers) => {
    let isMoved = false;
    const receiver = fakeReceiver(async ({ url }: Call) => {
      if (url.endsWith('/new')) return new Response('ok');
      await until('the URL is another', async () => isMoved);
      return new Response('', { status, headers });
    });
    // Longer than a busy machine takes to lead it elsewhere: an attempt that runs out of time first is not answered by the old one.
    const destination = await testDestination({ timeoutMs: 30_000 });
    const [first, second] = [event(), event()];
    await destination.enqueue(first);
    await until('it is asked', async () => receiver.calls.length === 1);
    await destination.change({ url: 'http://127.0.0.1:9100/new' });
    isMoved = true;
    await until('it is delivered', async () => (await destination.delivery(first.id))?.state === 'delivered');
    await destination.enqueue(second);
    await until('the next is too', async () => (await destination.delivery(second.id))?.state === 'delivered');
    const [former] = (await destination.object.find(`${destination.id}-${first.id}`))?.log ?? [];
    expect(former).toMatchObject({
      ...{ status, outcome: 'lost' },
      error: `answered ${status}; the destination leads elsewhere since`,
    });
    expect(await destination.object.health()).toMatchObject({ disabled: false, deadLetters: 0, failureRate: 0 });
  });
});
