import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox, type OutboxPort } from '../../durable-objects/alerts/outbox.ts';
import type { OutboxRow, OutboxStore } from '../../durable-objects/alerts/stores/outbox-store.ts';
import type { DeliveryEvent } from '../../src/wire/delivery.ts';

const eventOf = (id: string): DeliveryEvent => ({
  ...{ id, type: 'alert.firing', projectId: 'prj_1', subject: 'frg_1', createdAtMs: 0, data: {} },
});

/** Rows in memory, and destinations whose calls end when the test says so. */
function started() {
  const rows: (OutboxRow & { destinationId: string })[] = [];
  const calls: {
    destinationId: string;
    ids: string[];
    end(answer: 'taken' | 'not_configured' | Error): Promise<void>;
  }[] = [];
  const armed: number[] = [];
  const clock = { nowMs: 1_000_000 };
  let seq = 0;
  const store: Pick<OutboxStore, 'insert' | 'destinations' | 'next' | 'drop'> = {
    insert: (destinationId, event) => void rows.push({ seq: seq++, destinationId, event, createdAtMs: clock.nowMs }),
    destinations: () => [...new Set(rows.map(({ destinationId }) => destinationId))],
    next: (id, limit) => rows.filter(({ destinationId }) => destinationId === id).slice(0, limit),
    drop: (gone) => {
      for (const { seq: one } of gone)
        rows.splice(
          rows.findIndex((row) => row.seq === one),
          1,
        );
    },
  };
  const port: OutboxPort = {
    enqueue: (destinationId, events) =>
      new Promise((resolve, reject) => {
        calls.push({
          ...{ destinationId, ids: events.map(({ id }) => id) },
          end: async (answer) => {
            if (answer instanceof Error) reject(answer);
            else resolve(answer);
            await settled();
          },
        });
      }),
    projectId: () => 'prj_1',
    nowMs: () => clock.nowMs,
    arm: (atMs) => void armed.push(atMs - clock.nowMs),
  };
  const outbox = new Outbox(store as OutboxStore, port);
  return {
    ...{ outbox, rows, calls, armed, clock },
    async tell(id: string, ...destinationIds: string[]): Promise<void> {
      outbox.place([{ event: eventOf(id), destinationIds }]);
      void outbox.send(destinationIds);
      await settled();
    },
  };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}

const waits: (() => void)[] = [];
beforeEach(() => {
  waits.length = 0;
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.spyOn(scheduler, 'wait').mockImplementation(() => new Promise<void>((resolve) => waits.push(resolve)));
});

describe('the outbox of notices', () => {
  it('gathers for each destination what comes while a call is under way, in order', async () => {
    const { tell, calls, rows } = started();
    await tell('a', 'one');
    await tell('b', 'one');
    await tell('c', 'one', 'two');
    await calls[0]?.end('taken');
    expect(calls.map(({ destinationId, ids }) => [destinationId, ids])).toEqual([
      ['one', ['a']],
      ['two', ['c']],
      ['one', ['b', 'c']],
    ]);
    for (const call of calls.slice(1)) await call.end('taken');
    expect(rows).toEqual([]);
  });

  it('waits for one that hangs ten seconds, and nobody else waits for it', async () => {
    const { tell, calls, armed, rows } = started();
    await tell('a', 'hangs', 'well');
    await calls[1]?.end('taken');
    expect(rows.map(({ destinationId }) => destinationId)).toEqual(['hangs']);
    expect(vi.mocked(scheduler.wait).mock.calls.map(([ms]) => ms)).toEqual([10_000, 10_000]);
    waits[0]?.();
    await settled();
    expect([rows.length, armed.at(-1)]).toEqual([1, 1_000]);
  });

  it('leaves one that failed alone for a while, longer with each failure, and then sends the same again', async () => {
    const { tell, outbox, calls, armed, clock, rows } = started();
    await tell('a', 'one');
    await calls[0]?.end(new Error('away'));
    await tell('b', 'one');
    expect([calls.length, armed.at(-1)]).toEqual([1, 1_000]);
    clock.nowMs += 1_000;
    void outbox.resend();
    await settled();
    expect(calls[1]?.ids).toEqual(['a', 'b']);
    await calls[1]?.end(new Error('away'));
    expect(armed.at(-1)).toBe(2_000);
    clock.nowMs += 2_000;
    void outbox.resend();
    await settled();
    await calls[2]?.end('taken');
    expect(rows).toEqual([]);
  });

  it('does not wait out a pause from before the clock was set back', async () => {
    const { tell, outbox, calls, clock } = started();
    await tell('a', 'one');
    await calls[0]?.end(new Error('away'));
    clock.nowMs -= 3_600_000;
    void outbox.resend();
    await settled();
    expect(calls).toHaveLength(2);
  });

  it('is armed from the moment a notice is placed, before anything is sent', () => {
    const { outbox, armed, calls } = started();
    outbox.place([{ event: eventOf('a'), destinationIds: ['one'] }]);
    expect([armed, calls]).toEqual([[10_000], []]);
    outbox.place([]);
    expect(armed).toHaveLength(1);
  });

  it('sends what was placed in the very moment in which the last was taken', async () => {
    const { tell, outbox, calls } = started();
    await tell('a', 'one');
    const ended = calls[0]?.end('taken');
    for (let i = 0; i < 8; i++) {
      await Promise.resolve();
      outbox.place([{ event: eventOf(`b${i}`), destinationIds: ['one'] }]);
      void outbox.send(['one']);
    }
    await ended;
    while (calls.length > 0 && calls.length < 20 && calls.flatMap(({ ids }) => ids).length < 9)
      await calls.at(-1)?.end('taken');
    expect(calls.flatMap(({ ids }) => ids)).toEqual(['a', ...Array.from({ length: 8 }, (_, i) => `b${i}`)]);
  });
});
