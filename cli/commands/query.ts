import type { LogRecord } from '../../src/wire/record.ts';
import type { Command, Run } from '../command.ts';
import { CSV_HEADER, csvRow } from '../csv.ts';
import { usageError } from '../exit.ts';
import { DASH_NOTE, SEARCH, SEARCH_OPTIONS, searchText, streamOf } from '../search-options.ts';
import { recordLine } from '../terminal/record-line.ts';
import { safeJson, safeText } from '../terminal/safe-text.ts';

const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const;
const PAGE = 1_000;
/** A search of a wide range with a rare word takes what the budget of a request allows. */
const TIMEOUT_MS = 120_000;

interface Page {
  records: LogRecord[];
  nextCursor: string | null;
  complete: boolean;
}

export const query: Command = {
  name: 'query',
  summary: 'Searches records, from this second back through the archive',
  takes: SEARCH,
  most: 100,
  options: {
    from: { value: '<time>', help: 'from then on (1h)' },
    to: { value: '<time>', help: 'before then (now)' },
    limit: { value: '<n>', short: 'n', help: 'so many at most; 0 is all (100)' },
    order: { value: '<order>', choices: ['desc', 'asc'], help: 'the newest first, or the oldest (desc)' },
    format: { value: '<format>', choices: FORMATS, help: 'how they are written (table; --json is json)' },
    ...SEARCH_OPTIONS,
  },
  notes: `The language of searches is in docs/search.md. Pages are asked for until the limit is reached; what the budget of one request does
not reach, the next one does. CSV has the columns of the export. Needs a key with the scope query.
${DASH_NOTE}`,
  examples: [
    "breakwater query 'timeout AND attrs.gateway:venmo' --from 2h",
    'breakwater query --level error --from 7d --limit 0 --format csv > errors.csv',
    "breakwater query 'traceId:4bf92f3577b34da6a3ce929d0e0e4736' --stream all --format ndjson",
  ],
  run: search,
};

async function search({ input, out, client }: Run): Promise<undefined> {
  const target = client();
  const nowMs = Date.now();
  const [from, to] = [input.moment('from', nowMs) ?? nowMs - 3_600_000, input.moment('to', nowMs)];
  if (to !== null && from >= to) throw usageError('--from must be before --to.');
  const most = input.wholeNumber('limit', 0, Number.MAX_SAFE_INTEGER) ?? 100;
  const limit = most === 0 ? Number.POSITIVE_INFINITY : most;
  const stream = streamOf(input);
  const q = searchText(input);
  const format = input.text('format') ?? (out.json ? 'json' : 'table');
  const order = input.text('order') ?? 'desc';
  const write = writerOf(format, out, stream === null);

  await out.write(write.start);
  let found = 0;
  let cursor: string | null = null;
  do {
    const asked = { project: target.projectId, q: q === '' ? null : q, stream, from, to, order, cursor };
    const options = { query: { ...asked, limit: Math.min(limit - found, PAGE) }, timeoutMs: TIMEOUT_MS };
    const page = (await target.call('GET', '/api/query/logs', options)) as Page;
    for (const record of page.records) await out.write(write.record(record, found++ === 0));
    cursor = page.nextCursor;
    out.status(`${found} records`);
  } while (cursor !== null && found < limit);
  await out.write(write.end);
  if (format === 'table' && found === 0)
    out.note('Nothing was found. A wider range is --from 7d; other streams are --stream all.');
  else if (format === 'table' && cursor !== null)
    out.note(`There are more than ${found}: --limit takes more, 0 takes all.`);
  return undefined;
}

interface Writer {
  start: string;
  record(record: LogRecord, isFirst: boolean): string;
  end: string;
}

function writerOf(format: string, out: Run['out'], showsStream: boolean): Writer {
  switch (format) {
    case 'json':
      return { start: '[', record: (one, isFirst) => `${isFirst ? '\n' : ',\n'}${safeJson(one)}`, end: '\n]\n' };
    case 'ndjson':
      return { start: '', record: (one) => `${safeJson(one)}\n`, end: '' };
    case 'csv':
      return { start: CSV_HEADER, record: (one) => csvRow(one, out.isTerminal ? safeText : undefined), end: '' };
    default:
      return { start: '', record: (one) => `${recordLine(one, out, showsStream)}\n`, end: '' };
  }
}
