import { TOPIC_ALL } from '../../src/wire/protocol.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import type { Command, Run } from '../command.ts';
import { writeOwnersFile } from '../config.ts';
import { follow } from '../live/follow.ts';
import { placeIn } from '../live/place.ts';
import { DASH_NOTE, SEARCH, SEARCH_OPTIONS, searchText, streamOf } from '../search-options.ts';
import { recordLine } from '../terminal/record-line.ts';
import { safeJson } from '../terminal/safe-text.ts';
import { spanWords } from '../time.ts';

/** Of what is looked for backwards, so that a filter that matches next to nothing does not read for minutes before the first line. */
const HISTORY_MS = 7 * 86_400_000;
const MAX_HISTORY = 1_000;

export const tail: Command = {
  name: 'tail',
  summary: 'Shows records as they are stored, until Ctrl-C',
  takes: SEARCH,
  most: 100,
  options: {
    ...SEARCH_OPTIONS,
    lines: { value: '<n>', short: 'n', help: 'so many of before first (10)' },
    'cursor-file': { value: '<file>', help: 'keeps the place in this file: the next tail goes on behind it' },
    'max-records': { value: '<n>', help: 'ends after so many' },
  },
  notes: `The search runs at the server (docs/search.md). A lost connection is made again and goes on behind the last record that was
shown, without gap or repeat; what could not be had any more is said on the error output. With --json a record is a line.
Needs a key with the scope query. ${DASH_NOTE}`,
  examples: [
    'breakwater tail',
    'breakwater tail --level warn --service payments',
    "breakwater tail 'attrs.status:[500 TO 599] AND NOT attrs.region:us*' --json | jq .message",
    'breakwater tail --cursor-file /var/lib/app/place --json >> records.ndjson',
  ],
  run: tailRecords,
};

async function tailRecords({ input, out, client, signal }: Run): Promise<undefined> {
  const target = client();
  const [filter, stream] = [searchText(input), streamOf(input)];
  const lines = input.wholeNumber('lines', 0, MAX_HISTORY) ?? 10;
  const most = input.wholeNumber('max-records', 1, Number.MAX_SAFE_INTEGER) ?? Number.POSITIVE_INFINITY;
  const place = input.text('cursor-file');
  const since = place === null ? null : placeIn(place);
  const ended = new AbortController();
  let shown = 0;
  let known = new Set<string>();
  const show = async (records: readonly LogRecord[]) => {
    for (const record of records) {
      if (shown >= most) break;
      if (known.delete(record.id)) continue;
      await out.line(out.json ? safeJson(record) : recordLine(record, out, stream === null));
      shown++;
    }
    if (shown >= most) ended.abort();
  };
  await follow({
    ...{ client: target, topic: stream ?? TOPIC_ALL, filter, since, signal: AbortSignal.any([signal, ended.signal]) },
    async onSubscribed(cursor, isReturn) {
      if (isReturn) return out.note('Connected again.');
      if (since !== null) return;
      // Asked for when the subscription stands: what comes in between is in both, and shown once.
      const before = lines === 0 ? [] : await newest(target, filter, stream, Math.min(lines, most));
      await show(before.reverse());
      known = new Set(before.map(({ id }) => id));
      if (place !== null) writeOwnersFile(place, cursor);
    },
    async onRecords(records, dropped, cursor) {
      if (dropped > 0) out.note(`${dropped} records are missing here: they came faster than they were read.`);
      await show(records);
      if (place !== null) writeOwnersFile(place, cursor);
    },
    onLost: (retryInMs) => out.note(`The connection is lost; the next try is in ${spanWords(retryInMs)}.`),
    onGap: () => out.note('Records are missing here: the place is too long ago to go on from.'),
  });
  return undefined;
}

async function newest(
  client: ReturnType<Run['client']>,
  q: string,
  stream: string | null,
  limit: number,
): Promise<LogRecord[]> {
  const from = Date.now() - HISTORY_MS;
  const query = { project: client.projectId, q: q === '' ? null : q, stream, limit, from, order: 'desc' };
  return (await client.get<{ records: LogRecord[] }>('/api/query/logs', query)).records;
}
