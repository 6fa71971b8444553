import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { addToBatch, MAX_BATCH_BYTES, takeBatch } from '../../../src/sdk/batcher.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

afterEach(() => {
  takeBatch();
});

describe('a batch', () => {
  it('has every record once and in order, and never more bytes than may be on their way as a page goes', () => {
    const texts = fc.array(
      fc
        .tuple(fc.constantFrom('a', 'ö', '€', '😀'), fc.integer({ min: 1, max: 20_000 }))
        .map(([text, n]) => text.repeat(n)),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(texts, (made) => {
        const batches: string[][] = [];
        const close = () => batches.push(takeBatch());
        const taken = made.filter((text) => addToBatch(JSON.stringify(text), close));
        close();
        expect(batches.flat().map((json) => JSON.parse(json))).toEqual(taken);
        for (const batch of batches) expect(bytesOf(batch.join())).toBeLessThanOrEqual(MAX_BATCH_BYTES);
        const refused = made.filter((text) => !taken.includes(text));
        for (const text of refused) expect(bytesOf(JSON.stringify(text))).toBeGreaterThanOrEqual(MAX_BATCH_BYTES);
      }),
    );
  });

  it('is not closed for a record that fits no batch', () => {
    let closed = 0;
    expect(addToBatch('"first"', () => closed++)).toBe(true);
    expect(addToBatch(`"${'x'.repeat(MAX_BATCH_BYTES)}"`, () => closed++)).toBe(false);
    expect([closed, takeBatch(), takeBatch()]).toEqual([0, ['"first"'], []]);
  });
});
