import { describe, expect, it } from 'vitest';
import { barOf, spanLength, traceRows } from '../../../src/dashboard/lib/trace-rows.ts';
import type { Trace, TraceSpan } from '../../../src/wire/trace.ts';
import { record } from './records.ts';

const span = (id: string, spanId: string, depth: number, ts: number, rest: Partial<TraceSpan> = {}): TraceSpan => ({
  ...record(id, { stream: 'spans', spanId, ts }),
  parentSpanId: null,
  durationMs: 10,
  depth,
  ...rest,
});
const traceOf = (spans: TraceSpan[], logs: Trace['logs']): Trace => ({
  traceId: 't',
  startMs: 100,
  endMs: 200,
  spans,
  logs,
  services: [],
  truncated: false,
  complete: true,
});

describe('traceRows', () => {
  it('puts each log behind its span, one step in, and what belongs to none at the end', () => {
    const logs = [
      record('la', { spanId: 'a', ts: 105 }),
      record('lx', { spanId: 'gone', ts: 101 }),
      record('ln', { ts: 102 }),
      record('la2', { spanId: 'a', ts: 106, level: 'error' }),
    ];
    const rows = traceRows(traceOf([span('sa', 'a', 0, 100), span('sb', 'b', 1, 110)], logs));
    expect(
      rows.map(({ record: { id }, kind, depth, offsetMs, isError }) => [id, kind, depth, offsetMs, isError]),
    ).toEqual([
      ['sa', 'span', 0, 0, false],
      ['la', 'log', 1, 5, false],
      ['la2', 'log', 1, 6, true],
      ['sb', 'span', 1, 10, false],
      ['lx', 'log', 0, 1, false],
      ['ln', 'log', 0, 2, false],
    ]);
  });

  it('shows logs of two spans of one id once', () => {
    const rows = traceRows(traceOf([span('s1', 'a', 0, 100), span('s2', 'a', 0, 101)], [record('l', { spanId: 'a' })]));
    expect(rows.map(({ record: { id } }) => id)).toEqual(['s1', 'l', 's2']);
  });

  it('knows an error by its level and by its status', () => {
    const rows = traceRows(
      traceOf([span('a', 'a', 0, 100, { attrs: { status: 'error' } }), span('b', 'b', 0, 100, { level: 'error' })], []),
    );
    expect(rows.every(({ isError }) => isError)).toBe(true);
  });
});

describe('barOf', () => {
  it.each<[string, number, number | null, number, { left: number; width: number }]>([
    ['a part of the trace', 25, 50, 100, { left: 25, width: 50 }],
    ['the part within it of what reaches beyond', -10, 500, 100, { left: 0, width: 100 }],
    ['an edge for what lies outside', 300, 5, 100, { left: 100, width: 0 }],
    ['a point for a log', 40, null, 100, { left: 40, width: 0 }],
    ['all of a trace without length', 0, 0, 0, { left: 0, width: 100 }],
  ])('is %s', (_, offsetMs, durationMs, totalMs, bar) => {
    expect(barOf({ offsetMs, durationMs }, totalMs)).toEqual(bar);
  });
});

describe('spanLength', () => {
  it.each<[number, string]>([
    [0, '0 ms'],
    [0.0004, '0.4 µs'],
    [0.85, '850 µs'],
    [12.345, '12.3 ms'],
    [1_240, '1.24 s'],
    [90_000, '1.5 min'],
    [7_200_000, '2 h'],
  ])('says %s ms as %s', (ms, text) => {
    expect(spanLength(ms).replace('\u00a0', ' ')).toBe(text);
  });
});
