import { describe, expect, it, vi } from 'vitest';
import { MAX_BUFFERED_BYTES, MAX_TOTAL_BUFFERED_BYTES, Outlet } from '../../durable-objects/hub/outlet.ts';
import type { HubSocket, Subscription } from '../../durable-objects/hub/sockets.ts';
import { updateFrame } from '../../src/live/update.ts';

/** A subscription whose client reads as the test says, and what it was sent. */
function client(bufferedAmount: number) {
  const sent: { records: unknown[]; dropped?: number }[] = [];
  const ws = { bufferedAmount };
  const socket = { ws, isOpen: true, send: (frame: string) => sent.push(JSON.parse(frame)) };
  const subscription = { socket: socket as unknown as HubSocket, name: 'logs', dropped: 0 } as Subscription;
  return { ws, socket, subscription, sent };
}

const frame = updateFrame('logs', '1,2,3', 'a0l4');

/** Time passes only as long as somebody waits for it. */
function instantWaits(onWait: (count: number) => void = () => undefined): { waits: number } {
  const state = { waits: 0 };
  vi.spyOn(scheduler, 'wait').mockImplementation(async () => onWait(++state.waits));
  return state;
}

describe('an outlet', () => {
  it('leaves out what a client has no room for, and says how much in its next frame', () => {
    instantWaits();
    const outlet = new Outlet(
      () => 'a0l9',
      () => undefined,
      () => [],
    );
    const { ws, subscription, sent } = client(MAX_BUFFERED_BYTES + 1);
    outlet.update(subscription, frame, 3);
    outlet.update(subscription, frame, 3);
    expect(sent).toEqual([]);
    ws.bufferedAmount = MAX_BUFFERED_BYTES;
    outlet.update(subscription, frame, 3);
    outlet.update(subscription, frame, 3);
    expect(sent.map(({ dropped }) => dropped)).toEqual([6, undefined]);
  });

  it('says it in a frame of its own when nothing else comes', async () => {
    const { ws, subscription, sent } = client(MAX_BUFFERED_BYTES + 1);
    const time = instantWaits((count) => {
      if (count === 3) ws.bufferedAmount = 0;
    });
    const outlet = new Outlet(
      () => 'a0l9',
      () => undefined,
      () => [],
    );
    outlet.update(subscription, frame, 3);
    await expect.poll(() => sent).toHaveLength(1);
    expect(sent).toEqual([{ type: 'UPDATE', topic: 'logs', records: [], cursor: 'a0l9', dropped: 3 }]);
    expect(time.waits).toBe(3);
  });

  it('gives the count with the place that the topic has reached', async () => {
    const { ws, subscription, sent } = client(MAX_BUFFERED_BYTES + 1);
    instantWaits(() => {
      ws.bufferedAmount = 0;
    });
    const outlet = new Outlet(
      ({ name }) => `place of ${name}`,
      () => undefined,
      () => [],
    );
    outlet.update(subscription, frame, 3);
    await expect.poll(() => sent).toMatchObject([{ cursor: 'place of logs', dropped: 3 }]);
  });

  it('closes a client that reads nothing for a minute, and waits no longer', async () => {
    const { socket, subscription } = client(MAX_BUFFERED_BYTES + 1);
    const time = instantWaits();
    const closed: number[] = [];
    const outlet = new Outlet(
      () => 'a0l9',
      (_, code) => {
        closed.push(code);
        socket.isOpen = false;
      },
      () => [],
    );
    outlet.update(subscription, frame, 3);
    await expect.poll(() => closed).toEqual([4408]);
    expect(time.waits).toBe(241);
  });

  it('gives each client its share while too much waits for all together, and the whole again afterwards', async () => {
    const clients = Array.from({ length: 64 }, () => client(3 * MAX_BUFFERED_BYTES));
    const [first, brisk] = [client(MAX_BUFFERED_BYTES / 2), client(MAX_BUFFERED_BYTES / 8)];
    const everyone = [...clients, first, brisk];
    const waits: (() => void)[] = [];
    vi.spyOn(scheduler, 'wait').mockImplementation(() => new Promise<void>((resolve) => waits.push(resolve)));
    const outlet = new Outlet(
      () => 'a0l9',
      () => undefined,
      () => everyone.map(({ socket }) => socket as unknown as HubSocket),
    );
    const sendTo = (one: (typeof everyone)[number]) => {
      const before = one.sent.length;
      outlet.update(one.subscription, frame, 3);
      return one.sent.length > before;
    };
    expect(sendTo(first)).toBe(true);
    outlet.update(brisk.subscription, `${frame}${' '.repeat(MAX_TOTAL_BUFFERED_BYTES)}`, 3);
    expect([sendTo(first), sendTo(brisk)]).toEqual([false, true]);
    for (const { ws } of clients) ws.bufferedAmount = 0;
    for (const end of waits.splice(0)) end();
    await expect.poll(() => sendTo(first)).toBe(true);
  });

  it('has patience with a client that reads a little', async () => {
    const { ws, subscription, sent } = client(100 * MAX_BUFFERED_BYTES);
    instantWaits((count) => {
      ws.bufferedAmount = count < 1_000 ? ws.bufferedAmount - 1 : 0;
    });
    const outlet = new Outlet(
      () => 'a0l9',
      () => expect.unreachable('it reads'),
      () => [],
    );
    outlet.update(subscription, frame, 3);
    await expect.poll(() => sent).toHaveLength(1);
  });

  it('waits for room before a resume goes on, and gives up with the client', async () => {
    const { ws, socket } = client(MAX_BUFFERED_BYTES);
    const time = instantWaits((count) => {
      if (count === 5) ws.bufferedAmount = 0;
    });
    const outlet = new Outlet(
      () => 'a0l9',
      () => {
        socket.isOpen = false;
      },
      () => [],
    );
    expect(await outlet.room(socket as unknown as HubSocket)).toBe(true);
    expect(time.waits).toBe(5);
    ws.bufferedAmount = MAX_BUFFERED_BYTES;
    expect(await outlet.room(socket as unknown as HubSocket)).toBe(false);
  });
});
