/** Records in one frame. A browser renders a frame in one go; 500 lines are a few milliseconds there. */
export const MAX_FRAME_RECORDS = 500;
/** And UTF-16 units of their lines, so that a slow client gets on screen what has arrived. One record may be longer. */
export const MAX_FRAME_LINES_CHARS = 256 * 1024;

/** Some records of one stream, as stored. */
export interface Lines {
  /** Lines with a newline behind each, also behind the last. An erased record has left an empty one, so that those behind it keep their sequence. */
  ndjson: string;
  /** Lines, empty ones too. */
  count: number;
}

/** Cuts lines into what fits a frame each. */
export function* cutLines(lines: Lines): Generator<Lines> {
  if (lines.count <= MAX_FRAME_RECORDS && lines.ndjson.length <= MAX_FRAME_LINES_CHARS) {
    if (lines.count > 0) yield lines;
    return;
  }
  const { ndjson } = lines;
  let start = 0;
  let end = 0;
  let count = 0;
  while (end < ndjson.length) {
    const next = ndjson.indexOf('\n', end) + 1;
    if (count > 0 && (count === MAX_FRAME_RECORDS || next - start > MAX_FRAME_LINES_CHARS)) {
      yield { ndjson: ndjson.slice(start, end), count };
      start = end;
      count = 0;
    }
    end = next;
    count++;
  }
  if (count > 0) yield { ndjson: ndjson.slice(start), count };
}

/** Without the first `skip` lines and without what follows `keep` more. */
export function sliceLines({ ndjson, count }: Lines, skip: number, keep: number): Lines {
  if (skip <= 0 && keep >= count) return { ndjson, count };
  const taken = Math.max(0, Math.min(keep, count - skip));
  const start = offsetOfLine(ndjson, 0, skip);
  return { ndjson: ndjson.slice(start, offsetOfLine(ndjson, start, taken)), count: taken };
}

function offsetOfLine(ndjson: string, from: number, count: number): number {
  let at = from;
  for (let i = 0; i < count; i++) at = ndjson.indexOf('\n', at) + 1;
  return at;
}

export interface Selected {
  /** The inside of a JSON array. */
  joined: string;
  records: number;
}

/** All records: neither parsed nor written anew, since a line holds no raw newline. */
export function joinLines(lines: Lines): Selected {
  const { ndjson, count } = lines;
  const hasErased = ndjson.startsWith('\n') || ndjson.includes('\n\n');
  if (hasErased) return selectLines(lines, () => true);
  return { joined: ndjson.slice(0, -1).replaceAll('\n', ','), records: count };
}

export function selectLines({ ndjson }: Lines, matchesLine: (line: string) => boolean): Selected {
  let joined = '';
  let records = 0;
  for (let start = 0; start < ndjson.length; ) {
    const end = ndjson.indexOf('\n', start);
    const line = ndjson.slice(start, end);
    if (line !== '' && matchesLine(line)) {
      joined += records === 0 ? line : `,${line}`;
      records++;
    }
    start = end + 1;
  }
  return { joined, records };
}

/** `topic` and `cursor` come from parseTopic and Positions, so they need no escaping. */
export function updateFrame(topic: string, joined: string, cursor: string): string {
  return `{"type":"UPDATE","topic":"${topic}","records":[${joined}],"cursor":"${cursor}"}`;
}

/** The same frame for a client that has missed something. */
export function withDropped(frame: string, dropped: number): string {
  return `${frame.slice(0, -1)},"dropped":${dropped}}`;
}
