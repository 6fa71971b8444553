import type { PerformanceReport, SlowRequest } from '../../wire/performance.ts';
import type { Span } from '../lib/range.ts';
import { type Answer, request } from './http.ts';
import type { List } from './types.ts';

export function getPerformance({ fromMs, toMs }: Span, signal: AbortSignal): Promise<Answer<PerformanceReport>> {
  return request('GET', '/api/metrics/report', { params: { from: String(fromMs), to: String(toMs) }, signal });
}

/** The slowest first. */
export function listSlow({ fromMs, toMs }: Span, signal: AbortSignal): Promise<Answer<List<SlowRequest>>> {
  return request('GET', '/api/metrics/slow', { params: { from: String(fromMs), to: String(toMs) }, signal });
}
