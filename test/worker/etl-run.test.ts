import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_EDGE } from '../../src/edge/index.ts';
import { compilePipeline, NO_SCHEMA } from '../../src/etl/pipeline.ts';
import { RejectKeeper } from '../../src/etl/rejects.ts';
import { Run } from '../../src/etl/run.ts';
import type { EtlSchema } from '../../src/etl/schema.ts';
import type { Json } from '../../src/wire/record.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';

function newRun(projectId: string, more: { maxBatches?: number; batchKey?: string; schema?: EtlSchema } = {}): Run {
  return new Run({
    ctx: testCtx(),
    sender: { projectId, keyId: 'key_test', streams: null, recordsPerDay: null, browser: null },
    edge: NO_EDGE,
    userAgent: '',
    origin: { dataType: 'JSON', schemaVersion: 0, stream: 'logs', service: 'test' },
    pipeline: compilePipeline(more.schema ?? NO_SCHEMA, ''),
    batchKey: more.batchKey ?? null,
    rejects: new RejectKeeper(async () => true),
    maxBatches: more.maxBatches ?? 10,
    elapsedMs: () => 0,
  });
}

const extracted = (values: readonly Json[]) => values.map((value) => ({ value }));

describe('a run', () => {
  it('stops at its number of batches, not when its last one is just full', async () => {
    const { id } = await createProject();
    const records = Array.from({ length: 300 }, (_, i) => ({ message: String(i) }));
    const whole = newRun(id, { maxBatches: 2 });
    expect(await whole.feed(extracted(records))).toBeNull();
    expect(await whole.finish()).toBeNull();
    expect(whole.progress).toMatchObject({ received: 300, stored: 300, batches: 2 });
    const over = newRun(id, { maxBatches: 2 });
    expect(await over.feed(extracted([...records, {}]))).toEqual({ kind: 'too_many_records', limit: 300 });
    expect(over.progress.received).toBe(300);
  });

  it('closes a batch by its characters too, and refuses a value that is too long or too deep alone', async () => {
    const { id } = await createProject();
    const run = newRun(id);
    const large = { message: 'x'.repeat(200_000) };
    // The engine writes plain arrays without using its stack, and these not.
    let deep = JSON.rawJSON('12345678901234567890') as Json;
    for (let i = 0; i < 200_000; i++) deep = [deep];
    await run.feed(extracted([...Array.from({ length: 15 }, () => large), { message: 'y'.repeat(1_600_000) }, deep]));
    await run.finish();
    expect(run.progress).toMatchObject({ received: 17, stored: 15, rejected: 2, batches: 2 });
    expect(run.progress.errors).toEqual([
      { index: 15, pointer: '', reason: 'is larger than 1572864 characters' },
      { index: 16, pointer: '', reason: 'is nested too deeply' },
    ]);
    expect(run.progress.steps.extract).toMatchObject({ in: 17, out: 15, rejected: 2 });
  });

  it('lets no schema make more of a batch than a call to the journal carries: the rest is rejected, and again in a repeat', async () => {
    const { id } = await createProject();
    const template = `\${message}`.repeat(90);
    const schema: EtlSchema = { ...NO_SCHEMA, transformations: [{ type: 'derive', field: 'attrs.more', template }] };
    const values = () => extracted(Array.from({ length: 100 }, () => ({ message: 'x'.repeat(2_000) })));
    for (const duplicate of [0, 70]) {
      const run = newRun(id, { schema, batchKey: 'etl:grown' });
      await run.feed(values());
      await run.finish();
      expect(run.progress).toMatchObject({ received: 100, stored: 70 - duplicate, duplicate, rejected: 30 });
      expect(run.progress.errors[0]).toMatchObject({ index: 70, reason: expect.stringContaining('by the schema') });
    }
  });

  it('stores each value once, in order, however it is fed and however often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 900 }),
        fc.array(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }), {
          minLength: 1,
          maxLength: 3,
        }),
        async (count, feedings) => {
          const { id } = await createProject();
          const records = Array.from({ length: count }, (_, i) => (i % 7 === 3 ? i : { message: `m${i}` }));
          const good = records.filter((record) => typeof record === 'object').map(({ message }) => message);
          for (const sizes of feedings) {
            const run = newRun(id, { batchKey: 'same' });
            for (let at = 0, turn = 0; at < count; turn++) {
              const end = at + (sizes[turn % sizes.length] ?? 1);
              expect(await run.feed(extracted(records.slice(at, end)))).toBeNull();
              at = end;
            }
            expect(await run.finish()).toBeNull();
            const { received, stored, duplicate, rejected } = run.progress;
            expect([received, stored + duplicate, rejected]).toEqual([count, good.length, count - good.length]);
          }
          expect((await everyRecord(id)).map(({ message }) => message)).toEqual(good);
        },
      ),
      { numRuns: 15 },
    );
  });
});
