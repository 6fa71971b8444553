import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverRange } from '../../src/query/cells/plan.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse('2026-03-01T12:30:20Z');

const spans = (fromMs: number, toMs: number) =>
  coverRange(fromMs, toMs, NOW).rows.map(({ resolution, fromMs: low, toMs: high }) => [
    resolution,
    (high - low) / (resolution * MINUTE_MS),
  ]);

describe('the rows of a range', () => {
  it('are days in its middle, hours and minutes at its ends', () => {
    expect(spans(NOW - HOUR_MS, NOW)).toEqual([[1, 61]]);
    expect(spans(NOW - 5 * HOUR_MS, NOW)).toEqual([
      [1, 30],
      [60, 4],
      [1, 31],
    ]);
    expect(spans(NOW - 2 * DAY_MS, NOW)).toEqual([
      [1, 30],
      [60, 11],
      [1_440, 1],
      [60, 12],
      [1, 31],
    ]);
    expect(spans(NOW - 30 * DAY_MS, NOW)).toEqual([
      [60, 12],
      [1_440, 29],
      [60, 13],
    ]);
    expect(spans(NOW - 200 * DAY_MS, NOW)).toEqual([[1_440, 201]]);
  });

  it('are hours where minutes are gone, and days where hours are', () => {
    expect(spans(NOW - 31 * DAY_MS, NOW - 31 * DAY_MS + HOUR_MS)).toEqual([[60, 2]]);
    expect(spans(NOW - 401 * DAY_MS, NOW - 400 * DAY_MS)).toEqual([[1_440, 2]]);
  });

  it('cover it once, in order, with no gap, and are few', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 * DAY_MS }), fc.integer({ min: 1, max: 500 * DAY_MS }), (age, span) => {
        const plan = coverRange(NOW - age, NOW - age + span, NOW);
        expect(plan.fromMs).toBeLessThanOrEqual(NOW - age);
        expect(plan.toMs).toBeGreaterThanOrEqual(NOW - age + span);
        let at = plan.fromMs;
        let rows = 0;
        for (const { resolution, fromMs, toMs } of plan.rows) {
          expect(fromMs).toBe(at);
          expect(fromMs % (resolution * MINUTE_MS)).toBe(0);
          expect(toMs % (resolution * MINUTE_MS)).toBe(0);
          expect(resolution).toBeGreaterThanOrEqual(plan.resolution);
          rows += (toMs - fromMs) / (resolution * MINUTE_MS);
          at = toMs;
        }
        expect(at).toBe(plan.toMs);
        expect(rows).toBeLessThan(600);
      }),
    );
  });
});
