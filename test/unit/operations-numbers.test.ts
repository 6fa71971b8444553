import { describe, expect, it } from 'vitest';
import { byValue, operationNumbers, reasonsOf } from '../../src/operations/numbers.ts';
import { coverageOf, filtersOf } from '../../src/operations/select.ts';
import { inSteps } from '../../src/operations/steps.ts';
import type { CellAnswer, SummedCell } from '../../src/query/index.ts';
import { addPoint, type Cell, emptyCell, pointsIn } from '../../src/rollups/index.ts';
import { ok } from '../../src/shared/result.ts';
import type { JsonObject, LogRecord } from '../../src/wire/record.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function cellOf(name: string, ...all: JsonObject[]): Cell {
  const cell = emptyCell();
  for (const attrs of all) {
    const record = { ts: 0, service: '', message: '', attrs: { scope: 'p2p', ...attrs } } as unknown as LogRecord;
    for (const point of pointsIn('operations', record)) if (point.name === name) addPoint(cell, point);
  }
  return cell;
}

const summed = (name: string, value: string, ...all: JsonObject[]): SummedCell => ({
  ...{ name, value, ts: 0, cell: cellOf(name, ...all) },
});
const [good, bad] = [
  { durationMs: 10, outcome: 'success', bytes: 100 },
  { durationMs: 30, outcome: 'failure' },
];

describe('the numbers of operations', () => {
  it('are of nothing where there was none', () => {
    expect(operationNumbers({ durations: null, sizes: null })).toEqual({
      ...{ count: 0, succeeded: 0, failed: 0, successRate: null, avgMs: null, bytes: null },
      ...{ p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null },
    });
  });

  it('are counts and durations, and sizes of those that said one', () => {
    const all = [good, good, bad, { outcome: 'success' }, { durationMs: 50 }];
    const numbers = operationNumbers({ durations: cellOf('p2p', ...all), sizes: cellOf('p2p.bytes', ...all) });
    expect(numbers).toMatchObject({ count: 5, succeeded: 3, failed: 1, successRate: 0.75, avgMs: 25, maxMs: 50 });
    expect(numbers.bytes).toMatchObject({ count: 2, sum: 200, avg: 100, p50: 100, p99: 100 });
  });

  it('stand by value, the most frequent first and the folded rest last', () => {
    const cells = [
      summed('p2p', '(other)', good, good, good, good),
      summed('p2p', 'zelle', good),
      summed('p2p', 'venmo', good, bad),
      summed('p2p', 'cashapp', good),
      summed('p2p.bytes', 'venmo', good),
    ];
    expect(byValue('p2p', cells).map(({ value, sizes }) => [value, sizes?.count ?? 0])).toEqual([
      ['venmo', 1],
      ['cashapp', 0],
      ['zelle', 0],
      ['(other)', 0],
    ]);
  });

  it('have reasons of failures alone, the most frequent first', () => {
    const cells = [
      summed('p2p', 'customer asked', good, good),
      summed('p2p', 'declined', bad),
      summed('p2p', 'timeout', bad, bad, bad),
    ];
    expect(reasonsOf(cells)).toEqual([
      { reason: 'timeout', count: 3, share: 0.75 },
      { reason: 'declined', count: 1, share: 0.25 },
    ]);
    expect(reasonsOf([])).toEqual([]);
  });
});

describe('a selection', () => {
  it.each([
    [null, null, []],
    ['venmo', null, [{ label: 'gateway', value: 'venmo' }]],
    [null, 'create', [{ label: 'operation', value: 'create' }]],
    ['a/b', 'create', [{ label: 'call', value: 'a%2Fb/create' }]],
  ])('of gateway %j and operation %j is one label at most', (gateway, operation, filters) => {
    expect(filtersOf({ scope: 'p2p', gateway, operation })).toEqual(filters);
  });
});

const answer = (more: Partial<CellAnswer> = {}): CellAnswer => ({
  ...{ fromMs: 0, toMs: 1, stepMs: 1, source: 'rollups', resolutionMs: MINUTE_MS, complete: true },
  ...{ countedFromMs: 0, info: null, cells: [], ...more },
});

describe('what an answer rests on', () => {
  it('is the worst of its parts', () => {
    expect(coverageOf([answer(), answer()])).toEqual({ source: 'rollups', complete: true, countedFromMs: 0 });
    const partial = answer({ source: 'records', complete: false, countedFromMs: 70 });
    expect(coverageOf([answer(), partial])).toEqual({ source: 'records', complete: false, countedFromMs: 70 });
  });
});

describe('steps over a long range', () => {
  it.each([
    ['minutes', MINUTE_MS, 2_000, 1_440 * MINUTE_MS],
    ['five minutes', 5 * MINUTE_MS, 1_000, 1_440 * MINUTE_MS],
    ['hours', HOUR_MS, 8_760, 1_440 * HOUR_MS],
    ['days', DAY_MS, 365, 365 * DAY_MS],
  ])('of %s are asked for in parts that rows of that width can answer', async (_, stepMs, steps, longestMs) => {
    const parts: [number, number][] = [];
    const read = await inSteps({ fromMs: 0, toMs: steps * stepMs, stepMs }, async ({ fromMs, toMs, stepMs: asked }) => {
      expect(asked).toBe(stepMs);
      parts.push([fromMs, toMs]);
      return ok(answer({ fromMs, toMs, countedFromMs: fromMs }));
    });
    expect(read).toMatchObject({ value: { complete: true, countedFromMs: 0, source: 'rollups' } });
    expect([parts[0]?.[0], parts.at(-1)?.[1]]).toEqual([0, steps * stepMs]);
    for (const [i, [fromMs, toMs]] of parts.entries()) {
      expect(toMs - fromMs).toBeLessThanOrEqual(longestMs);
      expect(toMs).toBe(parts[i + 1]?.[0] ?? steps * stepMs);
    }
  });

  it('count from where the last part that is not whole does', async () => {
    const read = await inSteps({ fromMs: 0, toMs: 3_000 * HOUR_MS, stepMs: HOUR_MS }, async ({ fromMs, toMs }) =>
      ok(answer({ fromMs, toMs, complete: fromMs !== 1_440 * HOUR_MS, countedFromMs: fromMs + 5 })),
    );
    expect(read).toMatchObject({ value: { complete: false, countedFromMs: 1_440 * HOUR_MS + 5 } });
  });

  it('end with the first part that fails', async () => {
    const away = { ok: false, error: { kind: 'store_away' } } as const;
    expect(await inSteps({ fromMs: 0, toMs: HOUR_MS, stepMs: HOUR_MS }, async () => away)).toEqual(away);
  });
});
