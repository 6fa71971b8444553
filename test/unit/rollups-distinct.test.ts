import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DISTINCT_EXACT, Distinct } from '../../src/rollups/distinct.ts';

function distinct(texts: Iterable<string>): Distinct {
  const made = new Distinct();
  for (const text of texts) made.add(text);
  return made;
}

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `session-${from + i}`);

describe('different texts', () => {
  it('are counted exactly up to a bound, and beyond it within 15 %', () => {
    expect(distinct([]).count).toBe(0);
    expect(distinct(['a', 'b', 'a']).count).toBe(2);
    expect(distinct(numbered(0, DISTINCT_EXACT))).toMatchObject({ count: DISTINCT_EXACT, isExact: true });
    for (const many of [1_000, 20_000, 300_000]) {
      const estimated = distinct(numbered(0, many));
      expect(estimated.isExact).toBe(false);
      // Three and a half standard errors; the hashes are the same on every run.
      expect(Math.abs(estimated.count / many - 1)).toBeLessThan(0.15);
    }
  });

  it('are the same count however they are cut, ordered, repeated, merged and stored', () => {
    const sizes = fc.array(fc.tuple(fc.nat(3_000), fc.nat(1_500)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.boolean(), (parts, isReversed) => {
        const whole = distinct(parts.flatMap(([from, length]) => numbered(from, from + length)));
        const merged = new Distinct();
        const order = isReversed ? parts.toReversed() : parts;
        for (const [from, length] of order) {
          merged.merge(Distinct.decode(distinct(numbered(from, from + length)).encode()));
        }
        expect(merged.count).toBe(whole.count);
        expect(merged.encode()).toBe(whole.encode());
        merged.merge(whole);
        expect(merged.encode()).toBe(whole.encode());
      }),
      { numRuns: 40 },
    );
  });
});
