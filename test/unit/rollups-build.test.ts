import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildMinutes, foldValues, mergeRollup, type Rollup, TOP_VALUES, widen } from '../../src/rollups/build.ts';
import { addValue, type Cell, cellOf, cellRow, emptyCell, mergeCell, percentile } from '../../src/rollups/cell.ts';
import { MAX_DIMENSIONS, OTHER } from '../../src/rollups/points/labels.ts';
import { metricPoint } from '../../src/rollups/points/metric.ts';
import type { MetricPoint } from '../../src/rollups/points/point.ts';
import { rollupOf, rollupRow } from '../../src/rollups/row.ts';
import { decodeState, encodeState, rise, type SeriesState } from '../../src/rollups/series.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;

function metric(attrs: JsonObject, rest: Partial<LogRecord> = {}): LogRecord {
  return { id: '', ts: T0, stream: 'metrics', level: 'info', service: 'api', message: 'm', attrs, ...rest };
}

function point(attrs: JsonObject, rest: Partial<LogRecord> = {}): MetricPoint {
  const found = metricPoint(metric(attrs, rest));
  if (!found) throw new Error('no point');
  return found;
}

const totalOf = (points: MetricPoint[], states = new Map<string, SeriesState>()): Cell => {
  const [only, ...rest] = widen(buildMinutes(points, states).minutes, 24 * 60 * MINUTE_MS);
  if (!only || rest.length > 0) throw new Error('not one bucket');
  return only.total;
};

describe('a metric record', () => {
  it('has a name and numbers, or is no metric', () => {
    expect(metricPoint(metric({ value: 1 }, { message: '' }))).toBeNull();
    expect(metricPoint(metric({ value: 'high' }))).toBeNull();
    expect(metricPoint(metric({}, { type: 'histogram' }))).toBeNull();
    expect(metricPoint(metric({ name: 'x'.repeat(257), value: 1 }))).toBeNull();
    expect(metricPoint(metric({ count: 0, counts: [0], flags: 1 }, { type: 'histogram' }))).toBeNull();
    expect(point({ name: 'cpu', value: 1 })).toMatchObject({ name: 'cpu', type: 'gauge', unit: '' });
    expect(point({ value: 1, unit: 's' })).toMatchObject({ name: 'm', unit: 's' });
  });

  it('has the service among its labels, unless a label has that name, and takes only plain values', () => {
    const labels = { region: 'eu', shard: 3, hot: true, nested: {}, none: null, long: 'x'.repeat(300) };
    expect([...point({ value: 1, labels }).labels]).toEqual([
      ['region', 'eu'],
      ['shard', '3'],
      ['hot', 'true'],
      ['long', OTHER],
      ['service', 'api'],
    ]);
    expect(point({ value: 1, labels: { service: 'own' } }).labels.get('service')).toBe('own');
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`l${i}`, 'v']));
    expect(point({ value: 1, labels: many }).labels.size).toBe(MAX_DIMENSIONS);
  });

  it('never throws, whatever a client sends as its numbers', () => {
    const names = [
      'value',
      'count',
      'sum',
      'min',
      'max',
      'bounds',
      'counts',
      'scale',
      'zeroCount',
      'positive',
      'negative',
      'startTs',
    ];
    const anything = fc.dictionary(
      fc.constantFrom(...names, 'labels', 'offset'),
      fc.jsonValue().map((one) => one as Json),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            attrs: fc.record({
              temporality: fc.constantFrom('delta', 'cumulative', 3),
              monotonic: fc.boolean(),
              extra: anything,
            }),
            type: fc.constantFrom('gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary', 'other'),
          }),
          { maxLength: 5 },
        ),
        (all) => {
          const points = all.flatMap(({ attrs: { extra, ...attrs }, type }, i) => {
            const found = metricPoint(metric({ ...attrs, ...extra } as JsonObject, { type, ts: T0 + i }));
            return found ? [found] : [];
          });
          const { minutes, states } = buildMinutes(points, new Map());
          for (const rollup of minutes) {
            const [, name, bucketMs, total, dimensions] = rollupRow(1, rollup);
            const read = rollupOf({ name, bucket_ms: bucketMs, total, dimensions });
            expect(rollupRow(1, read)).toEqual(rollupRow(1, rollup));
            expect(Number.isFinite(rollup.total.sum)).toBe(true);
          }
          for (const state of states.values()) expect(decodeState(encodeState(state))).toEqual(state);
        },
      ),
    );
  });
});

describe('what is kept of points', () => {
  it('is count, sum, extremes, the newest and percentiles of a gauge', () => {
    const cell = totalOf([5, 1, 9].map((value, i) => point({ value }, { ts: T0 + i * 1_000 })));
    expect(cell).toMatchObject({ count: 3, sum: 15, min: 1, max: 9, last: 9 });
    expect(percentile(cell, 0.5)).toBeCloseTo(5, 1);
    expect(percentile(cell, 1)).toBeLessThanOrEqual(9);
  });

  it('is the sum of a delta, and the level of a sum that may fall', () => {
    const deltas = [2, 3].map((value) => point({ value, temporality: 'delta', monotonic: true }, { type: 'sum' }));
    expect(totalOf(deltas)).toMatchObject({ count: 2, sum: 5, min: 2, max: 3, sketch: null });
    const level = [7, 4].map((value, i) =>
      point({ value, temporality: 'cumulative', monotonic: false }, { type: 'sum', ts: T0 + i }),
    );
    expect(totalOf(level)).toMatchObject({ count: 2, sum: 11, min: 4, max: 7, last: 4 });
  });

  it('is what a counter rose by: in any order, over restarts, from zero only where it has just begun', () => {
    const at = (minute: number, value: number, startTs: number | null) =>
      point(
        { value, temporality: 'cumulative', monotonic: true, startTs },
        { type: 'sum', ts: T0 + minute * MINUTE_MS },
      );
    const cases: [string, MetricPoint[], number][] = [
      ['from its second point', [at(0, 100, null), at(1, 130, null)], 30],
      ['not of an old start', [at(0, 100, T0 - 3_600_000), at(1, 130, T0 - 3_600_000)], 30],
      ['from a new start', [at(0, 100, T0 - 60_000), at(1, 130, T0 - 60_000)], 130],
      ['in any order', [at(2, 150, null), at(0, 100, null), at(1, 130, null)], 50],
      ['over a restart', [at(0, 100, null), at(1, 130, null), at(2, 4, null), at(3, 9, null)], 39],
      ['over a restart that is told', [at(0, 100, 5), at(1, 130, 5), at(2, 4, T0 + 90_000), at(3, 9, T0 + 90_000)], 39],
      ['once for a point that comes twice', [at(0, 100, null), at(1, 130, null), at(1, 130, null)], 30],
    ];
    for (const [what, points, sum] of cases) expect([what, totalOf(points).sum]).toEqual([what, sum]);
  });

  it('goes on from where a series stood, and a point from before that counts nothing', () => {
    const at = (ts: number, value: number) =>
      point({ value, temporality: 'cumulative', monotonic: true }, { type: 'sum', ts });
    const first = buildMinutes([at(T0, 10), at(T0 + 5, 15)], new Map());
    const second = buildMinutes([at(T0 + 60_000, 40), at(T0 + 2, 12)], first.states);
    expect(second.minutes.map(({ total }) => total.sum)).toEqual([0, 25]);
  });

  it('keeps count and sum of histograms exact, and percentiles as well as their buckets tell', () => {
    const attrs = { count: 100, sum: 4_200, bounds: [10, 50, 100], counts: [20, 60, 20, 0], min: 2, max: 97 };
    const cell = totalOf([point({ ...attrs, temporality: 'delta' }, { type: 'histogram' })]);
    expect(cell).toMatchObject({ count: 100, sum: 4_200, min: 2, max: 97 });
    expect(percentile(cell, 0.5)).toBeGreaterThan(10);
    expect(percentile(cell, 0.5)).toBeLessThan(50);
    expect(percentile(cell, 0.99)).toBeGreaterThan(50);
    expect(percentile(cell, 1)).toBeLessThanOrEqual(97);
  });

  it('differs cumulative histograms, explicit and exponential', () => {
    const explicit = (ts: number, counts: number[], sum: number) =>
      point(
        { bounds: [1, 10], counts, sum, count: counts.reduce((a, b) => a + b), temporality: 'cumulative' },
        { type: 'histogram', ts },
      );
    const cell = totalOf([explicit(T0, [50, 50, 0], 300), explicit(T0 + 10, [50, 80, 0], 480)]);
    expect(cell).toMatchObject({ count: 30, sum: 180 });
    expect(percentile(cell, 0)).toBeGreaterThan(1);

    const exponential = (ts: number, counts: number[], sum: number) =>
      point(
        {
          scale: 5,
          zeroCount: 2,
          positive: { offset: 100, counts },
          sum,
          count: 2 + counts.reduce((a, b) => a + b),
          temporality: 'cumulative',
        },
        { type: 'exponentialHistogram', ts },
      );
    const rose = totalOf([exponential(T0, [5, 5], 90), exponential(T0 + 10, [5, 45], 450)]);
    expect(rose).toMatchObject({ count: 40, sum: 360 });
    // Bucket 101 of scale 5: above 2^(101/32) and at most 2^(102/32).
    expect(percentile(rose, 0.5)).toBeGreaterThan(2 ** (101 / 32) * 0.99);
    expect(percentile(rose, 0.5)).toBeLessThan(2 ** (102 / 32) * 1.01);
  });

  it('counts what a summary observed and has no percentiles of it', () => {
    const at = (ts: number, count: number, sum: number) =>
      point({ count, sum, quantiles: [{ quantile: 0.5, value: 3 }] }, { type: 'summary', ts });
    const cell = totalOf([at(T0, 10, 30), at(T0 + 1, 14, 50)]);
    expect(cell).toMatchObject({ count: 4, sum: 20 });
    expect(percentile(cell, 0.5)).toBeNull();
  });
});

const points = fc.array(
  fc.record({
    value: fc.integer({ min: -1_000, max: 1_000 }),
    minute: fc.integer({ min: 0, max: 3 }),
    region: fc.constantFrom('eu', 'us', 'ap'),
  }),
  { minLength: 1, maxLength: 60 },
);
const pointsFrom = (all: { value: number; minute: number; region: string }[]) =>
  all.map(({ value, minute, region }) => point({ value, labels: { region } }, { ts: T0 + minute * MINUTE_MS }));

function texts(rollups: readonly Rollup[]): string[] {
  return rollups.map((rollup) => JSON.stringify(sortedValues(rollupRow(1, rollup)))).sort();
}

function sortedValues([resolution, name, bucketMs, total, dimensions]: ReturnType<typeof rollupRow>): unknown {
  const parsed = Object.entries(JSON.parse(dimensions) as Record<string, string>);
  const labels = parsed.map(([label, values]) => [label, (JSON.parse(values) as unknown[]).sort()]);
  return [resolution, name, bucketMs, total, labels.sort()];
}

function join(...parts: (readonly Rollup[])[]): Rollup[] {
  const all = new Map<number, Rollup>();
  for (const rollup of parts.flat()) {
    const known = all.get(rollup.bucketMs);
    if (known) mergeRollup(known, rollup);
    else all.set(rollup.bucketMs, rollup);
  }
  return [...all.values()];
}

describe('rollups', () => {
  it('of parts merge into the rollups of the whole, in any order and grouping', () => {
    fc.assert(
      fc.property(points, points, points, (a, b, c) => {
        const of = (all: typeof a) => buildMinutes(pointsFrom(all), new Map()).minutes;
        const whole = texts(of([...a, ...b, ...c]));
        expect(texts(join(join(of(a), of(b)), of(c)))).toEqual(whole);
        expect(texts(join(of(c), join(of(b), of(a))))).toEqual(whole);
        expect(texts(widen(join(of(a), of(b), of(c)), 60 * MINUTE_MS))).toEqual(
          texts(join(widen(of(a), 60 * MINUTE_MS), widen(of([...b, ...c]), 60 * MINUTE_MS))),
        );
      }),
    );
  });

  it('keep the newest value that is known, also where a newer one is not', () => {
    const cell = emptyCell();
    addValue(cell, T0 - 1, null);
    expect(cellOf(JSON.parse(JSON.stringify(cellRow(cell))))).toEqual(cell);
    addValue(cell, T0, 7);
    addValue(cell, T0 + 1, null);
    mergeCell(cell, cellOf(JSON.parse(JSON.stringify(cellRow({ ...emptyCell(), count: 1 })))));
    expect(cell).toMatchObject({ count: 4, sum: 7, lastTs: T0, last: 7, min: 7, max: 7 });
  });

  it('fold what is rare into (other) and keep counts, sums and extremes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30), fc.integer({ min: -9, max: 9 }))),
        fc.integer({ min: 1, max: 10 }),
        (all, most) => {
          const values = new Map<string, Cell>();
          const whole = emptyCell();
          for (const [name, value] of all) {
            const cell = values.get(`v${name}`) ?? emptyCell();
            addValue(cell, T0, value);
            addValue(whole, T0, value);
            values.set(`v${name}`, cell);
          }
          const counts = [...values.values()].map(({ count }) => count).sort((a, b) => b - a);
          foldValues(values, most);
          expect(values.size).toBe(counts.length > most ? most + 1 : counts.length);
          const kept = [...values].filter(([name]) => name !== OTHER).map(([, { count }]) => count);
          expect(kept.sort((a, b) => b - a)).toEqual(counts.slice(0, most));
          const again = emptyCell();
          for (const cell of values.values()) mergeCell(again, cell);
          expect(cellRow(again)).toEqual(cellRow(whole));
        },
      ),
    );
  });

  it('hold at most so many values of a dimension as fit into a row', () => {
    const many = Array.from({ length: 400 }, (_, i) => point({ value: i, labels: { user: `u${i % 200}` } }));
    const [rollup] = buildMinutes(many, new Map()).minutes;
    expect(rollup?.dimensions.get('user')?.size).toBe(TOP_VALUES + 1);
    expect(rollup?.total).toMatchObject({ count: 400, sum: (399 * 400) / 2 });

    const wide: Rollup = { name: 'm', bucketMs: T0, total: emptyCell(), dimensions: new Map() };
    for (let label = 0; label < MAX_DIMENSIONS; label++) {
      const values = new Map<string, Cell>();
      for (let value = 0; value < TOP_VALUES; value++) {
        const cell = emptyCell();
        for (let i = 0; i < 1_000; i++) addValue(cell, T0, 1.02 ** (i + value));
        values.set(`v${value}`, cell);
      }
      wide.dimensions.set(`l${label}`, values);
    }
    const [, name, bucketMs, total, dimensions] = rollupRow(1, wide);
    expect(dimensions.length).toBeLessThan(600_000);
    for (const values of rollupOf({ name, bucket_ms: bucketMs, total, dimensions }).dimensions.values()) {
      expect([...values.values()].reduce((sum, { count }) => sum + count, 0)).toBe(TOP_VALUES * 1_000);
    }
  });

  it('survive sums that no number holds', () => {
    const cell = emptyCell();
    for (let i = 0; i < 3; i++) addValue(cell, T0, Number.MAX_VALUE);
    expect(cellOf(JSON.parse(JSON.stringify(cellRow(cell))))).toEqual(cell);
    expect(cell.sum).toBe(Number.MAX_VALUE);
    expect(percentile(cell, 0.5)).toBe(Number.MAX_VALUE);
  });
});

describe('rise', () => {
  it('is never negative and adds up to the last value, whatever the steps', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1 }), (steps) => {
        let state: SeriesState | null = { ts: 0, count: 0, sum: 0, sketch: null, buckets: null };
        let [value, rose] = [0, 0];
        for (const [i, step] of steps.entries()) {
          value += step;
          const next = rise(state, {
            ts: i + 1,
            startTs: null,
            count: 0,
            sum: value,
            min: 0,
            max: 0,
            sketch: null,
            buckets: null,
          });
          expect(next.increase.sum).toBeGreaterThanOrEqual(0);
          rose += next.increase.sum;
          state = next.state;
        }
        expect(rose).toBe(value);
      }),
    );
  });
});
