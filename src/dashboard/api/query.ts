import type { Stream } from '../../wire/record.ts';
import type { Trace } from '../../wire/trace.ts';
import { type Answer, type Params, request, urlOf } from './http.ts';
import { listAll } from './list-all.ts';
import type { Facets, Histogram, List, LogContext, LogPage, SavedSearch } from './types.ts';

/** What every read of records shares. `stream` null is all streams. */
export interface Scope {
  project: string;
  fromMs: number;
  toMs: number;
  q: string;
  stream: Stream | null;
}

export function scopeParams(scope: Scope): Params {
  return { project: scope.project, from: scope.fromMs, to: scope.toMs, q: scope.q, stream: scope.stream };
}

export interface PageOptions {
  limit: number;
  cursor?: string | null;
  order?: 'asc' | 'desc';
}

export function getLogs(scope: Scope, page: PageOptions, signal: AbortSignal): Promise<Answer<LogPage>> {
  return request('GET', '/api/query/logs', { params: { ...scopeParams(scope), ...page }, signal });
}

export function getHistogram(scope: Scope, buckets: number, signal: AbortSignal): Promise<Answer<Histogram>> {
  return request('GET', '/api/query/logs/histogram', { params: { ...scopeParams(scope), buckets }, signal });
}

export function getFacets(
  scope: Scope,
  fields: readonly string[],
  limit: number,
  signal: AbortSignal,
): Promise<Answer<Facets>> {
  return request('GET', '/api/query/logs/facets', {
    params: { ...scopeParams(scope), fields: fields.join(','), limit },
    signal,
  });
}

/** `tsMs`, the record's own time, makes finding it faster; null where it is not known. */
export function getContext(
  project: string,
  id: string,
  tsMs: number | null,
  around: number,
  signal: AbortSignal,
): Promise<Answer<LogContext>> {
  const path = `/api/query/logs/context/${encodeURIComponent(id)}`;
  return request('GET', path, { params: { project, ts: tsMs, before: around, after: around }, signal });
}

/** `aroundMs`: a time of the trace; null where it is not known. */
export function getTrace(
  project: string,
  traceId: string,
  aroundMs: number | null,
  signal: AbortSignal,
): Promise<Answer<Trace>> {
  const path = `/api/query/traces/${encodeURIComponent(traceId)}`;
  return request('GET', path, { params: { project, around: aroundMs }, signal });
}

/** Metrics that ever came, by name. */
export function listMetricNames(project: string, signal: AbortSignal): Promise<Answer<List<{ name: string }>>> {
  return request('GET', '/api/query/metrics/names', { params: { project, limit: 200 }, signal });
}

/** A plain link: the cookie is enough for a download. */
export function exportUrl(scope: Scope, format: 'ndjson' | 'json' | 'csv'): string {
  return urlOf('/api/export', { ...scopeParams(scope), format });
}

export function listSearches(project: string, signal: AbortSignal): Promise<Answer<List<SavedSearch>>> {
  return listAll('/api/searches', { project }, signal);
}

export interface SearchInput {
  project: string;
  name: string;
  q: string;
  stream?: Stream;
}

export function createSearch(input: SearchInput): Promise<Answer<SavedSearch>> {
  return request('POST', '/api/searches', { body: input });
}

export function deleteSearch(project: string, id: string): Promise<Answer<void>> {
  return request('DELETE', `/api/searches/${encodeURIComponent(id)}`, { params: { project } });
}
