import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookieBars, DAY_MS, daysOf } from '../../../src/dashboard/pages/fraud/cookie-days.ts';
import {
  changesOf,
  isValid,
  rebased,
  scaleFault,
  settingsOf,
  thresholdFault,
} from '../../../src/dashboard/pages/fraud/rule-draft.ts';
import { DEFAULT_SETTINGS } from '../../../src/fraud/risk/settings.ts';
import type { CookieDay } from '../../../src/wire/cookies.ts';
import { type RiskSettings, RULE_NAMES, type RulesAnswer } from '../../../src/wire/fraud.ts';

const BOUNDS = { unit: 'events', min: 1, max: 400, whole: true, weak: false };
const settings = (version: number, points: [number, number], reviewAt = 40): RiskSettings => ({
  ...{ version, reviewAt, denyAt: 75 },
  rules: {
    ...DEFAULT_SETTINGS.rules,
    user_velocity: { enabled: true, points: points[0], threshold: 8 },
    device_velocity: { enabled: true, points: points[1], threshold: 8 },
  },
});

describe('a draft of rules', () => {
  it('that was overtaken keeps its own changes and takes all others over', () => {
    const base = settings(3, [10, 20]);
    const mine = settings(3, [15, 20], 45);
    const theirs = settings(4, [10, 30]);
    expect(rebased(base, mine, theirs)).toEqual(settings(4, [15, 30], 45));
  });

  it('changes as much of the newest rules as it changed of the ones before, whatever they are', () => {
    const points = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(points, points, points, (a, b, c) => {
        const [base, mine, theirs] = [settings(1, a), settings(1, b), settings(2, c)];
        const result = rebased(base, mine, theirs);
        expect(result.version).toBe(2);
        expect(changesOf(theirs, result)).toBeLessThanOrEqual(changesOf(base, mine));
        expect(changesOf(mine, rebased(base, mine, base))).toBe(0);
      }),
    );
  });

  it('is sent without what the server only tells', () => {
    const answer = { ...settings(1, [1, 2]), changedAtMs: 5, changedBy: 'usr', confirmed: true };
    expect(Object.keys(settingsOf(answer))).toEqual(['version', 'reviewAt', 'denyAt', 'rules']);
  });

  it('is valid where every number is in its bounds, and says which bounds', () => {
    const wide = { ...BOUNDS, min: 0, max: 100_000, whole: false };
    const thresholds = Object.fromEntries(RULE_NAMES.map((rule) => [rule, wide])) as RulesAnswer['thresholds'];
    expect(isValid(settings(1, [0, 100]), thresholds)).toBe(true);
    expect(isValid(settings(1, [0, 101]), thresholds)).toBe(false);
    expect(isValid(settings(1, [0, Number.NaN]), thresholds)).toBe(false);
    expect(thresholdFault(0, BOUNDS)).toBe('A whole number from 1 to 400');
    expect(thresholdFault(1.5, { ...BOUNDS, whole: false })).toBe(null);
    expect(scaleFault(settings(1, [0, 0], 75))).toBe('Review has to begin below deny');
  });
});

describe('cookies per day', () => {
  const day = (text: string, levels: CookieDay['levels']): CookieDay => ({
    ...{
      day: text,
      samples: 1,
      p50Count: 1,
      p95Count: 1,
      maxCount: 1,
      p50Bytes: 1,
      p95Bytes: 1,
      maxBytes: 1,
      avgBytes: 1,
    },
    ...{ levels, warnings: {} },
  });

  it('have a bar for each day, also where nothing was measured', () => {
    const toMs = Date.UTC(2026, 10, 27, 12);
    const bars = cookieBars([day('2026-11-26', { green: 3, yellow: 2, red: 1 })], toMs, 3);
    expect(bars.map(({ ts, counts }) => [new Date(ts).toISOString().slice(0, 10), counts.small])).toEqual([
      ['2026-11-25', 0],
      ['2026-11-26', 3],
      ['2026-11-27', 0],
    ]);
  });

  it('are asked for a month, for every day of a longer time, and for as many as the server has', () => {
    const toMs = Date.UTC(2026, 10, 27, 1);
    expect(daysOf(toMs - 3_600_000, toMs)).toBe(30);
    expect(daysOf(toMs - 40 * DAY_MS - 2 * 3_600_000, toMs)).toBe(42);
    expect(daysOf(0, 1_000 * DAY_MS)).toBe(400);
  });
});
