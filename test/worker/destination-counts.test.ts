import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { RETENTION } from '../../src/delivery/queue/retention.ts';
import { MAX_RECENT_DEAD_LETTERS } from '../../src/wire/delivery.ts';
import {
  event,
  fakeReceiver,
  movableClock,
  type TestDestination,
  testDestination,
} from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

/** What health says, which must be what the rows say. */
async function countsOf(destination: TestDestination): Promise<{ backlog: number; deadLetters: number }> {
  const { backlog, deadLetters } = await destination.object.health();
  const [rows] = await destination.sql<{ backlog: number; deadLetters: number }>(
    `SELECT coalesce(sum(state IN ('queued', 'delivering')), 0) AS backlog, coalesce(sum(state = 'dead'), 0) AS deadLetters
     FROM deliveries WHERE is_test = 0`,
  );
  expect({ backlog, deadLetters }).toEqual(rows);
  return { backlog, deadLetters };
}

async function dead(destination: TestDestination, deliveries: number, endedAtMs: number): Promise<void> {
  await destination.sql(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${deliveries})
     INSERT INTO deliveries (event_id, type, subject, is_test, state, created_at_ms, ended_at_ms, event)
     SELECT 'evt_' || i, 'alert.firing', 'frg_1', 0, 'dead', ${endedAtMs}, ${endedAtMs}, '{}' FROM n`,
  );
}

describe('what health counts', () => {
  it('stays what the rows say, whatever becomes of deliveries', async () => {
    const clock = movableClock();
    const receiver = fakeReceiver(() => new Response('', { status: 400 }));
    const destination = await testDestination({ disabled: true });
    expect(await countsOf(destination)).toEqual({ backlog: 0, deadLetters: 0 });
    const [first, second] = [event(), event()];
    await destination.enqueue(first, second, second);
    await destination.enqueue(first);
    expect(await countsOf(destination)).toEqual({ backlog: 2, deadLetters: 0 });
    await destination.change({ disabled: false });
    await until('both are dead', async () => (await countsOf(destination)).deadLetters === 2);

    const test = event();
    await destination.object.sendTest(test);
    expect(await countsOf(destination)).toEqual({ backlog: 0, deadLetters: 2 });
    await destination.object.replay({ kind: 'one', id: `${destination.id}-${test.id}` });
    await until('the test is dead too', async () => (await countsOf(destination)).deadLetters === 3);
    await destination.object.sendTest(test);
    expect(await countsOf(destination)).toEqual({ backlog: 0, deadLetters: 3 });

    receiver.answer = () => new Response('', { status: 200 });
    await destination.object.replay({ kind: 'one', id: `${destination.id}-${first.id}` });
    await until('it is delivered', async () => (await countsOf(destination)).deadLetters === 2);
    clock.advance(RETENTION.dead.keptMs + 1);
    await destination.alarm();
    expect(await countsOf(destination)).toEqual({ backlog: 0, deadLetters: 0 });
  });

  it('is not counted again for whoever asks again', async () => {
    fakeReceiver();
    const destination = await testDestination({ disabled: true });
    await dead(destination, 5_000, 1);
    expect(await countsOf(destination)).toEqual({ backlog: 0, deadLetters: 5_000 });
    const read = await runInDurableObject(env.DESTINATION.getByName(destination.id), (instance, { storage }) => {
      const exec = storage.sql.exec.bind(storage.sql);
      const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
      const spy = vi.spyOn(storage.sql, 'exec').mockImplementation((query, ...bindings) => {
        const cursor = exec(query, ...bindings);
        cursors.push(cursor);
        return cursor as never;
      });
      expect(instance.health().deadLetters).toBe(5_000);
      spy.mockRestore();
      expect(cursors.length).toBeGreaterThan(0);
      return cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
    });
    expect(read).toBeLessThan(100);
  });

  it('of the last hour goes up to a thousand', async () => {
    fakeReceiver();
    const destination = await testDestination();
    await dead(destination, MAX_RECENT_DEAD_LETTERS + 1, Date.now() - 1_000);
    expect(await destination.object.health()).toMatchObject({
      ...{ recentDeadLetters: MAX_RECENT_DEAD_LETTERS, deadLetters: MAX_RECENT_DEAD_LETTERS + 1, refusing: true },
    });
  });
});
