import { describe, expect, it } from 'vitest';
import { HOUR_MS } from '../../src/anomalies/baseline.ts';
import { Hours } from '../../src/anomalies/hours.ts';
import { comparePlaces, decodePlace, pageOf, placeOf } from '../../src/anomalies/page.ts';
import { sentenceOf } from '../../src/anomalies/sentence.ts';
import { statsOf, type Unit } from '../../src/anomalies/stats.ts';
import { addPoint, emptyCell, pointsIn } from '../../src/rollups/index.ts';
import type { Anomaly } from '../../src/wire/operations.ts';
import type { JsonObject, LogRecord } from '../../src/wire/record.ts';

const TS = Date.UTC(2026, 10, 26, 14);

const anomaly: Anomaly = {
  ...{ stream: 'vitals', name: 'LCP', stat: 'p75', label: { name: 'device', value: 'mobile' }, ts: TS, count: 400 },
  ...{ value: 4_080, expected: 2_600, low: 2_310, high: 2_890, score: 9, weeks: 6, basis: 'hour-of-week', samples: 6 },
  reason: '',
};

type Said = [title: string, more: Partial<Anomaly>, unit: Unit, ownUnit: string, part: number, sentence: string];

describe('the reason of an anomaly', () => {
  it.each<Said>([
    [
      'names what, where, when and what is usual',
      {},
      'ms',
      'ms',
      1,
      'p75 of LCP on mobile was 4.1 s at 14:00 UTC, usual is 2.3 to 2.9 s on a Thursday (6 weeks)',
    ],
    [
      'says so where the past is of days',
      { basis: 'hour-of-day', samples: 9, label: null },
      'ms',
      'ms',
      1,
      'p75 of LCP was 4.1 s at 14:00 UTC, usual is 2.3 to 2.9 s at this hour (9 days)',
    ],
    [
      'says how much of the hour is there',
      { value: 480, low: 120, high: 310, label: { name: 'page', value: '/a' } },
      'ms',
      'ms',
      0.55,
      'p75 of LCP on /a was 480 ms in the 33 minutes since 14:00 UTC, usual is 120 to 310 ms on a Thursday (6 weeks)',
    ],
    [
      'counts events whole',

      {
        ...{ stream: 'operations', name: 'p2p', stat: 'count', value: 12_345, low: 999.6, high: 4_000 },
        label: { name: 'call', value: 'wise/full' },
      },
      'count',
      'ms',
      1,
      'count of p2p with call wise/full was 12,345 at 14:00 UTC, usual is 1,000 to 4,000 on a Thursday (6 weeks)',
    ],
    [
      'has shares in percent',

      { stat: 'poorShare', value: 0.236, low: 0, high: 0.021, label: { name: 'country', value: 'BR' } },
      'share',
      'ms',
      1,
      'share of poor values of LCP in BR was 24 % at 14:00 UTC, usual is 0 to 2.1 % on a Thursday (6 weeks)',
    ],
    [
      'has the unit of the metric, where that is one',
      { stream: 'metrics', name: 'queue', stat: 'max', label: null },
      'own',
      'jobs',
      1,
      'maximum of queue was 4,080 jobs at 14:00 UTC, usual is 2,310 to 2,890 jobs on a Thursday (6 weeks)',
    ],
    [
      'has none where the metric is of none',
      { value: -0.5, low: 0.25, high: 1, label: null },
      'own',
      '1',
      1,
      'p75 of LCP was -0.5 at 14:00 UTC, usual is 0.25 to 1 on a Thursday (6 weeks)',
    ],
    [
      'speaks of all errors',
      { stream: 'errors', name: '(all)', stat: 'count', label: null },
      'count',
      '',
      1,
      'count of all errors was 4,080 at 14:00 UTC, usual is 2,310 to 2,890 on a Thursday (6 weeks)',
    ],
  ])('%s', (_, more, unit, ownUnit, part, sentence) => {
    expect(sentenceOf({ ...anomaly, ...more }, unit, ownUnit, part)).toBe(sentence);
  });
});

describe('hours of a series', () => {
  const stats = statsOf('operations', 'p2p').filter(({ name }) => ['count', 'failedShare', 'p95'].includes(name));
  const indexOf = (name: string) => stats.findIndex((stat) => stat.name === name);

  function cellOf(...all: JsonObject[]) {
    const cell = emptyCell();
    for (const attrs of all) {
      const record = { ts: TS, service: '', message: '', attrs: { scope: 'p2p', durationMs: 5, ...attrs } };
      for (const point of pointsIn('operations', record as unknown as LogRecord)) addPoint(cell, point);
    }
    return cell;
  }

  it('are silent from the first event on, and unknown before', () => {
    const hours = new Hours(stats);
    hours.add([{ name: 'p2p', value: '', ts: TS - 3 * HOUR_MS, cell: cellOf({}, {}) }]);
    expect([...hours.series('', indexOf('count'), TS)]).toEqual([
      [TS - 3 * HOUR_MS, { value: 2, count: 2 }],
      [TS - 2 * HOUR_MS, { value: 0, count: 0 }],
      [TS - HOUR_MS, { value: 0, count: 0 }],
    ]);
    expect([...hours.series('', indexOf('p95'), TS).keys()]).toEqual([TS - 3 * HOUR_MS]);
  });

  it('are not taken for silent where the value may have been folded into the rest', () => {
    const hours = new Hours(stats);
    hours.add([
      { name: 'p2p', value: 'venmo', ts: TS - 3 * HOUR_MS, cell: cellOf({}) },
      { name: 'p2p', value: '(other)', ts: TS - 2 * HOUR_MS, cell: cellOf({}) },
    ]);
    expect(hours.values()).toEqual(['venmo']);
    expect([...hours.series('venmo', indexOf('count'), TS).keys()]).toEqual([TS - 3 * HOUR_MS, TS - HOUR_MS]);
  });

  it('have a share of failures of those whose outcome is known', () => {
    const hours = new Hours(stats);
    const [ok, failed] = [{ outcome: 'success' }, { outcome: 'failure' }];
    hours.add([{ name: 'p2p', value: '', ts: TS, cell: cellOf(ok, ok, ok, failed) }]);
    expect(hours.series('', indexOf('failedShare'), TS + 1).get(TS)).toEqual({ value: 0.25, count: 4 });
  });

  it('are of the fifty values with the most events', () => {
    const hours = new Hours(stats);
    const value = (i: number) => ({ name: 'p2p', value: `g${i}`, ts: TS, cell: cellOf(...(i < 3 ? [{}, {}] : [{}])) });
    hours.add(Array.from({ length: 80 }, (_, i) => value(79 - i)));
    expect(hours.values()).toHaveLength(50);
    expect(hours.values().slice(0, 4)).toEqual(['g0', 'g1', 'g2', 'g10']);
  });
});

describe('a page of anomalies', () => {
  const items = [
    { ...anomaly, score: 7 },
    { ...anomaly, score: -6 },
    { ...anomaly, score: 6, name: 'INP' },
    { ...anomaly, score: 6, name: 'INP', label: null },
    { ...anomaly, ts: TS - HOUR_MS, score: 1e21 },
  ].sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));

  it('goes on where the one before has ended, whatever its size', () => {
    for (const limit of [1, 2, 3, 5, 9]) {
      const seen: Anomaly[] = [];
      let cursor: string | null = null;
      do {
        const page = pageOf({ items, complete: true }, cursor === null ? null : decodePlace(cursor), limit);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(items);
    }
  });

  it.each(['', 'x', 'W10', btoa('[1,2,"\\u00"]').replace(/=+$/, ''), btoa('[1,2]')])(
    'does not go on from %j',
    (text) => {
      expect(decodePlace(text)).toBeNull();
    },
  );
});
