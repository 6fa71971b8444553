import { describe, expect, it } from 'vitest';
import { Fanout } from '../../durable-objects/hub/fanout.ts';
import { Outlet } from '../../durable-objects/hub/outlet.ts';
import type { HubSocket, Subscription } from '../../durable-objects/hub/sockets.ts';
import { Positions } from '../../src/live/positions.ts';
import type { Topic } from '../../src/live/topics.ts';

const at = (nextSeq: number) => Positions.of([{ shard: 0, stream: 'logs', nextSeq }]);

function subscribed(name: string, topic: Topic, replay: Positions | null) {
  const sent: { cursor: string }[] = [];
  const socket = {
    ws: { bufferedAmount: 0 },
    isOpen: true,
    subscriptions: new Map(),
    send: (f: string) => sent.push(JSON.parse(f)),
  };
  const shape = { socket: socket as unknown as HubSocket, name, topic, filterText: '', filter: null };
  const subscription: Subscription = { ...shape, replay, dropped: 0 };
  return { subscription, sent };
}

describe('a fan-out', () => {
  it('gives a notice with the place that its socket has reached, not the present that it is still to catch up with', () => {
    const fanout = new Fanout(
      new Outlet(
        () => 'a',
        () => undefined,
        () => [],
      ),
    );
    const client: Topic = { kind: 'client', clientId: 'desk' };
    const [behind, live] = [subscribed('client:desk', client, at(3)), subscribed('client:desk', client, null)];
    for (const { subscription } of [behind, live]) fanout.join(subscription);
    fanout.notify('client:desk', { ndjson: '{}\n', count: 1 }, at(9).encode());
    expect([behind.sent[0]?.cursor, live.sent[0]?.cursor]).toEqual([at(3).encode(), at(9).encode()]);
  });

  it('asks for a turn of the event loop after as much for one client, or for all together', () => {
    const lines = { ndjson: `"${'x'.repeat(997)}"\n`, count: 1 };
    const chars = (members: number) => {
      const fanout = new Fanout(
        new Outlet(
          () => 'a',
          () => undefined,
          () => [],
        ),
      );
      for (let i = 0; i < members; i++)
        fanout.join(subscribed('logs', { kind: 'stream', stream: 'logs' }, null).subscription);
      return fanout.deliver('logs', lines, 'a');
    };
    expect(chars(16)).toBe(chars(1));
    expect(chars(160)).toBe(10 * chars(1));
  });

  it('listens as long as anyone is subscribed to records or about to be', () => {
    const fanout = new Fanout(
      new Outlet(
        () => 'a',
        () => undefined,
        () => [],
      ),
    );
    const { subscription } = subscribed('logs', { kind: 'stream', stream: 'logs' }, null);
    expect(fanout.isListening).toBe(false);
    const arrived = fanout.expect();
    expect(fanout.isListening).toBe(true);
    fanout.join(subscription);
    arrived();
    expect(fanout.isListening).toBe(true);
    fanout.leave(subscription);
    expect(fanout.isListening).toBe(false);
  });
});
