/**
 * Records per second of the extract step alone, one thread, in chunks as the network brings them; beside it the library of each format on the
 * same bytes in one piece, which neither bounds a unit nor survives a broken one. Node, whose V8 is workerd's to a few months.
 */
import { decodeMulti, encode as encodeMessagePack } from '@msgpack/msgpack';
import { decodeFirst, encode as encodeCbor } from 'cborg';
import { parseAllDocuments, stringify } from 'yaml';
import { extractorFor } from '../src/etl/extract/extract.ts';
import type { DataType } from '../src/wire/etl.ts';
import { makeBodies } from './lib/records.ts';
import { median, type Row, thousands } from './lib/row.ts';

const RUNS = 5;
const CHUNK_BYTES = 64 * 1024;
const RECORDS = 20_000;
/** The YAML parser takes thirty times as long. */
const YAML_RECORDS = 2_000;

interface Measured {
  perSecond: number;
  mbPerSecond: number;
}

/** By the time of this process on a core: others that want it too make a run longer, not slower. */
function measure(bytes: Uint8Array, records: number, read: (bytes: Uint8Array) => number): Measured {
  const seconds = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage();
    const count = read(bytes);
    if (count !== records) throw new Error(`${count} of ${records} records were read`);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
  return { perSecond: records / median(seconds), mbPerSecond: bytes.byteLength / 1e6 / median(seconds) };
}

function extract(dataType: DataType): (bytes: Uint8Array) => number {
  return (bytes) => {
    const extractor = extractorFor(dataType);
    let values = 0;
    for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES)
      for (const unit of extractor.push(bytes.subarray(at, at + CHUNK_BYTES))) if ('value' in unit) values++;
    for (const unit of extractor.end()) if ('value' in unit) values++;
    return values;
  };
}

function show({ perSecond, mbPerSecond }: Measured): string {
  return `${thousands(perSecond)}/s, ${mbPerSecond.toFixed(mbPerSecond < 10 ? 1 : 0)} MB/s`;
}

function row(
  format: string,
  reach: string,
  dataType: DataType,
  bytes: Uint8Array,
  records: number,
  peers: Readonly<Record<string, (bytes: Uint8Array) => number>>,
): Row {
  const size = Math.round(bytes.byteLength / records);
  return {
    what: `records/s extracted from ${format}, ${size} bytes each, one thread`,
    reach,
    ours: show(measure(bytes, records, extract(dataType))),
    peers: Object.fromEntries(Object.entries(peers).map(([name, read]) => [name, show(measure(bytes, records, read))])),
  };
}

export async function run(): Promise<Row[]> {
  const [body] = makeBodies(1, RECORDS, 1_790_000_000_000);
  const ndjson = Buffer.from(body ?? '');
  const records = ndjson
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const joined = (encode: (record: unknown) => Uint8Array | string, list: readonly unknown[] = records) =>
    Buffer.concat(list.map((record) => Buffer.from(encode(record) as Uint8Array)));
  const few = records.slice(0, YAML_RECORDS);
  return [
    row('NDJSON', '≥ 100,000/s', 'JSON', ndjson, RECORDS, {
      'split and JSON.parse': (bytes) =>
        new TextDecoder()
          .decode(bytes)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)).length,
    }),
    row('one JSON array', '≥ 100,000/s', 'JSON', Buffer.from(JSON.stringify(records)), RECORDS, {
      'JSON.parse': (bytes) => (JSON.parse(new TextDecoder().decode(bytes)) as unknown[]).length,
    }),
    row(
      'MessagePack',
      '≥ 60,000/s',
      'BINARY',
      joined((record) => encodeMessagePack(record)),
      RECORDS,
      {
        '@msgpack/msgpack': (bytes) => [...decodeMulti(bytes)].length,
      },
    ),
    row(
      'CBOR',
      'as measured',
      'BINARY',
      joined((record) => encodeCbor(record)),
      RECORDS,
      { cborg: readCbor },
    ),
    row(
      'YAML documents',
      'as measured',
      'YAML',
      joined((record) => `---\n${stringify(record)}`, few),
      YAML_RECORDS,
      {
        yaml: (bytes) => parseAllDocuments(bytes.toString()).map((document) => document.toJS() as unknown).length,
      },
    ),
    row('one YAML sequence', 'as measured', 'YAML', Buffer.from(stringify(few)), YAML_RECORDS, {
      yaml: (bytes) => parseAllDocuments(bytes.toString()).flatMap((document) => document.toJS() as unknown[]).length,
    }),
  ];
}

function readCbor(bytes: Uint8Array): number {
  let count = 0;
  for (let rest = bytes; rest.byteLength > 0; count++) rest = decodeFirst(rest)[1];
  return count;
}
