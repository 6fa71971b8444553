import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, sumOf } from '../../../src/delivery/dns/counts.ts';
import {
  MAX_INTERVAL_MS,
  MIN_INTERVAL_MS,
  nextInterval,
  prefetchAtMs,
  USE_MS,
} from '../../../src/delivery/dns/interval.ts';
import type { CheckCounts, NameRecord } from '../../../src/delivery/dns/types.ts';

const NOW_MS = 1_790_000_400_000;
const checks = fc.record({ hits: fc.nat(1_000), misses: fc.nat(1_000) });

describe('the interval of prefetching', () => {
  it.each([
    [25_000, 69, 31, 12_500],
    [25_000, 0, 10, 12_500],
    [12_500, 5, 5, 6_250],
    [6_250, 6, 4, MIN_INTERVAL_MS],
    [MIN_INTERVAL_MS, 0, 1_000, MIN_INTERVAL_MS],
    [MIN_INTERVAL_MS, 71, 29, 6_000],
    [24_500, 10, 0, MAX_INTERVAL_MS],
    [MAX_INTERVAL_MS, 1_000, 0, MAX_INTERVAL_MS],
    [12_500, 7, 3, 12_500],
    [12_500, 0, 9, 12_500],
    [12_500, 0, 0, 12_500],
    [1, 0, 0, MIN_INTERVAL_MS],
    [99_999, 70, 30, MAX_INTERVAL_MS],
  ])('of %i ms after %i hits and %i misses becomes %i ms', (intervalMs, hits, misses, expected) => {
    expect(nextInterval(intervalMs, { hits, misses })).toBe(expected);
  });

  it('never leaves its bounds, moves by no more than half of itself, and only the way that the checks ask for', () => {
    fc.assert(
      fc.property(fc.array(checks, { maxLength: 200 }), (hours) => {
        let intervalMs = MAX_INTERVAL_MS;
        for (const hour of hours) {
          const next = nextInterval(intervalMs, hour);
          expect(next).toBeGreaterThanOrEqual(MIN_INTERVAL_MS);
          expect(next).toBeLessThanOrEqual(MAX_INTERVAL_MS);
          expect(Math.abs(next - intervalMs)).toBeLessThanOrEqual(intervalMs / 2);
          const better = hour.hits - (hour.hits + hour.misses) * 0.7;
          expect(Math.sign(next - intervalMs) * Math.sign(better)).toBeGreaterThanOrEqual(0);
          intervalMs = next;
        }
      }),
    );
  });

  it('comes to rest at a bound while the ratio stays on one side, and does not turn on the way', () => {
    fc.assert(
      fc.property(fc.integer({ min: MIN_INTERVAL_MS, max: MAX_INTERVAL_MS }), checks, (startMs, hour) => {
        const better = hour.hits - (hour.hits + hour.misses) * 0.7;
        fc.pre(better !== 0 && hour.hits + hour.misses >= 10);
        let intervalMs = startMs;
        for (let i = 0; i < 20; i++) {
          const next = nextInterval(intervalMs, hour);
          expect(better < 0 ? next <= intervalMs : next >= intervalMs).toBe(true);
          intervalMs = next;
        }
        expect(intervalMs).toBe(better < 0 ? MIN_INTERVAL_MS : MAX_INTERVAL_MS);
      }),
    );
  });
});

describe('a prefetch', () => {
  const record: NameRecord = {
    ...{ host: 'hooks.example.com', addresses: ['8.8.8.8'], failure: null, awaySinceMs: null },
    ...{ resolvedAtMs: NOW_MS, expiresAtMs: NOW_MS + 30_000, retryAtMs: NOW_MS + 30_000 },
  };
  const dueMs = (changed: Partial<NameRecord>, intervalMs = MAX_INTERVAL_MS, usedAtMs: number | null = NOW_MS) => {
    const atMs = prefetchAtMs({ ...record, ...changed }, intervalMs, usedAtMs);
    return atMs === null ? null : atMs - NOW_MS;
  };

  it.each([
    ['before the end of a record', {}, MAX_INTERVAL_MS, 25_000],
    ['earlier where the interval is shorter', {}, 8_000, 8_000],
    ['two seconds before the end of a shorter TTL', { expiresAtMs: NOW_MS + 12_000 }, MAX_INTERVAL_MS, 10_000],
    ['never more often than every 5 s', { expiresAtMs: NOW_MS + 1_000 }, MAX_INTERVAL_MS, MIN_INTERVAL_MS],
    [
      'of what failed when it may be asked again',
      { failure: 'unknown_name', addresses: [], retryAtMs: NOW_MS + 7_000 },
      MAX_INTERVAL_MS,
      7_000,
    ],
    [
      'of what failed at once no sooner than of others',
      { failure: 'server_failure', addresses: [], retryAtMs: NOW_MS + 3_000 },
      MAX_INTERVAL_MS,
      MIN_INTERVAL_MS,
    ],
    [
      'while the resolver is away when it may be asked again',
      { awaySinceMs: NOW_MS + 25_000, retryAtMs: NOW_MS + 28_000 },
      MAX_INTERVAL_MS,
      28_000,
    ],
  ] as const)('is due %s', (_, changed, intervalMs, expected) => {
    expect(dueMs(changed as Partial<NameRecord>, intervalMs)).toBe(expected);
  });

  it('is not due for a name that nothing was sent to for ten minutes, nor for one that was never used', () => {
    expect(dueMs({}, MAX_INTERVAL_MS, NOW_MS + 25_001 - USE_MS)).toBe(25_000);
    expect(dueMs({}, MAX_INTERVAL_MS, NOW_MS + 25_000 - USE_MS)).toBeNull();
    expect(dueMs({}, MAX_INTERVAL_MS, null)).toBeNull();
  });
});

describe('the counts', () => {
  it('are of the last hour, and forget what is older', () => {
    let counts: CheckCounts[] = [];
    for (let minute = 0; minute < 180; minute++) {
      counts = counted(counts, minute % 4 === 0 ? 'misses' : 'hits', NOW_MS + minute * 60_000);
    }
    const nowMs = NOW_MS + 179 * 60_000;
    expect(counts.length).toBeLessThanOrEqual(7);
    const { hits, misses, ratio } = sumOf(counts, nowMs);
    expect(hits + misses).toBeGreaterThanOrEqual(60);
    expect(hits + misses).toBeLessThanOrEqual(70);
    expect(ratio).toBeCloseTo(0.75, 1);
    expect(sumOf(counts, nowMs + 2 * 3_600_000)).toEqual({ hits: 0, misses: 0, failures: 0, ratio: null });
  });

  it('count failures beside the checks', () => {
    const counts = counted(counted([], 'failures', NOW_MS), 'misses', NOW_MS);
    expect(sumOf(counts, NOW_MS)).toEqual({ hits: 0, misses: 1, failures: 1, ratio: 0 });
  });
});
