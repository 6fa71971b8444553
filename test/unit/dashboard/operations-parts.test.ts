import { describe, expect, it } from 'vitest';
import { noteAt } from '../../../src/dashboard/components/chart/notes.ts';
import { inOrder, orderOf } from '../../../src/dashboard/lib/table-order.ts';
import { countTrend, rateTrend, timeTrend } from '../../../src/dashboard/pages/operations/changes.ts';
import {
  hoursWords,
  isOtherTime,
  MOST_HOURS,
  operationTime,
} from '../../../src/dashboard/pages/operations/operation-time.ts';
import { shiftMs, trendLines } from '../../../src/dashboard/pages/operations/trend-lines.ts';
import { anomalyQuestions } from '../../../src/dashboard/pages/operations/use-anomalies.ts';
import type { OperationNumbers, OperationTrends } from '../../../src/wire/operations.ts';

const HOUR = 3_600_000;
const NOW = 500_000 * HOUR;
const plain = (text: string | undefined) => text?.replaceAll('\u00a0', ' ');
const back = (hours: number) => ({ fromMs: NOW - hours * HOUR, toMs: NOW });

describe('the time that operations are counted over', () => {
  it('is the fewest whole hours up to now that hold what was chosen', () => {
    expect([0.25, 1, 1.5, 24, 100_000].map((hours) => operationTime(back(hours), NOW).hours)).toEqual([
      ...[1, 1, 2, 24, MOST_HOURS],
    ]);
    // Of a time that is over too.
    expect(operationTime({ fromMs: NOW - 5 * HOUR, toMs: NOW - 4 * HOUR }, NOW).hours).toBe(5);
    // A second of two clocks is no hour.
    expect(operationTime({ fromMs: NOW - HOUR - 1_000, toMs: NOW }, NOW).hours).toBe(1);
  });

  it('has as many points as a chart can show', () => {
    expect([1, 6, 24, 25, 14 * 24, 30 * 24].map((hours) => operationTime(back(hours), NOW).interval)).toEqual([
      ...['minute', 'minute', '5m', 'hour', 'hour', 'day'],
    ]);
  });

  it('is as fine as the time that is shown, however long ago, as far as one answer can hold all that came since', () => {
    const ago = (shown: number, hoursAgo: number) =>
      operationTime({ fromMs: NOW - hoursAgo * HOUR, toMs: NOW - (hoursAgo - shown) * HOUR }, NOW).interval;
    expect([ago(1, 24), ago(1, 5 * 24), ago(1, 60 * 24), ago(1, 200 * 24)]).toEqual(['minute', '5m', 'hour', 'day']);
    for (const hours of [1, 20, 33, 34, 160, 500, 1_999, 5_000, MOST_HOURS]) {
      const { comparedHours, interval } = operationTime(
        { fromMs: NOW - hours * HOUR, toMs: NOW - hours * HOUR + 1 },
        NOW,
      );
      const stepMs = { minute: HOUR / 60, '5m': HOUR / 12, hour: HOUR, day: 24 * HOUR }[interval];
      expect((Math.min(MOST_HOURS, comparedHours) * HOUR) / stepMs).toBeLessThanOrEqual(2_000);
    }
  });

  it('is compared with as much time before it', () => {
    expect([1, 24, 720].map((hours) => operationTime(back(hours), NOW).comparedHours)).toEqual([2, 48, 1_440]);
    expect(operationTime({ fromMs: NOW - 10 * HOUR, toMs: NOW - 8 * HOUR }, NOW).comparedHours).toBe(12);
  });

  it('is told where it is another one than was chosen, but not for what it is rounded to', () => {
    const counted = { hours: 6, ...back(6) };
    expect(isOtherTime(counted, { fromMs: counted.fromMs + 60_000, toMs: NOW })).toBe(false);
    expect(isOtherTime(counted, { fromMs: counted.fromMs + HOUR / 2, toMs: NOW })).toBe(true);
    expect(isOtherTime(counted, { fromMs: counted.fromMs, toMs: NOW - HOUR })).toBe(true);
    expect(isOtherTime({ hours: 168, ...back(169) }, back(168))).toBe(false);
  });

  it('is said in words', () => {
    expect([1, 6, 24, 48, 50].map(hoursWords)).toEqual(['hour', '6 hours', '24 hours', '2 days', '50 hours']);
  });
});

describe('a trend of operations', () => {
  const trends = (stepMs: number): OperationTrends => ({
    ...{ scope: 'p2p', metric: 'p95', unit: 'ms', interval: 'hour', stepMs, fromMs: NOW - 4 * HOUR, toMs: NOW },
    ...{ source: 'rollups', complete: true, countedFromMs: NOW - 4 * HOUR, by: 'gateway' },
    series: [
      {
        label: 'bank',
        points: [4, 3, 2, 1].map((ago): [number, number] => [NOW - ago * HOUR, ago]),
      },
    ],
  });

  it('is a line for each gateway within the chosen time', () => {
    const { times, lines } = trendLines(trends(HOUR), back(2), false);
    expect(times).toEqual([NOW - 2 * HOUR, NOW - HOUR]);
    expect(lines.map(({ label, values }) => [label, values])).toEqual([['bank', [2, 1]]]);
  });

  it('lies over the time before, dashed in its own colour', () => {
    const { lines } = trendLines(trends(HOUR), back(2), true);
    expect(lines.map(({ label, values, earlier }) => [label, values, earlier ?? false])).toEqual([
      ['bank', [2, 1], false],
      ['bank before', [4, 3], true],
    ]);
    expect(lines[0]?.color).toBe(lines[1]?.color);
  });

  it('is moved by whole steps', () => {
    expect(shiftMs(back(5), 24 * HOUR)).toBe(24 * HOUR);
    expect(shiftMs(back(48), HOUR)).toBe(48 * HOUR);
  });
});

describe('a change against the hours before', () => {
  const numbers = (count: number, failed: number): OperationNumbers => ({
    ...{ count, failed, succeeded: count - failed, successRate: null, avgMs: null, p50Ms: null, p95Ms: null },
    ...{ p99Ms: null, maxMs: null, bytes: null },
  });

  it('of a rate is told in points, with a colour where it matters', () => {
    expect(rateTrend(0.98, 0.99)).toMatchObject({ tone: 'bad' });
    expect(plain(rateTrend(0.98, 0.99)?.text)).toBe('1 percentage point lower than before');
    expect(rateTrend(0.99, 0.992)).toMatchObject({ tone: 'plain' });
    expect(rateTrend(0.99, 0.9905)?.text).toBe('as before');
    expect(rateTrend(null, 0.99)).toBeNull();
  });

  it('of a time is slower or faster, of a count more or less', () => {
    expect(plain(timeTrend(150, 100)?.text)).toBe('50 % slower than before');
    expect(timeTrend(80, 100)).toMatchObject({ tone: 'ok' });
    expect(timeTrend(80, 0)).toBeNull();
    expect(countTrend(numbers(15, 3), numbers(10, 2), 'failed')).toMatchObject({ tone: 'bad' });
    expect(countTrend(numbers(15, 3), numbers(10, 2), 'count')).toMatchObject({ tone: 'plain' });
  });
});

describe('what is out of the usual', () => {
  it('is asked of one label at a time', () => {
    const filter = { project: 'p', scope: 'p2p' as const, gateway: '', operation: '' };
    const asked = (more: object) => anomalyQuestions({ ...filter, ...more }).map(({ by, value }) => [by, value]);
    expect(asked({})).toEqual([
      [null, null],
      ['gateway', null],
    ]);
    expect(asked({ scope: 'profile' })[1]).toEqual(['operation', null]);
    expect(asked({ gateway: 'bank', operation: 'transfer' })).toEqual([['gateway', 'bank']]);
    expect(asked({ operation: 'transfer' })).toEqual([['operation', 'transfer']]);
  });

  it('is named under the crosshair, the one that matters most first', () => {
    const notes = [
      { fromMs: 10, toMs: 20, text: 'first' },
      { fromMs: 10, toMs: 20, text: 'second' },
    ];
    expect([9, 10, 19, 20].map((ms) => noteAt(notes, ms)?.text ?? null)).toEqual([null, 'first', 'first', null]);
  });
});

describe('the order of a table', () => {
  const columns = [
    { id: 'name', label: 'Name', sort: ({ name }: { name: string }) => name, cell: () => null },
    { id: 'size', label: 'Size', sort: ({ size }: { size: number }) => size, cell: () => null },
    { id: 'none', label: 'None', cell: () => null },
  ];
  const rows = [
    { name: 'b', size: 9 },
    { name: 'a', size: 10 },
  ];
  const names = (text: string) => inOrder(rows, columns, orderOf(text)).map(({ name }) => name);

  it('is in the address: a column, with a minus from the top down', () => {
    expect([names('name'), names('-size'), names('size')]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
      ['b', 'a'],
    ]);
  });

  it('stays as it comes where the address names no column that sorts', () => {
    expect([names(''), names('none'), names('-shoe')]).toEqual([
      ['b', 'a'],
      ['b', 'a'],
      ['b', 'a'],
    ]);
  });
});
