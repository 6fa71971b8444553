import { runInDurableObject } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountStore } from '../../durable-objects/alerts/stores/count-store.ts';
import { WindowSums } from '../../durable-objects/alerts/window-sums.ts';
import { windowBuckets } from '../../src/alerts/counting/buckets.ts';
import { saysNothing } from '../../src/alerts/counting/combine.ts';
import type { RuleCounter } from '../../src/alerts/counting/tally.ts';
import { alertProject, errorsAbove, objectOf } from '../helpers/worker/alerts.ts';

const COUNTER = {} as RuleCounter;
const START_MS = 1_800_000_000_000;

/** The counts of an object, and how many rows it took to read them. */
async function withCounts(work: (counts: CountStore, read: () => number) => void): Promise<void> {
  const project = await alertProject();
  await runInDurableObject(objectOf(project.id), (_, { storage }) => {
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    const exec = (statement: string, ...bindings: unknown[]) => {
      const cursor = storage.sql.exec(statement, ...bindings);
      cursors.push(cursor);
      return cursor;
    };
    work(new CountStore({ exec } as unknown as SqlStorage), () =>
      cursors.splice(0).reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    );
  });
}

describe('what the window of a group has', () => {
  it('is summed only where it may pass the threshold, or is near to it', async () => {
    const project = await alertProject();
    await withCounts((counts, read) => {
      const rule = project.rule({ ...errorsAbove(1_000), windowSeconds: 3_600 });
      const { from, to } = windowBuckets(rule.windowSeconds, START_MS);
      for (let bucket = from; bucket <= to; bucket++) counts.add(rule.id, '', bucket, 1);
      const windows = new WindowSums(counts);
      const all = to - from + 1;
      expect(windows.sum(rule, COUNTER, '', 1, START_MS)).toBe(all);
      read();
      for (let i = 0; i < 100; i++) expect(windows.sum(rule, COUNTER, '', 1, START_MS)).toBeNull();
      expect(read()).toBe(0);
      expect(windows.sum(rule, COUNTER, '', 1_000, START_MS)).toBe(all);
    });
  });

  it('is never said to be nothing where it is something, whatever is added or forgotten, and however the clock goes', async () => {
    const project = await alertProject();
    const step = (records: number, passesMs: number) => ({ ahead: 0, records, passesMs, forgets: false });
    const steps = fc.record({
      ahead: fc.integer({ min: -30_000, max: 5_000 }),
      records: fc.integer({ min: 1, max: 8 }),
      passesMs: fc.oneof({ weight: 9, arbitrary: fc.nat(9_000) }, fc.integer({ min: -90_000, max: 0 })),
      forgets: fc.boolean(),
    });
    await withCounts((counts) => {
      let runs = 0;
      fc.assert(
        fc.property(fc.array(steps, { maxLength: 60 }), (taken) => {
          const rule = project.rule({ ...errorsAbove(20), id: `rul_${runs++}`, windowSeconds: 36 });
          const windows = new WindowSums(counts);
          const counter = {} as RuleCounter;
          let nowMs = START_MS;
          for (const { ahead, records, passesMs, forgets } of taken) {
            nowMs += passesMs;
            const range = windowBuckets(rule.windowSeconds, nowMs);
            counts.add(rule.id, '', Math.floor((nowMs + ahead) / 100), records);
            if (forgets) counts.forgetBefore(rule.id, range.from);
            const truth = counts.sums(rule.id, range).get('') ?? 0;
            const said = windows.sum(rule, counter, '', records, nowMs);
            if (said === null) expect(saysNothing(rule, truth)).toBe(true);
            else expect(said).toBe(truth);
          }
        }),
        // What had left the window is in it again.
        { numRuns: 100, examples: [[[step(15, 0), step(1, 40_000), step(10, -40_000)]]] },
      );
    });
  });
});
