import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Batch,
  MAX_BATCH,
  MAX_WAITING,
  OWN_REQUEST_ID,
  Shipper,
} from '../../src/observability/own-logs/shipper.ts';
import type { LogLine } from '../../src/shared/log.ts';

const lineOf = (fields: LogLine['fields'] = {}): LogLine => ({ ts: 1, level: 'info', event: 'tried', fields });
type Answer = 'stored' | 'refused' | 'away' | 'stored, unheard';

/** A shipper whose project, journal and clock the test moves. */
function shipping() {
  const stored = new Map<string, Batch>();
  const waits: (() => void)[] = [];
  const failures: unknown[] = [];
  let work: Promise<void>[] = [];
  const world = {
    nowMs: 1_000,
    target: 'prj_own' as string | null,
    answer: 'stored' as Answer,
    inRequest: true,
    ids: 0,
  };
  const shipper = new Shipper({
    target: async () => world.target,
    async store(_, batch) {
      const { answer } = world;
      if (answer === 'refused') return 'refused';
      if (answer.startsWith('stored') && !stored.has(batch.id)) stored.set(batch.id, batch);
      if (answer === 'away' || answer === 'stored, unheard') throw new Error('away');
      return 'stored';
    },
    failed: (cause) => failures.push(cause),
    newId: () => `log_${world.ids++}`,
    nowMs: () => world.nowMs,
    wait: () => new Promise((wake) => waits.push(wake)),
    waitUntil(promise) {
      if (!world.inRequest) throw new Error('outside of a request');
      work.push(promise);
    },
  });
  return {
    ...{ shipper, world, stored, failures, waits },
    lines: () => [...stored.values()].flatMap(({ lines }) => lines),
    lost: () => [...stored.values()].flatMap(({ lost }) => Object.values(lost)).reduce((sum, count) => sum + count, 0),
    async settle() {
      for (const wake of waits.splice(0)) wake();
      const all = work;
      work = [];
      await Promise.all(all);
    },
  };
}

describe('the lines of an isolate', () => {
  it('go together, a second after the first', async () => {
    const { shipper, settle, stored, waits } = shipping();
    for (let i = 0; i < 3; i++) shipper.take(lineOf({ i }));
    expect([stored.size, waits.length]).toEqual([0, 1]);
    await settle();
    expect([...stored.values()].map(({ lines }) => lines.length)).toEqual([3]);
  });

  it('go in batches where they are many', async () => {
    const { shipper, settle, stored } = shipping();
    for (let i = 0; i < MAX_BATCH + 1; i++) shipper.take(lineOf());
    await settle();
    expect([...stored.values()].map(({ lines }) => lines.length)).toEqual([MAX_BATCH, 1]);
  });

  it('are counted beyond what may wait, and the count goes with the next batch', async () => {
    const { shipper, settle, lines, lost } = shipping();
    for (let i = 0; i < MAX_WAITING + 7; i++) shipper.take(lineOf());
    await settle();
    expect([lines().length, lost()]).toEqual([MAX_WAITING, 7]);
  });

  it('are none where no project is chosen', async () => {
    const { shipper, settle, world, lines, lost } = shipping();
    world.target = null;
    for (let i = 0; i < MAX_WAITING + 1; i++) shipper.take(lineOf());
    await settle();
    world.target = 'prj_own';
    shipper.take(lineOf());
    await settle();
    expect([lines().length, lost()]).toEqual([1, 0]);
  });

  it('about the project that keeps them, and of the shipper’s own work, are left out: each batch would be the cause of the next', async () => {
    const { shipper, settle, stored, lines } = shipping();
    shipper.take(lineOf({ projectId: 'prj_own' }));
    shipper.take(lineOf({ requestId: OWN_REQUEST_ID }));
    await settle();
    expect(stored.size).toBe(0);
    shipper.take(lineOf({ projectId: 'prj_other' }));
    await settle();
    expect(lines()).toHaveLength(1);
  });

  it('written outside of every request go with the next one inside', async () => {
    const { shipper, settle, world, lines } = shipping();
    world.inRequest = false;
    expect(() => shipper.take(lineOf())).not.toThrow();
    world.inRequest = true;
    shipper.take(lineOf());
    await settle();
    expect(lines()).toHaveLength(2);
  });

  it('go on where a wait never ended because its request was taken away', async () => {
    const { shipper, settle, world, waits, lines } = shipping();
    shipper.take(lineOf());
    waits.length = 0; // it never wakes
    world.nowMs += 20_000;
    shipper.take(lineOf());
    await Promise.resolve();
    for (const wake of waits) wake();
    await expect.poll(() => lines().length).toBe(2);
    expect(settle).toBeDefined();
  });

  it('are stored once where the answer to the first try was not heard', async () => {
    const { shipper, settle, world, stored, lines } = shipping();
    world.answer = 'stored, unheard';
    shipper.take(lineOf({ n: 1 }));
    await settle();
    world.answer = 'stored';
    shipper.take(lineOf({ n: 2 }));
    await settle();
    expect([stored.size, lines().map(({ fields }) => fields.n)]).toEqual([2, [1, 2]]);
  });

  it('are each stored, waiting, or counted as lost, whatever the journal answers', async () => {
    const answer = fc.constantFrom<Answer>('stored', 'refused', 'away');
    const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 1_500 }), answer), { maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(steps, async (run) => {
        const { shipper, settle, world, lines, lost } = shipping();
        let taken = 0;
        for (const [count, next] of run) {
          world.answer = next;
          for (let i = 0; i < count; i++) shipper.take(lineOf());
          taken += count;
          await settle();
        }
        world.answer = 'stored';
        shipper.take(lineOf());
        await settle();
        shipper.take(lineOf()); // takes along what was counted in the last step
        await settle();
        expect(lines().length + lost()).toBe(taken + 2);
      }),
    );
  });
});
