import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, batchesOf } from '../../cli/send/batches.ts';
import { type Format, formatOf, piecesOf } from '../../cli/send/format.ts';
import { Place } from '../../cli/send/place.ts';
import { findSources } from '../../cli/send/sources.ts';
import { MAX_PIECE_BYTES, splitLines } from '../../cli/send/split.ts';
import { temporaryFolder } from '../helpers/node/temporary.ts';

async function* inChunks(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function textsOf(text: string, format: Format, chunkBytes = 7): Promise<string[]> {
  const found: string[] = [];
  for await (const { text: piece } of piecesOf(inChunks(text, chunkBytes), format, 0)) found.push(String(piece));
  return found;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('what a file is', () => {
  it.each([
    ['[{"a":1},\n{"b":2}]', 'json'],
    ['  [\n', 'json'],
    ['{\n  "message": "pretty"\n}', 'json'],
    ['{"message":"a"}\n{"message":"b"}', 'auto'],
    ['{"message":"one line and no end"', 'auto'],
    ['[2026-11-28] started', 'auto'],
    ['started\nstopped', 'auto'],
    ['', 'auto'],
  ])('%j is %s', (text, format) => expect(formatOf(Buffer.from(text))).toBe(format));
});

describe('the records of a file', () => {
  it('are lines: objects as they are, everything else as a message', async () => {
    const text = '{"message":"a","n":12345678901234567890}\r\n\n  plain \u00fc text\r\n{broken\n["no object"\nlast';
    expect(await textsOf(text, 'auto')).toEqual([
      '{"message":"a","n":12345678901234567890}\r',
      '{"message":"  plain \u00fc text"}',
      '{"message":"{broken"}',
      '{"message":"[\\"no object\\""}',
      '{"message":"last"}',
    ]);
    expect(await textsOf('{"a":1}\n', 'lines')).toEqual(['{"message":"{\\"a\\":1}"}']);
    expect(await textsOf('{broken\n', 'ndjson')).toEqual(['{broken']);
  });

  it('are the objects of JSON, however it is written, with every digit of their numbers', async () => {
    const text = '[ {"a": "}],{\\"",\n "n": 1.10000000000000000001},\n{"b":[{"c":1}]} ,"stray", 5 ]{"d":2}';
    expect(await textsOf(text, 'json')).toEqual([
      '{"a": "}],{\\"",  "n": 1.10000000000000000001}'.replace(',  ', ',  '),
      '{"b":[{"c":1}]}',
      '{"d":2}',
    ]);
  });

  it('are the same whatever pieces the file is read in', async () => {
    const json = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        json,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 2),
        async (objects, chunkBytes, indent) => {
          const texts = await textsOf(JSON.stringify(objects, null, indent), 'json', chunkBytes);
          expect(texts.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(objects)));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('that are longer than a record can be take no memory, and are told apart from the next', async () => {
    const long = Buffer.alloc(MAX_PIECE_BYTES * 4, 'x');
    const pieces = await all(splitLines(inChunks(Buffer.concat([long, Buffer.from('\nshort\n')]), 64 * 1024), 0));
    expect(pieces.map(({ text }) => text?.toString() ?? null)).toEqual([null, 'short']);
    expect(pieces.at(-1)?.end).toBe(long.length + 7);
  });
});

describe('batches', () => {
  const limits = { records: 3, bytes: 1_000 };
  const batchesIn = (text: string, start = 0, ends: readonly number[] = []): Promise<Batch[]> =>
    all(
      batchesOf(piecesOf(inChunks(Buffer.from(text).subarray(start), 5), 'lines', start), start, limits, {
        ends,
        lingerMs: null,
      }),
    );

  it('cover the file without a gap, the same way each time', async () => {
    const text = 'a\nb\n\nc\nd\ne\nf\ng\n';
    const batches = await batchesIn(text);
    expect(batches.map(({ start, end, records, firstRecord }) => [start, end, records, firstRecord])).toEqual([
      [0, 7, 3, 1],
      [7, 13, 3, 4],
      [13, 15, 1, 7],
    ]);
    expect(await batchesIn(text)).toEqual(batches);
  });

  it('that had left when a run died are cut where they were, also when the file has grown', async () => {
    const before = await batchesIn('a\nb\nc\nd\n');
    const after = await batchesIn(
      'a\nb\nc\nd\ne\nf\ng\n',
      0,
      before.map(({ end }) => end),
    );
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.slice(2).map(({ records }) => records)).toEqual([3]);
  });

  it('of a stream that trickles leave when nothing comes for a while', async () => {
    const gate = Promise.withResolvers<void>();
    async function* trickle(): AsyncGenerator<Buffer> {
      yield Buffer.from('a\n');
      await gate.promise;
      yield Buffer.from('b\n');
    }
    const batches = batchesOf(piecesOf(trickle(), 'lines', 0), 0, limits, { ends: [], lingerMs: 5 });
    const first = await batches.next();
    expect(first.value?.records).toBe(1);
    gate.resolve();
    expect((await batches.next()).value).toMatchObject({ start: 2, end: 4, firstRecord: 2 });
    expect((await batches.next()).done).toBe(true);
  });
});

describe('the place in a file', () => {
  const batch = (start: number, end: number): Batch => ({
    ...{ start, end, body: Buffer.from(''), records: 1, firstRecord: 1, tooLong: [] },
  });
  async function fileWith(text: string) {
    const dir = temporaryFolder('place');
    const file = path.join(dir, 'app.log');
    writeFileSync(file, text);
    const open = async (again = false) => {
      const [source] = await findSources([file], { isTTY: true });
      if (source === undefined) throw new Error('no source');
      return Place.of(source, path.join(dir, 'state'), 'as', again);
    };
    return { file, open };
  }

  it('moves only over what is answered for, and knows what had left', async () => {
    const { open } = await fileWith('x'.repeat(100));
    const place = await open();
    for (const one of [batch(0, 10), batch(10, 20), batch(20, 30)]) place.leaving(one);
    place.answered(batch(10, 20));
    expect([(await open()).offset, (await open()).ends]).toEqual([0, [10, 20, 30]]);
    place.answered(batch(0, 10));
    expect([(await open()).offset, (await open()).ends]).toEqual([20, [30]]);
    expect((await open(true)).offset).toBe(0);
  });

  it('is kept when the file grows, and forgotten when it is another or shorter', async () => {
    const { file, open } = await fileWith('first line\n');
    const place = await open();
    place.leaving(batch(0, 11));
    place.answered(batch(0, 11));
    writeFileSync(file, 'first line\nsecond\n');
    expect((await open()).offset).toBe(11);
    writeFileSync(file, 'first\n');
    expect((await open()).offset).toBe(0);
    writeFileSync(file, 'other line\nsecond\n');
    expect((await open()).offset).toBe(0);
  });
});
