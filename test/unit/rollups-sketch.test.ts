import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sketch } from '../../src/rollups/sketch.ts';

const value = fc.oneof(
  fc.constant(0),
  fc.integer({ min: -1_000, max: 1_000 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const values = fc.array(value, { minLength: 1, maxLength: 300 });
const QUANTILES = [0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

function sketchOf(all: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const one of all) sketch.add(one);
  return sketch;
}

function merged(...parts: Sketch[]): Sketch {
  const into = new Sketch();
  for (const part of parts) into.merge(part);
  return into;
}

/** Many more bins than a sketch keeps. */
const wide = fc.array(
  fc
    .tuple(fc.integer({ min: -15_000, max: 15_000 }), fc.boolean())
    .map(([k, negative]) => (negative ? -1 : 1) * 1.02 ** k),
  { minLength: 2_500, maxLength: 4_000 },
);

describe('a sketch', () => {
  it('answers every quantile within one per cent, of negative, zero and huge values too', () => {
    fc.assert(
      fc.property(values, (all) => {
        const sketch = sketchOf(all);
        const sorted = [...all].sort((a, b) => a - b);
        for (const q of QUANTILES) {
          const exact = sorted[Math.floor(q * (all.length - 1))] as number;
          const found = sketch.quantile(q) ?? Number.NaN;
          // At the end of the range of doubles the middle of a bin is no double; the cell cuts it at its maximum.
          if (Number.isFinite(found))
            expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.010_000_1 + 2.3e-308);
          else expect(Math.abs(exact)).toBeGreaterThan(1e308);
        }
      }),
    );
  });

  it('is the same in whatever order and grouping its parts are merged', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        const whole = sketchOf([...a, ...b, ...c]).encode();
        const [x, y, z] = [sketchOf(a), sketchOf(b), sketchOf(c)];
        expect(merged(merged(x, y), z).encode()).toBe(whole);
        expect(merged(x, merged(y, z)).encode()).toBe(whole);
        expect(merged(z, y, x).encode()).toBe(whole);
      }),
    );
  });

  it('also where it had to give up bins, and then still counts all and keeps what is farthest from zero', () => {
    fc.assert(
      fc.property(wide, fc.nat(), (all, cut) => {
        const at = cut % all.length;
        const whole = sketchOf(all);
        const parts = [sketchOf(all.slice(0, at)), sketchOf(all.slice(at))] as const;
        expect(merged(...parts).encode()).toBe(whole.encode());
        expect(merged(parts[1], parts[0]).encode()).toBe(whole.encode());
        expect(whole.count).toBe(all.length);
        const highest = Math.max(...all);
        expect(Math.abs((whole.quantile(1) as number) - highest)).toBeLessThanOrEqual(Math.abs(highest) * 0.0101);
      }),
      { numRuns: 20 },
    );
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(value, fc.integer({ min: 1, max: 2 ** 40 }))), (weighted) => {
        const sketch = new Sketch();
        for (const [one, weight] of weighted) sketch.add(one, weight);
        const text = sketch.encode();
        const read = Sketch.decode(text);
        expect(read.encode()).toBe(text);
        expect(read.count).toBe(weighted.reduce((sum, [, weight]) => sum + weight, 0));
      }),
    );
  });

  it('tells what came since an earlier state of it', () => {
    fc.assert(
      fc.property(values, values, (before, since) => {
        const then = sketchOf(before);
        expect(
          sketchOf([...before, ...since])
            .since(then)
            .encode(),
        ).toBe(sketchOf(since).encode());
      }),
    );
  });

  it('is the same where encoded ones are summed up at once', () => {
    const parts = fc.array(fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: wide }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(parts, (all) => {
        const sketches = all.map(sketchOf);
        const sum = Sketch.sum(sketches.map((sketch) => sketch.encode()));
        expect(sum.encode()).toBe(merged(...sketches).encode());
        expect(sum.quantiles(QUANTILES)).toEqual(QUANTILES.map((q) => sum.quantile(q)));
        expect([...sum.bins()].reduce((count, [, more]) => count + more, 0)).toBe(all.flat().length);
      }),
      { numRuns: 50 },
    );
  });

  it('is not spoiled by a text that ended too early before it', () => {
    const one = sketchOf([1, 2, 3]).encode();
    expect(() => Sketch.sum([one, one.slice(0, 4)])).toThrow(/ends in the middle/);
    expect(Sketch.sum([one]).encode()).toBe(one);
  });

  it('refuses text that ends too early, and has no quantile without values', () => {
    expect(() => Sketch.decode('gA==')).toThrow(/ends in the middle/);
    expect(new Sketch().quantile(0.5)).toBeNull();
  });
});
