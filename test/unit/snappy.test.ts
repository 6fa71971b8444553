import fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { SnappyError, unsnappy } from '../../src/ingest/snappy.ts';

const LIMIT = 1024 * 1024;
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('a snappy body', () => {
  it('comes out as it went in', () => {
    const word = fc.constantFrom('error', 'a', ' ', 'level=info ', '\u0000', '日本', 'x'.repeat(80));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 400 }), (words) => {
        const text = new TextEncoder().encode(words.join(''));
        expect(unsnappy(compress(text), LIMIT)).toEqual(text);
      }),
    );
    const chance = fc.uint8Array({ maxLength: 2_000 });
    fc.assert(
      fc.property(chance, (data) => {
        expect(unsnappy(compress(data), LIMIT)).toEqual(data);
      }),
    );
  });

  it('is refused before anything is allocated when it claims more than the limit', () => {
    const whole = compress(new Uint8Array(4_096));
    expect(() => unsnappy(whole, 4_095)).toThrow(RangeError);
    expect(() => unsnappy(bytes(0xff, 0xff, 0xff, 0xff, 0x0f), LIMIT)).toThrow(RangeError);
  });

  it.each([
    ['is empty', bytes()],
    ['says no end of its length', bytes(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1)],
    ['holds less than it says', bytes(5, 0, 97)],
    ['claims what its bytes cannot hold', bytes(0x80, 0x80, 0x04, 0)],
    ['has a literal beyond its end', bytes(3, 2 << 2, 97)],
    ['has a literal longer than it says', bytes(1, 2 << 2, 97, 98, 99)],
    ['has a literal whose length would step back', bytes(8, 63 << 2, 0xfa, 0xff, 0xff, 0xff, 1, 1, 1, 1)],
    ['copies from before its start', bytes(8, 0, 97, 1, 5)],
    ['copies from nowhere', bytes(8, 0, 97, 1, 0)],
    ['copies beyond its end', bytes(4, 0, 97, 1 | (3 << 2), 1)],
    ['ends within a copy', bytes(8, 0, 97, 2)],
  ])('is refused when it %s', (_, body) => {
    expect(() => unsnappy(body, LIMIT)).toThrow(SnappyError);
  });

  it('never takes chance for snappy without an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        try {
          expect(unsnappy(data, LIMIT).length).toBeLessThanOrEqual(data.length * 32);
        } catch (cause) {
          expect(cause instanceof SnappyError || cause instanceof RangeError).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
