import { type Piece, splitLines, splitObjects } from './split.ts';

export const FORMATS = ['auto', 'ndjson', 'json', 'lines'] as const;
export type Format = (typeof FORMATS)[number];

const OPEN_BRACE = 123;
const OPEN_BRACKET = 91;
/** Enough to see how a file begins. */
const LOOK_BYTES = 64 * 1024;

/**
 * What a file is, by how it begins: an array or a pretty-printed object is `json`; everything else is read line by line, and there `auto` takes each
 * line for itself, because logs of programs have lines of both kinds.
 */
export function formatOf(beginning: Buffer): 'json' | 'auto' {
  const text = beginning.subarray(0, LOOK_BYTES).toString('utf8').trimStart();
  if (text.startsWith('[')) return /^\[\s*(\{|\]|$)/.test(text) ? 'json' : 'auto';
  if (!text.startsWith('{')) return 'auto';
  const newline = text.indexOf('\n');
  // A first line that our look cuts off is one long record.
  return newline < 0 || isJson(text.slice(0, newline)) ? 'auto' : 'json';
}

/** Looks at the first bytes, and yields them again. Of a stream that trickles only at what is there. */
export async function peek(
  chunks: AsyncIterable<Buffer>,
  trickles: boolean,
): Promise<{ beginning: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  const seen: Buffer[] = [];
  let bytes = 0;
  let ended = false;
  while (bytes < (trickles ? 1 : LOOK_BYTES) && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else {
      seen.push(next.value);
      bytes += next.value.length;
    }
  }
  async function* again(): AsyncGenerator<Buffer> {
    yield* seen;
    if (!ended) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { beginning: Buffer.concat(seen), all: again() };
}

/** The pieces of a stream as lines of NDJSON. */
export async function* piecesOf(chunks: AsyncIterable<Buffer>, format: Format, start: number): AsyncGenerator<Piece> {
  const split = format === 'json' ? splitObjects : splitLines;
  for await (const { text, end } of split(chunks, start)) {
    yield { text: text === null ? null : asLine(text, format), end };
  }
}

function asLine(text: Buffer, format: Format): Buffer {
  switch (format) {
    case 'json':
      // Pretty-printed: outside of strings, which have none, a line break is a blank.
      return text.includes(10) || text.includes(13)
        ? Buffer.from(text.map((byte) => (byte === 10 || byte === 13 ? 32 : byte)))
        : text;
    case 'ndjson':
      return text;
    case 'lines':
      return asMessage(text);
    case 'auto':
      return isObject(text) ? text : asMessage(text);
  }
}

/** Or an array, which the server refuses with a reason. */
export function isObject(text: Buffer): boolean {
  const first = text.find((byte) => byte > 32);
  return (first === OPEN_BRACE || first === OPEN_BRACKET) && isJson(text.toString('utf8'));
}

function asMessage(text: Buffer): Buffer {
  return Buffer.from(JSON.stringify({ message: text.toString('utf8').replace(/\r$/, '') }));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // a line of text that begins with a brace
  }
}
