import { BROWSER_LABELS, type BrowserLabel } from '../../wire/vitals.ts';
import { countryName } from './country.ts';
import { quoteValue } from './query-edit.ts';

/** Only what has these values of labels. */
export type LabelFilters = Readonly<Partial<Record<BrowserLabel, string>>>;

/** As the address has them: by the names of the labels, which the API takes as they are. */
export function labelFiltersOf(params: URLSearchParams): LabelFilters {
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

export const LABEL_WORDS: Record<BrowserLabel, string> = {
  page: 'Page',
  site: 'Site',
  device: 'Device',
  browser: 'Browser',
  os: 'System',
  country: 'Country',
  connection: 'Connection',
  release: 'Release',
  navigation: 'Navigation',
};

/** A value of a label as people say it. */
export function valueText(label: string, value: string): string {
  return label === 'country' && /^([A-Z]{2}|T1)$/.test(value) ? countryName(value) : value;
}

/** The search for records that have this value of a label. */
export function labelTerm(label: string, value: string): string {
  return `attrs.labels.${label}:${quoteValue(value)}`;
}
