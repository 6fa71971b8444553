import { describe, expect, it } from 'vitest';
import { planBuckets } from '../../src/query/cells/plan.ts';
import { statOf } from '../../src/query/metrics/timeseries.ts';
import { addValue, emptyCell } from '../../src/rollups/cell.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse('2026-03-01T12:30:00Z');

describe('planBuckets', () => {
  it.each<[string, number, number, number | null, number, number]>([
    ['an hour by the minute', NOW - HOUR_MS, NOW, null, 1, MINUTE_MS],
    ['a minute is the least', NOW - 5 * MINUTE_MS, NOW, null, 1, MINUTE_MS],
    ['a day by minutes', NOW - DAY_MS, NOW, null, 1, 15 * MINUTE_MS],
    ['a week by hours', NOW - 7 * DAY_MS, NOW, null, 60, 2 * HOUR_MS],
    ['half a year by days', NOW - 180 * DAY_MS, NOW, null, 1440, 2 * DAY_MS],
    ['ten years by days', NOW - 3_650 * DAY_MS, NOW, null, 1440, 91 * DAY_MS],
    ['what was asked for', NOW - DAY_MS, NOW, 7 * MINUTE_MS, 1, 7 * MINUTE_MS],
    ['hours, where a step is whole hours', NOW - DAY_MS, NOW, 2 * HOUR_MS, 60, 2 * HOUR_MS],
    ['hours, where rows of minutes are gone', NOW - 40 * DAY_MS, NOW - 39 * DAY_MS, 5 * MINUTE_MS, 60, HOUR_MS],
    ['hours, where rows of minutes are too many', NOW - 6 * DAY_MS, NOW, 30 * MINUTE_MS, 60, HOUR_MS],
    ['days, where rows of hours are too many', NOW - 300 * DAY_MS, NOW, 6 * HOUR_MS, 1440, DAY_MS],
  ])('reads %s', (_, fromMs, toMs, stepMs, resolution, chosenMs) => {
    const plan = planBuckets({ fromMs, toMs, stepMs }, NOW);
    expect([plan.resolution, plan.stepMs]).toEqual([resolution, chosenMs]);
    expect(plan.firstMs).toBeLessThanOrEqual(fromMs);
    expect(plan.firstMs).toBeGreaterThan(fromMs - chosenMs);
    expect(plan.endMs).toBeGreaterThanOrEqual(toMs);
    expect(plan.endMs).toBeLessThan(toMs + chosenMs);
    expect((plan.endMs - plan.firstMs) % chosenMs).toBe(0);
  });
});

describe('planBuckets of a label', () => {
  it('reads fewer rows, because each has many values', () => {
    const twoDays = { fromMs: NOW - 2 * DAY_MS, toMs: NOW, stepMs: 30 * MINUTE_MS };
    expect(planBuckets(twoDays, NOW).resolution).toBe(1);
    expect(planBuckets(twoDays, NOW, 1_440)).toMatchObject({ resolution: 60, stepMs: HOUR_MS });
  });
});

describe('statOf', () => {
  it('knows what a cell cannot tell', () => {
    const cell = emptyCell();
    expect(statOf(cell, 'avg', MINUTE_MS, 'gauge')).toBeNull();
    expect(statOf(cell, 'min', MINUTE_MS, 'histogram')).toBeNull();
    expect(statOf({ ...cell, count: 3, sum: 120 }, 'p95', MINUTE_MS, 'sum')).toBeNull();
    expect(statOf({ ...cell, count: 3, sum: 120 }, 'rate', MINUTE_MS, 'sum')).toBe(2);
    expect(statOf({ ...cell, count: 120, sum: 7 }, 'rate', MINUTE_MS, 'histogram')).toBe(2);
    addValue(cell, NOW, 5);
    expect(statOf(cell, 'rate', MINUTE_MS, 'gauge')).toBeNull();
    expect(statOf(cell, 'p50', MINUTE_MS, 'gauge')).toBe(5);
  });
});
