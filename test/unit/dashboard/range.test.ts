import { describe, expect, it } from 'vitest';
import {
  lastWords,
  PRESETS,
  parseRange,
  parseTime,
  presetOf,
  presetReaching,
  rangeParams,
  resolveRange,
  widened,
} from '../../../src/dashboard/lib/range.ts';

const parse = (search: string) => parseRange(new URLSearchParams(search));
const NOW = Date.UTC(2026, 0, 31);

describe('the time range in the address', () => {
  it('is the last hour where the address says nothing, or nonsense', () => {
    for (const search of ['', 'range=', 'range=5y', 'from=1', 'from=9&to=3', 'from=x&to=y']) {
      expect(parse(search)).toEqual({ kind: 'preset', id: '1h' });
    }
  });

  it('is a preset, live, or two times in milliseconds or ISO 8601', () => {
    expect(parse('range=7d')).toEqual({ kind: 'preset', id: '7d' });
    expect(parse('range=live')).toEqual({ kind: 'live' });
    expect(parse('from=1000&to=2000')).toEqual({ kind: 'fixed', fromMs: 1000, toMs: 2000 });
    expect(parse('from=2026-01-30T00:00:00Z&to=2026-01-31T00:00:00Z')).toEqual({
      kind: 'fixed',
      fromMs: NOW - 86_400_000,
      toMs: NOW,
    });
  });

  it('comes back from the address as it was put there', () => {
    const all = [...PRESETS.map(({ id }) => ({ kind: 'preset', id }) as const), { kind: 'live' } as const];
    for (const range of [...all, { kind: 'fixed', fromMs: 5, toMs: 6 } as const]) {
      const params = new URLSearchParams();
      for (const [name, value] of Object.entries(rangeParams(range))) if (value !== null) params.set(name, value);
      expect(parseRange(params)).toEqual(range);
    }
  });

  it('ends now, unless both ends are given', () => {
    expect(resolveRange({ kind: 'preset', id: '15m' }, NOW)).toEqual({ fromMs: NOW - 900_000, toMs: NOW });
    expect(resolveRange({ kind: 'live' }, NOW)).toEqual({ fromMs: NOW - 900_000, toMs: NOW });
    expect(resolveRange({ kind: 'fixed', fromMs: 1, toMs: 2 }, NOW)).toEqual({ fromMs: 1, toMs: 2 });
  });

  it('widens to the smallest preset that reaches a record', () => {
    expect(presetReaching(NOW - 10 * 60_000, NOW).id).toBe('15m');
    expect(presetReaching(NOW - 25 * 3_600_000, NOW).id).toBe('3d');
    expect(presetReaching(NOW - 400 * 86_400_000, NOW).id).toBe('30d');
  });

  it('has words for sentences', () => {
    expect(PRESETS.slice(0, 3).map(lastWords)).toEqual(['last 15 min', 'last hour', 'last 3 hours']);
    expect(presetOf('nope')).toBeNull();
  });

  it('reads no time that no calendar holds', () => {
    expect(['', ' ', 'x', '8640000000000001', null].map(parseTime)).toEqual([null, null, null, null, null]);
    expect(parseTime(' 42 ')).toBe(42);
    expect(parseTime('-1')).toBe(-1);
  });
});

describe('a range made twice as long', () => {
  it.each([
    ['reaches as far to both sides', { fromMs: 4_000, toMs: 6_000 }, 9_000, { fromMs: 3_000, toMs: 7_000 }],
    ['ends now where it would reach past it', { fromMs: 4_000, toMs: 6_000 }, 6_400, { fromMs: 2_400, toMs: 6_400 }],
    ['that ends now grows to the past', { fromMs: 4_000, toMs: 6_000 }, 6_000, { fromMs: 2_000, toMs: 6_000 }],
    ['that lies in the future keeps its end', { fromMs: 4_000, toMs: 6_000 }, 1_000, { fromMs: 2_000, toMs: 6_000 }],
  ])('%s', (_, range, nowMs, expected) => {
    expect(widened(range, nowMs)).toEqual(expected);
  });
});
