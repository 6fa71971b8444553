/** POST /api/etl/start: how soon a record is stored, records per second of each data type, and what workerd's memory does while a long stream passes. */
import http from 'node:http';
import { gzipSync } from 'node:zlib';
import { encode } from '@msgpack/msgpack';
import { stringify } from 'yaml';
import { peakMib, resetPeak } from '../test/conformance/memory.ts';
import { makeRecord, random } from './lib/records.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { startTarget, type Target } from './lib/target.ts';

const STREAMS = 4;
const RECORDS_PER_CHUNK = 500;
const CHUNKS = Number(process.env.BENCH_ETL_CHUNKS ?? 200);
const RUNS = Number(process.env.BENCH_RUNS ?? 3);
const STARTS = 200;
const LONG_STREAM_BYTES = 200 * 1024 * 1024;

interface Format {
  dataType: string;
  contentType: string;
  encode(record: Record<string, unknown>): Uint8Array | string;
}

const FORMATS: Readonly<Record<string, Format>> = {
  NDJSON: { dataType: 'JSON', contentType: 'application/x-ndjson', encode: (record) => `${JSON.stringify(record)}\n` },
  MessagePack: { dataType: 'BINARY', contentType: 'application/msgpack', encode },
  YAML: { dataType: 'YAML', contentType: 'application/yaml', encode: (record) => `---\n${stringify(record)}` },
};

interface Answer {
  received: number;
  stored: number;
  steps: { name: string; durationMs: number }[];
}

function makeChunk(format: Format): Buffer {
  const next = random(1);
  const pieces: Buffer[] = [];
  for (let i = 0; i < RECORDS_PER_CHUNK; i++)
    pieces.push(Buffer.from(format.encode(makeRecord(next, 1_790_000_000_000 + i))));
  return Buffer.concat(pieces);
}

/** Sends the chunks as one body, as fast as the other side reads. */
function send(
  target: Target,
  format: Format,
  chunks: readonly Buffer[],
  headers: Record<string, string> = {},
  onQuarter: () => void = () => undefined,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = http.request(`${target.worker.url}/api/etl/start?dataType=${format.dataType}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${target.key}`,
      'content-type': format.contentType,
      // The chunks are equal, and each start has its own key: every batch is hashed, and none of them taken for a repeat.
      'idempotency-key': crypto.randomUUID(),
      ...headers,
    },
  });
  request.on('error', reject);
  request.on('response', (response) => {
    let text = '';
    response.on('data', (data: Buffer) => {
      text += data.toString();
    });
    response.on('end', () => {
      if (response.statusCode === 202) resolve(JSON.parse(text) as Answer);
      else reject(new Error(`${response.statusCode} ${text.slice(0, 500)}`));
    });
  });
  let at = 0;
  const quarter = Math.ceil(chunks.length / 4);
  const write = () => {
    while (at < chunks.length) {
      const chunk = chunks[at++];
      if (at % quarter === 0) onQuarter();
      if (!request.write(chunk)) {
        request.once('drain', write);
        return;
      }
    }
    request.end();
  };
  write();
  return promise;
}

async function throughput(target: Target, format: Format): Promise<{ perSecond: number; steps: string }> {
  const chunk = makeChunk(format);
  await send(target, format, repeated(chunk, 20));
  const startedMs = performance.now();
  const answers = await Promise.all(
    Array.from({ length: STREAMS }, () => send(target, format, repeated(chunk, CHUNKS))),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  const expected = CHUNKS * RECORDS_PER_CHUNK;
  for (const { stored, received } of answers)
    if (stored !== expected || received !== expected) throw new Error(`stored ${stored} of ${expected}`);
  const steps = answers[0]?.steps.map(({ name, durationMs }) => `${name} ${Math.round(durationMs)}`).join(', ') ?? '';
  return { perSecond: (expected * STREAMS) / seconds, steps };
}

async function firstRecordMs(target: Target): Promise<{ p50: number; p99: number }> {
  const latencies: number[] = [];
  const format = FORMATS.NDJSON as Format;
  const record = Buffer.from('{"message":"first"}\n');
  for (let i = 0; i < STARTS; i++) {
    const startedMs = performance.now();
    await send(target, format, [record]);
    if (i >= STARTS / 4) latencies.push(performance.now() - startedMs);
  }
  return { p50: median(latencies), p99: quantile(latencies, 0.99) };
}

/** MiB at the highest in each quarter of a body of 200 MB. */
async function memory(target: Target, gzip: boolean): Promise<number[]> {
  const format = FORMATS.NDJSON as Format;
  const chunk = makeChunk(format);
  const times = Math.ceil(LONG_STREAM_BYTES / chunk.byteLength);
  await send(target, format, repeated(chunk, 20));
  resetPeak(target.worker);
  const peaks: number[] = [];
  const onQuarter = () => {
    peaks.push(Math.round(peakMib(target.worker)));
    resetPeak(target.worker);
  };
  // A gzip body of one member: all of it is packed here first.
  const packed = gzip ? gzipSync(Buffer.concat(Array.from({ length: times }, () => chunk)), { level: 1 }) : null;
  if (packed) await send(target, format, slices(packed), { 'content-encoding': 'gzip' }, onQuarter);
  else await send(target, format, repeated(chunk, times), {}, onQuarter);
  return peaks;
}

function slices(bytes: Buffer): Buffer[] {
  const size = 64 * 1024;
  return Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
}

function repeated(chunk: Buffer, times: number): Buffer[] {
  return Array.from({ length: times }, () => chunk);
}

async function withTarget<T>(measure: (target: Target) => Promise<T>): Promise<T> {
  const target = await startTarget();
  try {
    return await measure(target);
  } finally {
    await target.worker.stop();
  }
}

export async function run(): Promise<Row[]> {
  const first = await withTarget(firstRecordMs);
  const rows: Row[] = [
    {
      what: 'ETL, start to first record stored (answer of a start with one record)',
      reach: '<= 20 ms',
      ours: `p50 ${first.p50.toFixed(1)} ms, p99 ${first.p99.toFixed(1)} ms`,
      peers: {},
    },
  ];
  const reach: Readonly<Record<string, string>> = {
    NDJSON: '>= 100,000/s',
    MessagePack: '>= 60,000/s',
    YAML: 'as measured',
  };
  const only = process.env.BENCH_ETL_FORMATS?.split(',') ?? Object.keys(FORMATS);
  for (const [name, format] of Object.entries(FORMATS)) {
    if (!only.includes(name)) continue;
    const runs: { perSecond: number; steps: string }[] = [];
    for (let i = 0; i < RUNS; i++) runs.push(await withTarget((target) => throughput(target, format)));
    console.error(`${name}: steps of one stream in ms: ${runs[0]?.steps}`);
    rows.push({
      what: `ETL, ${STREAMS} streams of ${thousands(CHUNKS * RECORDS_PER_CHUNK)} records as ${name}`,
      reach: reach[name] ?? '',
      ours: `${thousands(median(runs.map(({ perSecond }) => perSecond)))}/s`,
      peers: {},
    });
  }
  for (const gzip of [false, true]) {
    const peaks = await withTarget((target) => memory(target, gzip));
    rows.push({
      what: `ETL, highest memory of workerd in each quarter of 200 MB of NDJSON${gzip ? ' in gzip' : ''}`,
      reach: 'flat',
      ours: `${peaks.join(', ')} MiB`,
      peers: {},
    });
  }
  return rows;
}
