import { isVital, type VitalName } from '../../../wire/vitals.ts';
import { type LabelFilters, labelFiltersOf } from '../../lib/label-filters.ts';

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
    filters: labelFiltersOf(params),
    by: BREAKDOWNS.find((name) => name === params.get('by')) ?? 'device',
    // What is split is not compared as well: nobody could tell the lines apart.
    compare: params.get('compare') === '1' && params.get('split') !== '1',
    split: params.get('split') === '1',
    sort: SORTS.find((name) => name === params.get('sort')) ?? 'count',
    find: params.get('find') ?? '',
  };
}
