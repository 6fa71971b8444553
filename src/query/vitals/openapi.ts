import { count, describe, oneOf, text, time } from '../../shared/describe.ts';
import {
  BROWSER_LABELS,
  VITALS,
  type VitalsBreakdown,
  type VitalsDistribution,
  type VitalsPages,
  type VitalsSummary,
  type VitalsTimeseries,
} from '../../wire/vitals.ts';
import { PAGE_SORTS } from './parameters.ts';

export interface VitalAnswers {
  'GET /api/query/vitals/summary': VitalsSummary;
  'GET /api/query/vitals/timeseries': VitalsTimeseries;
  'GET /api/query/vitals/pages': VitalsPages;
  'GET /api/query/vitals/breakdown': VitalsBreakdown;
  'GET /api/query/vitals/distribution': VitalsDistribution;
}

/** What whatever reads records may refuse with. */
export const READ_CODES = 'invalid_query query_too_broad block_unreadable';
export const BROWSER_FILTERS = Object.fromEntries(
  [...BROWSER_LABELS, 'service'].map((label) => [label, text(`Only of this ${label}.`)]),
);

const SCOPE = {
  from: time('From this on; the last day unless said.'),
  to: time('Before this.'),
  ...BROWSER_FILTERS,
  refresh: text('`1` computes anew instead of answering from the cache.'),
};
const NAME = { name: oneOf(VITALS, '`LCP` unless said.') };
const BY = oneOf(BROWSER_LABELS, 'A label: one for each value.');

export default describe<VitalAnswers>('Query', {
  'GET /api/query/vitals/summary': { summary: 'Every web vital', access: 'read', query: SCOPE, codes: READ_CODES },
  'GET /api/query/vitals/timeseries': {
    summary: 'A web vital over time',
    access: 'read',
    query: { ...NAME, step: count(60_000, 999_999_960_000, null, 'Milliseconds of whole minutes.'), by: BY, ...SCOPE },
    codes: READ_CODES,
  },
  'GET /api/query/vitals/pages': {
    summary: 'Pages by a web vital',
    access: 'read',
    query: {
      ...NAME,
      also: text('Other vitals of the same pages, with commas.'),
      sort: oneOf(PAGE_SORTS, '`p75` unless said.'),
      minCount: count(1, 1_000_000, 1, 'Pages with fewer events are left out.'),
      limit: count(1, 1_000, 50, 'How many items at most.'),
      cursor: text('`nextCursor` of the page before.'),
      ...SCOPE,
    },
    codes: READ_CODES,
  },
  'GET /api/query/vitals/breakdown': {
    ...{ summary: 'A web vital by a label', access: 'read', query: { ...NAME, by: BY, ...SCOPE }, codes: READ_CODES },
  },
  'GET /api/query/vitals/distribution': {
    ...{ summary: 'How a web vital is spread', access: 'read', query: { ...NAME, ...SCOPE }, codes: READ_CODES },
  },
});
