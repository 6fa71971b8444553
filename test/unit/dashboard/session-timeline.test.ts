import { describe, expect, it } from 'vitest';
import { tell, timelineRows } from '../../../src/dashboard/lib/session-timeline.ts';
import { hiddenParam, hiddenStreams } from '../../../src/dashboard/pages/sessions/hidden-streams.ts';
import type { JsonObject, LogRecord, Stream } from '../../../src/wire/record.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');
const record = (stream: Stream, ts: number, more: Partial<LogRecord> = {}): LogRecord => ({
  ...{ id: `${stream}-${ts}`, ts, stream, level: 'info', service: 'shop', message: '', attrs: {} },
  ...more,
});
const told = (stream: Stream, attrs: JsonObject, more: Partial<LogRecord> = {}) => {
  const { title, value, tone, word } = tell(record(stream, 0, { attrs, ...more }));
  return [title, plain(value), tone, word];
};

describe('the timeline of a session', () => {
  const visit = [
    record('logs', 1_000, { attrs: { labels: { page: '/a' } } }),
    record('vitals', 2_000, { attrs: { labels: { page: '/a' } } }),
    record('errors', 62_000, { attrs: { labels: { page: '/b' } } }),
    record('logs', 63_000),
  ];

  it('counts from its start, says silences from half a minute on, and pages where they change', () => {
    const rows = timelineRows(visit, 1_000, new Set());
    expect(rows.map(({ offsetMs, gapMs, page }) => [offsetMs, gapMs, page])).toEqual([
      [0, null, '/a'],
      [1_000, null, null],
      [61_000, 60_000, '/b'],
      [62_000, null, null],
    ]);
  });

  it('knows of silences and pages though the stream that had them is hidden, and takes no hidden record for a silence', () => {
    const rows = timelineRows(visit, 1_000, new Set<Stream>(['errors', 'vitals']));
    expect(rows.map(({ id, gapMs, page }) => [id, gapMs, page])).toEqual([
      ['logs-1000', null, '/a'],
      ['logs-63000', 60_000, '/b'],
    ]);
    const busy = Array.from({ length: 40 }, (_, i) => record(i === 0 || i === 39 ? 'logs' : 'vitals', i * 5_000));
    expect(timelineRows(busy, 0, new Set<Stream>(['vitals'])).map(({ gapMs }) => gapMs)).toEqual([null, null]);
  });

  it('is nothing where nothing came', () => {
    expect(timelineRows([], 0, new Set())).toEqual([]);
  });
});

describe('a record in one line', () => {
  it('is a vital with its band in a word', () => {
    expect(told('vitals', { name: 'LCP', value: 2_600 })).toEqual(['LCP', '2.6 s', 'warn', 'needs improvement']);
    expect(told('vitals', { name: 'CLS', value: 0.03 })).toEqual(['CLS', '0.03', 'ok', 'good']);
    expect(told('vitals', { name: 'INP', value: 900 })).toEqual(['INP', '900 ms', 'bad', 'poor']);
    expect(told('vitals', { name: 'mine', value: 7 }, { message: 'own' })).toEqual(['own', '7', 'plain', '']);
  });

  it('is an operation with its gateway, its time and why it failed', () => {
    const transfer = { gateway: 'bank', operation: 'transfer', durationMs: 182, bytes: 2_048 };
    expect(told('operations', { ...transfer, outcome: 'success' })).toEqual([
      ...['transfer by bank', '182 ms, 2.05 kB', 'plain', ''],
    ]);
    expect(told('operations', { operation: 'load', outcome: 'failure', reason: 'timeout' })).toEqual([
      ...['load: timeout', '', 'bad', 'failed'],
    ]);
    expect(told('operations', {}, { message: 'as sent' })).toEqual(['as sent', '', 'plain', '']);
  });

  it('is an error, a decision about fraud, a metric, a log or a span', () => {
    expect(told('errors', {}, { type: 'TypeError', message: 'x' })).toEqual(['TypeError: x', '', 'bad', 'error']);
    expect(told('fraud', { decision: 'deny', riskScore: 90 }, { message: 'login' })).toEqual([
      ...['login', 'score 90', 'bad', 'denied'],
    ]);
    expect(told('fraud', { decision: 'toString' })).toEqual(['(no message)', '', 'plain', '']);
    expect(told('metrics', { name: 'cart', value: 4, unit: 'items' })).toEqual(['cart', '4 items', 'plain', '']);
    expect(told('logs', {}, { level: 'warn', message: 'slow' })).toEqual(['slow', '', 'warn', 'warn']);
    expect(told('logs', { navigationType: 'reload' }, { type: 'pageview', message: '/cart' })).toEqual([
      ...['Opened /cart', 'reload', 'plain', ''],
    ]);
    expect(told('spans', { durationMs: 12 }, { message: 'GET /' })).toEqual(['GET /', '12 ms', 'plain', '']);
  });
});

describe('hidden streams', () => {
  it('are in the address in one order, and what names no stream hides nothing', () => {
    expect(hiddenParam(new Set<Stream>(['errors', 'logs']))).toBe('logs,errors');
    expect(hiddenParam(new Set())).toBeNull();
    expect([...hiddenStreams('logs,shoes,,errors')]).toEqual(['logs', 'errors']);
  });
});
