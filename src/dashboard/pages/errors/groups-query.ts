import type { ErrorStatus } from '../../../wire/error-groups.ts';
import { ERROR_SORTS, type ErrorSort, type ErrorsQuery } from '../../api/errors.ts';
import { labelFiltersOf } from '../../lib/label-filters.ts';
import type { Span } from '../../lib/range.ts';

export const SORT_WORDS: Readonly<Record<ErrorSort, string>> = {
  count: 'Most errors first',
  sessions: 'Most sessions first',
  lastSeen: 'Seen last first',
  firstSeen: 'New ones first',
};

export const STATUSES: readonly ErrorStatus[] = ['open', 'regressed', 'resolved', 'ignored'];

export const STATUS_WORDS: Readonly<Record<ErrorStatus, string>> = {
  open: 'Open',
  regressed: 'Came again',
  resolved: 'Resolved',
  ignored: 'Ignored',
};

export function sortOf(text: string | null): ErrorSort {
  return ERROR_SORTS.find((sort) => sort === text) ?? 'count';
}

/** The question that the address asks. */
export function groupsQuery(project: string, span: Span, params: URLSearchParams): ErrorsQuery {
  return {
    ...{ project, fromMs: span.fromMs, toMs: span.toMs },
    q: params.get('q')?.trim() ?? '',
    sort: sortOf(params.get('sort')),
    status: STATUSES.find((status) => status === params.get('status')) ?? null,
    filters: labelFiltersOf(params),
  };
}

/** The same length of time just before. */
export function spanBefore({ fromMs, toMs }: Span): Span {
  return { fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
}
