/** A stream of any length passes through the extract step in the memory of one unit. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encode as encodeMessagePack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cborg';
import { describe, expect, it } from 'vitest';
import { type DataType, extractorFor } from '../../src/etl/extract/extract.ts';

const MIB = 1024 * 1024;
const STREAM_BYTES = 200 * MIB;
const CHUNK_BYTES = 64 * 1024;
const SAMPLE_BYTES = 10 * MIB;
/** One unit that is not finished, in a buffer of twice its size, and what the collector leaves lying about. */
const MAX_GROWTH_BYTES = 8 * MIB;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const RECORD = {
  ts: 1_700_000_000_123,
  level: 'info',
  message: 'GET /v1/things took 12 ms',
  attrs: { status: 200, path: '/v1/things' },
};
const TEXT = JSON.stringify(RECORD);
/** Mostly one long text a document: the YAML parser takes 200 s for 200 MB of small ones. */
const YAML = `---\nlevel: info\nmessage: |\n${`  ${'x'.repeat(998)}\n`.repeat(100)}`;

/** A whole number of units, so that the stream goes on at its beginning where it ends; with that beginning behind it, for the chunk that wraps. */
function repeated(unit: Uint8Array | string): Ring {
  const bytes = Buffer.from(unit);
  const round = Buffer.concat(Array<Buffer>(Math.ceil(MIB / bytes.length)).fill(bytes));
  return { bytes: Buffer.concat([round, round.subarray(0, CHUNK_BYTES)]), roundBytes: round.length };
}

interface Ring {
  bytes: Buffer;
  roundBytes: number;
}

interface Stream {
  dataType: DataType;
  /** What comes before the part that repeats. */
  head?: string;
  body: Ring;
  /** A unit that never ends has no values. */
  hasValues: boolean;
}

const STREAMS: readonly (readonly [string, Stream])[] = [
  ['NDJSON', { dataType: 'JSON', body: repeated(`${TEXT}\n`), hasValues: true }],
  ['JSON values one after another', { dataType: 'JSON', body: repeated(TEXT), hasValues: true }],
  ['one JSON array', { dataType: 'JSON', head: '[', body: repeated(`${TEXT},`), hasValues: true }],
  ['one JSON string without an end', { dataType: 'JSON', head: '{"a":"', body: repeated('x'), hasValues: false }],
  ['YAML documents', { dataType: 'YAML', body: repeated(YAML), hasValues: true }],
  [
    'one YAML document without an end',
    { dataType: 'YAML', head: 'a: |\n', body: repeated(`  ${'x'.repeat(98)}\n`), hasValues: false },
  ],
  ['MessagePack', { dataType: 'BINARY', body: repeated(encodeMessagePack(RECORD)), hasValues: true }],
  ['CBOR', { dataType: 'BINARY', body: repeated(encodeCbor(RECORD)), hasValues: true }],
  [
    'a MessagePack map without an end',
    {
      dataType: 'BINARY',
      head: '\xdf\xff\xff\xff\xff',
      body: repeated(encodeMessagePack('x'.repeat(30))),
      hasValues: false,
    },
  ],
];

describe('200 MB in chunks of 64 KiB', () => {
  it.each(STREAMS)(
    'of %s pass and leave the memory as it was',
    { timeout: 600_000 },
    (_, { dataType, head, body, hasValues }) => {
      const extractor = extractorFor(dataType);
      let values = 0;
      const count = (units: Iterable<object>) => {
        for (const unit of units) if ('value' in unit) values++;
      };
      count(extractor.push(Buffer.from(head ?? '', 'latin1')));
      const used: number[] = [];
      let at = 0;
      for (let sent = 0; sent < STREAM_BYTES; sent += CHUNK_BYTES) {
        count(extractor.push(body.bytes.subarray(at, at + CHUNK_BYTES)));
        at = (at + CHUNK_BYTES) % body.roundBytes;
        if (sent % SAMPLE_BYTES === 0 && sent > 0) used.push(usedBytes());
      }
      const [first = 0] = used;
      expect(used.length).toBeGreaterThan(15);
      expect(Math.max(...used) - first).toBeLessThan(MAX_GROWTH_BYTES);
      expect(values > 0).toBe(hasValues);
    },
  );
});
