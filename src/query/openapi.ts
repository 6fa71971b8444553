import { count, describe, oneOf, page, text, time } from '../shared/describe.ts';
import type { Page } from '../shared/page.ts';
import type { ErrorGroupDetail, ErrorGroups, SessionList, SessionTimeline } from '../wire/error-groups.ts';
import { type LogRecord, STREAMS } from '../wire/record.ts';
import type { Trace } from '../wire/trace.ts';
import { SORTS } from './error-groups/parameters.ts';
import { errorStatusSchema } from './error-groups/set-status.ts';
import type { Facets } from './facets.ts';
import type { Histogram } from './histogram.ts';
import type { MetricNames } from './metrics/names.ts';
import { STATS, type Timeseries } from './metrics/timeseries.ts';
import { EXPORT_FORMATS } from './parameters.ts';
import { saveSearchSchema } from './saved-searches.ts';
import type { Scanned } from './search.ts';
import type { SavedSearch } from './search-store.ts';
import { BROWSER_FILTERS, READ_CODES } from './vitals/openapi.ts';

export interface SearchAnswer {
  records: LogRecord[];
  nextCursor: string | null;
  scanned: Scanned;
  /** False: the budget ended before the page was full; `nextCursor` goes on. */
  complete: boolean;
}

export interface RecordContext {
  before: LogRecord[];
  record: LogRecord;
  after: LogRecord[];
}

export interface ChangedStatus {
  fingerprint: string;
  status: 'open' | 'resolved' | 'ignored';
  statusAtMs: number;
}

export interface QueryAnswers {
  'GET /api/query/logs': SearchAnswer;
  'GET /api/query/logs/histogram': Histogram;
  'GET /api/query/logs/facets': Facets;
  'GET /api/query/logs/context/:id': RecordContext;
  'GET /api/searches': Page<SavedSearch>;
  'POST /api/searches': SavedSearch;
  'GET /api/query/metrics/timeseries': Timeseries;
  'GET /api/query/metrics/names': MetricNames;
  'GET /api/query/errors': ErrorGroups;
  'GET /api/query/errors/:fingerprint': ErrorGroupDetail;
  'PATCH /api/errors/:fingerprint': ChangedStatus;
  'GET /api/query/sessions': SessionList;
  'GET /api/query/sessions/:id': SessionTimeline;
  'GET /api/query/traces/:traceId': Trace;
}

const RANGE = { from: time('From this on; an hour before `to` unless said.'), to: time('Before this.') };
const Q = text('A search (docs/search.md); all records where it is left out.');
const SCOPE = { ...RANGE, q: Q, stream: oneOf(STREAMS, 'Only of this one.') };
const CURSOR = text('`nextCursor` of the page before; left out for the first.');

export default describe<QueryAnswers>('Query', {
  'GET /api/query/logs': {
    summary: 'Search records',
    more: 'With `Accept: text/event-stream` events `progress`, `records`, `done` and `problem`, as they happen.',
    access: 'read',
    query: {
      ...SCOPE,
      limit: count(1, 1_000, 100, 'How many records at most.'),
      cursor: CURSOR,
      order: oneOf(['desc', 'asc'], '`desc` unless said.'),
    },
    media: ['text/event-stream'],
    codes: READ_CODES,
  },
  'GET /api/query/logs/histogram': {
    summary: 'Matching records by time and level',
    access: 'read',
    query: { ...SCOPE, buckets: count(1, 1_000, 60, 'How many at most, but for one more that covers the range.') },
    codes: READ_CODES,
  },
  'GET /api/query/logs/facets': {
    summary: 'How often each value of some fields occurs',
    access: 'read',
    query: {
      ...SCOPE,
      fields: text('Up to 10, with commas; `level,service,stream` unless said.'),
      limit: count(1, 100, 10, 'How many values of each.'),
    },
    codes: READ_CODES,
  },
  'GET /api/query/logs/context/:id': {
    summary: 'A record with its neighbours',
    access: 'read',
    query: {
      before: count(0, 100, 10, 'How many before it.'),
      after: count(0, 100, 10, 'How many behind it.'),
      ts: time('Its own time makes it faster.'),
    },
    codes: `${READ_CODES} record_not_reached`,
  },
  'GET /api/export': {
    summary: 'All matching records as a download',
    access: 'export',
    query: { ...SCOPE, format: oneOf(EXPORT_FORMATS, '`ndjson` unless said.') },
    media: ['application/x-ndjson', 'application/json', 'text/csv'],
    codes: READ_CODES,
  },
  'GET /api/searches': { summary: 'Saved searches', access: 'read', query: page() },
  'POST /api/searches': {
    ...{ summary: 'Save a search', access: 'write', body: saveSearchSchema, status: 201 },
    ...{ example: { name: 'Failures', q: 'level:error' }, codes: 'invalid_query too_many_searches' },
  },
  'DELETE /api/searches/:id': { summary: 'Delete a saved search', access: 'write' },
  'GET /api/query/metrics/timeseries': {
    summary: 'A metric over time',
    more: '`label.<name>=<value>` asks for one value of one label.',
    access: 'read',
    query: {
      name: { ...text('Of the metric.'), required: true },
      ...RANGE,
      step: count(60_000, 999_999_960_000, null, 'Milliseconds of whole minutes; about 120 points unless said.'),
      by: text('A label: one series for each value.'),
      stat: oneOf(STATS, '`avg` unless said.'),
    },
    codes: READ_CODES,
  },
  'GET /api/query/metrics/names': {
    summary: 'Metrics that there are, by name',
    access: 'read',
    query: { limit: count(1, 1_000, 500, 'How many items at most.'), cursor: CURSOR },
    codes: READ_CODES,
  },
  'GET /api/query/errors': {
    summary: 'Groups of errors',
    more: 'Without `from` the last day. `total` and `buckets` are of all errors.',
    access: 'read',
    query: {
      ...RANGE,
      ...BROWSER_FILTERS,
      sort: oneOf(SORTS, '`count` unless said.'),
      q: text('A part of type, message or culprit, in any case.'),
      status: oneOf(['open', 'resolved', 'ignored', 'regressed'], 'Only those.'),
      limit: count(1, 200, 50, 'How many items at most.'),
      cursor: CURSOR,
    },
    codes: READ_CODES,
  },
  'GET /api/query/errors/:fingerprint': {
    summary: 'One group of errors, the newest occurrence first',
    more: 'Without `from` the last 30 days.',
    access: 'read',
    query: { ...RANGE, limit: count(1, 100, 20, 'How many occurrences.'), cursor: CURSOR },
    codes: READ_CODES,
  },
  'PATCH /api/errors/:fingerprint': {
    ...{ summary: 'Resolve, ignore or open a group', access: 'write', body: errorStatusSchema },
    ...{ example: { status: 'resolved' }, codes: 'block_unreadable' },
  },
  'GET /api/query/sessions': {
    summary: 'Visits, the newest first',
    access: 'read',
    query: { ...RANGE, q: Q, limit: count(1, 500, 100, 'How many items at most.') },
    codes: READ_CODES,
  },
  'GET /api/query/sessions/:id': {
    summary: 'All that one visit or sign-in left, oldest first',
    access: 'read',
    query: { ...RANGE, limit: count(1, 1_000, 200, 'How many records at most.'), cursor: CURSOR },
    codes: READ_CODES,
  },
  'GET /api/query/traces/:traceId': {
    summary: 'A trace',
    access: 'read',
    query: { around: time('A time of the trace; the last seven days are searched unless said.') },
    codes: READ_CODES,
  },
});
