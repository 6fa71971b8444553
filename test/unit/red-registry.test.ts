import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOUNDS_MS, FAMILIES, labelsOf, seriesKey } from '../../src/observability/red/families.ts';
import { MAX_SLOW, Registry } from '../../src/observability/red/registry.ts';
import { type SeriesRow, SeriesSet } from '../../src/observability/red/series-set.ts';
import { Spans } from '../../src/observability/red/spans.ts';
import { emptyCell, percentile } from '../../src/rollups/index.ts';
import { MAX_SPANS, type SlowRequest } from '../../src/wire/performance.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;

interface Observation {
  key: string;
  atMs: number;
  valueMs: number;
  outcome: number;
  traceId: string | null;
}
const observation: fc.Arbitrary<Observation> = fc.record({
  key: fc.constantFrom('requests\nGET\n/a', 'requests\nPOST\n/b', 'calls\nd1\nbatch'),
  atMs: fc.integer({ min: T0, max: T0 + 3 * MINUTE_MS }),
  // Whole numbers, so that sums do not depend on their order.
  valueMs: fc.integer({ min: 0, max: 100_000 }),
  outcome: fc.integer({ min: 0, max: 4 }),
  traceId: fc.option(fc.constantFrom('t1', 't2', 't3')),
});

const setOf = (observations: readonly Observation[]): SeriesSet => {
  const set = new SeriesSet(100);
  for (const { key, atMs, valueMs, outcome, traceId } of observations)
    set.observe(key, atMs, valueMs, outcome, traceId);
  return set;
};
const sorted = (rows: SeriesRow[]) =>
  rows
    .map(([key, cell, buckets, exemplars]) => ({
      key,
      cell,
      buckets,
      exemplars: exemplars.toSorted(([a], [b]) => a - b),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
/** Which of two at one time is the exemplar, observing leaves to chance; merging does not. */
const plain = (rows: SeriesRow[]) => sorted(rows).map(({ exemplars: _, ...rest }) => rest);

describe('series', () => {
  it('come to the same however they are cut into deltas, and in whatever order these are merged', () => {
    const pieces = fc.array(fc.array(observation, { maxLength: 20 }), { maxLength: 5 });
    fc.assert(
      fc.property(pieces, fc.infiniteStream(fc.nat()), (all, order) => {
        const rows = all.map((piece) => setOf(piece).rows());
        const [forward, shuffled] = [new SeriesSet(100), new SeriesSet(100)];
        for (const row of rows) forward.merge(row);
        const keyed = rows.map((row) => ({ row, at: order.next().value as number })).sort((a, b) => a.at - b.at);
        for (const { row } of keyed) shuffled.merge(structuredClone(row));
        expect(sorted(shuffled.rows())).toEqual(sorted(forward.rows()));
        expect(plain(forward.rows())).toEqual(plain(setOf(all.flat()).rows()));
      }),
    );
  });

  it('have counts by bounds that add up to their count, each value at or below its bound', () => {
    fc.assert(
      fc.property(fc.array(observation, { minLength: 1 }), (all) => {
        for (const [key, { cell, buckets }] of setOf(all).entries()) {
          const values = all.filter((one) => one.key === key).map(({ valueMs }) => valueMs);
          const expected = [...BOUNDS_MS, Number.POSITIVE_INFINITY].map(
            (bound, index, bounds) =>
              values.filter((value) => value <= bound && value > (bounds[index - 1] ?? -1)).length,
          );
          expect(buckets).toEqual(expected);
          expect([cell.count, cell.sum]).toEqual([values.length, values.reduce((sum, value) => sum + value, 0)]);
        }
      }),
    );
  });

  it('have percentiles within one per cent of the exact ones', () => {
    const set = new SeriesSet(1);
    for (let ms = 1; ms <= 1_000; ms++) set.observe('requests\nGET\n/a', T0, ms, 1, null);
    const [first] = [...set.entries()];
    const cell = first?.[1].cell ?? emptyCell();
    for (const [q, exact] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
    ] as const) {
      expect(Math.abs((percentile(cell, q) ?? 0) / exact - 1)).toBeLessThanOrEqual(0.011);
    }
  });

  it('take the newest exemplar of each bucket', () => {
    const set = new SeriesSet(1);
    set.observe('k', T0, 3, 1, 'old');
    set.merge([['k', [0, 0, null, null, null, 0], [], [[0, 'new', 4, T0 + 1]]]]);
    set.merge([['k', [0, 0, null, null, null, 0], [], [[0, 'older', 4, T0 - 1]]]]);
    expect(set.rows()[0]?.[3]).toEqual([[0, 'new', 4, T0 + 1]]);
  });

  it('are no more than there may be, and what has no room is counted', () => {
    const set = new SeriesSet(2);
    for (const key of ['a', 'b', 'c', 'a', 'd']) set.observe(key, T0, 1, 0, null);
    expect([set.size, set.dropped]).toEqual([2, 2]);
  });

  it('have keys that their labels can be read from', () => {
    expect(labelsOf(seriesKey('requests', ['GET', '/api/projects/:id']))).toEqual({
      method: 'GET',
      route: '/api/projects/:id',
    });
    expect(labelsOf(seriesKey('alarms', ['journal']))).toEqual({ object: 'journal' });
    expect(FAMILIES.requests.outcomes).toHaveLength(6);
  });
});

describe('what an isolate has measured', () => {
  const end = (atMs: number) => ({ atMs, durationMs: 1, outcome: 1, traceId: null });

  it('is told by minute, once, and is nothing afterwards', () => {
    const registry = new Registry();
    registry.observe('requests', ['GET', '/a'], end(T0 + 1));
    registry.observe('requests', ['GET', '/a'], end(T0 + MINUTE_MS));
    registry.observe('requests', ['GET', '/a'], end(T0 + MINUTE_MS + 1));
    const { minutes } = registry.drain();
    expect(minutes.map(({ minuteMs, rows }) => [minuteMs, rows[0]?.[1][0]])).toEqual([
      [T0, 1],
      [T0 + MINUTE_MS, 2],
    ]);
    expect(registry.isEmpty).toBe(true);
    expect(registry.drain().minutes).toEqual([]);
  });

  it('has the most that was under way at one time since the last telling', () => {
    const registry = new Registry();
    registry.began('requests');
    registry.began('requests');
    registry.ended('requests');
    expect(registry.drain().inFlight).toEqual({ requests: 2 });
    expect(registry.drain().inFlight).toEqual({ requests: 1 });
    registry.ended('requests');
    registry.drain();
    expect(registry.drain().inFlight).toEqual({});
  });

  it('has the last word of each object', () => {
    const registry = new Registry();
    const gauge = { gauge: 'sockets', projectId: 'p', owner: 'p' } as const;
    registry.gauge({ ...gauge, value: 1, atMs: T0 });
    registry.gauge({ ...gauge, value: 2, atMs: T0 + 1 });
    registry.gauge({ ...gauge, owner: 'q', value: 3, atMs: T0 });
    expect(registry.drain().gauges.map(({ owner, value }) => [owner, value])).toEqual([
      ['p', 2],
      ['q', 3],
    ]);
  });

  it('has the slowest of the slow requests', () => {
    const registry = new Registry();
    const slow = (durationMs: number): SlowRequest => ({
      ...{ requestId: String(durationMs), method: 'GET', route: '/a', status: 200, projectId: null, atMs: T0 },
      ...{ durationMs, spans: [], spansTotal: 0 },
    });
    for (let i = 0; i < MAX_SLOW + 5; i++) registry.slow(slow(1_000 + i));
    const kept = registry.drain().slow.map(({ durationMs }) => durationMs);
    expect(kept).toEqual(Array.from({ length: MAX_SLOW }, (_, i) => 1_000 + MAX_SLOW + 4 - i));
  });

  it('is bounded over all minutes, and says what it had no room for', () => {
    const registry = new Registry();
    for (let i = 0; i < 1_500; i++) registry.observe('requests', ['GET', `/${i}`], end(T0));
    for (let i = 0; i < 1_500; i++) registry.observe('requests', ['GET', `/${i}`], end(T0 + MINUTE_MS));
    const { minutes, dropped } = registry.drain();
    expect(minutes.map(({ rows }) => rows.length)).toEqual([1_500, 500]);
    expect(dropped).toBe(1_000);
  });
});

describe('the calls of a request', () => {
  const call = (startedMs: number, durationMs: number) => ({
    ...{ target: 'd1', operation: 'run', startedMs, durationMs, failed: false },
  });

  it('are told by their start, from that of the request', () => {
    const spans = new Spans(1_000);
    spans.add(call(1_020, 5));
    spans.add(call(1_010, 30));
    expect(spans.list().map(({ startMs, durationMs }) => [startMs, durationMs])).toEqual([
      [10, 30],
      [20, 5],
    ]);
  });

  it('are the longest ones where there are many, and all are counted', () => {
    const spans = new Spans(0);
    for (let i = 0; i < 2 * MAX_SPANS; i++) spans.add(call(i, i % 2 === 0 ? 1 : 10));
    expect(spans.total).toBe(2 * MAX_SPANS);
    expect(spans.list().map(({ durationMs }) => durationMs)).toEqual(Array.from({ length: MAX_SPANS }, () => 10));
  });
});
