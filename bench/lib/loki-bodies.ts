/** Loki pushes as Alloy and Promtail send the records of records.ts: a stream for each service and level, logfmt lines, structured metadata. */
import { PbfWriter } from 'pbf';
import { compress } from 'snappyjs';
import type { LoadBody } from './load-bodies.ts';
import { type BenchRecord, makeRecord, random } from './records.ts';
import { markedBody, SERIAL_MARK } from './serial.ts';

interface Entry {
  ts: number;
  line: string;
  metadata: Record<string, string>;
}

interface LokiStream {
  labels: Record<string, string>;
  entries: Entry[];
}

export function makeLokiBodies(encoding: 'json' | 'protobuf', count: number, perBody: number): LoadBody[] {
  const next = random(13);
  let ts = 1_790_000_000_000;
  return Array.from({ length: count }, () => {
    const streams = new Map<string, LokiStream>();
    for (let i = 0; i < perBody; i++) {
      ts += 3;
      const record = makeRecord(next, ts);
      const entry = entryOf(record);
      if (i === 0) entry.line += ` ${SERIAL_MARK}`;
      // The first is a stream of its own, which stays as it is when the others are packed.
      const name = i === 0 ? '' : `${record.service} ${record.level}`;
      const stream = streams.get(name) ?? { labels: labelsOf(record), entries: [] };
      stream.entries.push(entry);
      streams.set(name, stream);
    }
    const list = [...streams.values()];
    return markedBody(encoding === 'json' ? jsonPush(list) : protobufPush(list));
  });
}

function labelsOf({ level, service }: BenchRecord): Record<string, string> {
  return { job: `production/${service}`, service_name: service, level, cluster: 'eu-1', namespace: 'payments' };
}

function entryOf({ ts, message, attrs }: BenchRecord): Entry {
  const { userId, host, ...fields } = attrs;
  const pairs = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return { ts, line: `msg="${message}" ${pairs.join(' ')}`, metadata: { userId, host } };
}

function jsonPush(streams: readonly LokiStream[]): Buffer {
  const values = ({ entries }: LokiStream) =>
    entries.map(({ ts, line, metadata }) => [`${ts}000000`, line, metadata] as const);
  return Buffer.from(
    JSON.stringify({ streams: streams.map((stream) => ({ stream: stream.labels, values: values(stream) })) }),
  );
}

/** In snappy, whose first stream is one literal, so that its mark can be replaced. */
function protobufPush([first, ...others]: readonly LokiStream[]): Buffer {
  const literal = encodeStreams(first === undefined ? [] : [first]);
  const rest = encodeStreams(others);
  const packed = compress(rest);
  return Buffer.concat([
    uvarint(literal.length + rest.length),
    // A literal whose length stands in two bytes (google/snappy, format_description.txt). Copies say how far back they reach, so they hold here too.
    Buffer.from([61 << 2, (literal.length - 1) & 255, (literal.length - 1) >> 8]),
    literal,
    packed.subarray(uvarint(rest.length).length),
  ]);
}

/** As pkg/push/push.proto of grafana/loki has it. */
function encodeStreams(streams: readonly LokiStream[]): Uint8Array {
  const writer = new PbfWriter();
  for (const stream of streams) writer.writeMessage(1, writeStream, stream);
  return writer.finish();
}

function writeStream({ labels, entries }: LokiStream, writer: PbfWriter): void {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  writer.writeStringField(1, `{${pairs.join(', ')}}`);
  for (const entry of entries) writer.writeMessage(2, writeEntry, entry);
}

function writeEntry({ ts, line, metadata }: Entry, writer: PbfWriter): void {
  writer.writeMessage(1, writeTimestamp, ts);
  writer.writeStringField(2, line);
  for (const pair of Object.entries(metadata)) writer.writeMessage(3, writePair, pair);
}

function writeTimestamp(ts: number, writer: PbfWriter): void {
  writer.writeVarintField(1, Math.floor(ts / 1_000));
  writer.writeVarintField(2, (ts % 1_000) * 1_000_000);
}

function writePair([name, value]: [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  writer.writeStringField(2, value);
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
