import { describe, expect, it } from 'vitest';
import {
  type MetricReport,
  nameOf,
  percentileLines,
  performanceHeadline,
} from '../../../src/dashboard/pages/performance/performance-words.ts';
import type { PerformanceFigures, PerformanceReport } from '../../../src/wire/performance.ts';

const MINUTE_MS = 60_000;
const figures = (count: number, errors: number, p95Ms: number | null): PerformanceFigures => ({
  ...{ count, errors, averageMs: p95Ms, p50Ms: p95Ms, p95Ms, p99Ms: p95Ms, minMs: p95Ms, maxMs: p95Ms },
});
const requests = (total: PerformanceFigures): MetricReport => ({ metric: 'requests', total, items: [], timeline: [] });

describe('the headline of performance', () => {
  it.each<[count: number, errors: number, p95Ms: number | null, tone: string, text: RegExp]>([
    [0, 0, null, 'info', /^No requests in the last hour$/],
    [10_000, 0, 120, 'ok', /^95 of 100 requests within 120.ms$/],
    [10_000, 1, 120, 'ok', /^0.01.% of requests fail$/],
    [10_000, 10, 120, 'warn', /^0.1.% of requests fail$/],
    [10_000, 100, 120, 'bad', /^1.% of requests fail$/],
    [10_000, 0, 1_000, 'warn', /^95 of 100 requests within 1.s$/],
    [10_000, 0, 5_000, 'bad', /^95 of 100 requests within 5.s$/],
  ])('of %i requests, %i failed, p95 %s ms is %s', (count, errors, p95Ms, tone, text) => {
    const headline = performanceHeadline(requests(figures(count, errors, p95Ms)), 'in the last hour');
    expect(headline.tone).toBe(tone);
    expect(headline.text).toMatch(text);
  });
});

describe('the lines of performance', () => {
  it('have a gap where nothing was measured', () => {
    const report: PerformanceReport = { fromMs: 0, toMs: 3 * MINUTE_MS, resolution: 'minute', metrics: [] };
    const timeline = [
      { atMs: 0, ...figures(1, 0, 10) },
      { atMs: 2 * MINUTE_MS, ...figures(1, 0, 30) },
    ];
    const { times, stepMs, lines } = percentileLines({ ...requests(figures(2, 0, 30)), timeline }, report);
    expect([times, stepMs]).toEqual([[0, MINUTE_MS, 2 * MINUTE_MS], MINUTE_MS]);
    expect(lines.map(({ label, values }) => [label, values])).toEqual(
      ['p50', 'p95', 'p99'].map((label) => [label, [10, null, 30]]),
    );
  });
});

describe('the name of a row', () => {
  it('is what was measured', () => {
    expect(nameOf('requests', { method: 'GET', route: '/api/projects/:id' })).toBe('GET /api/projects/:id');
    expect(nameOf('calls', { target: 'journal', operation: 'append' })).toBe('journal.append');
    expect(nameOf('alarms', { object: 'hub' })).toBe('hub');
  });
});
