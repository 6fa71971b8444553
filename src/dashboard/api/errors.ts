import type { ErrorGroupDetail, ErrorGroups, ErrorStatus } from '../../wire/error-groups.ts';
import type { LabelFilters } from '../lib/label-filters.ts';
import type { Span } from '../lib/range.ts';
import { type Answer, request } from './http.ts';

export const ERROR_SORTS = ['count', 'sessions', 'lastSeen', 'firstSeen'] as const;
export type ErrorSort = (typeof ERROR_SORTS)[number];

export interface ErrorsQuery extends Span {
  project: string;
  q: string;
  sort: ErrorSort;
  /** null is any. */
  status: ErrorStatus | null;
  filters: LabelFilters;
}

export interface Page {
  limit: number;
  cursor: string | null;
}

export function listErrors(query: ErrorsQuery, page: Page, signal: AbortSignal): Promise<Answer<ErrorGroups>> {
  const { project, q, sort, status, filters } = query;
  return request('GET', '/api/query/errors', {
    params: { ...filters, project, ...spanParams(query), q, sort, status, ...page },
    signal,
  });
}

/** `page` is of its occurrences, the newest first. */
export function getErrorGroup(
  project: string,
  fingerprint: string,
  span: Span,
  page: Page,
  signal: AbortSignal,
): Promise<Answer<ErrorGroupDetail>> {
  const path = `/api/query/errors/${encodeURIComponent(fingerprint)}`;
  return request('GET', path, { params: { project, ...spanParams(span), ...page }, signal });
}

/** Whole milliseconds around it. */
export function spanParams({ fromMs, toMs }: Span): { from: number; to: number } {
  return { from: Math.floor(fromMs), to: Math.ceil(toMs) };
}

/** Whoever may change says what becomes of it; that it came again, only the server says. */
export type SetStatus = Exclude<ErrorStatus, 'regressed'>;

export function setErrorStatus(project: string, fingerprint: string, status: SetStatus): Promise<Answer<unknown>> {
  return request('PATCH', `/api/errors/${encodeURIComponent(fingerprint)}`, { params: { project }, body: { status } });
}
