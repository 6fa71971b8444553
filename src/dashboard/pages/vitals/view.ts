import { BROWSER_LABELS, type BrowserLabel, isVital, type VitalName } from '../../../wire/vitals.ts';
import type { LabelFilters } from '../../api/vitals.ts';

export const BREAKDOWNS = ['device', 'browser', 'os', 'country', 'connection', 'release'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

export const SORTS = ['count', 'p75', 'poor'] as const;
export type Sort = (typeof SORTS)[number];

/** What the reader looks at, besides the time. All of it is in the address; what means nothing there is the usual. */
export interface View {
  vital: VitalName;
  filters: LabelFilters;
  by: Breakdown;
  compare: boolean;
  /** The chart has a line for each value of `by`. */
  split: boolean;
  sort: Sort;
  /** Part of a page's name. */
  find: string;
}

export function viewOf(params: URLSearchParams): View {
  const vital = params.get('vital')?.toUpperCase() ?? '';
  return {
    vital: isVital(vital) ? vital : 'LCP',
    filters: filtersOf(params),
    by: BREAKDOWNS.find((name) => name === params.get('by')) ?? 'device',
    // What is split is not compared as well: nobody could tell the lines apart.
    compare: params.get('compare') === '1' && params.get('split') !== '1',
    split: params.get('split') === '1',
    sort: SORTS.find((name) => name === params.get('sort')) ?? 'count',
    find: params.get('find') ?? '',
  };
}

export function filtersOf(params: URLSearchParams): LabelFilters {
  const filters: Partial<Record<BrowserLabel, string>> = {};
  for (const label of BROWSER_LABELS) {
    const value = params.get(label);
    if (value !== null && value !== '') filters[label] = value;
  }
  return filters;
}

export function filterList(filters: LabelFilters): { label: BrowserLabel; value: string }[] {
  return BROWSER_LABELS.flatMap((label) => {
    const value = filters[label];
    return value === undefined ? [] : [{ label, value }];
  });
}

/** The change of the address that takes every filter out. */
export function noFilters(): Record<BrowserLabel, null> {
  return Object.fromEntries(BROWSER_LABELS.map((label) => [label, null])) as Record<BrowserLabel, null>;
}
