/**
 * A load generator for sockets in a process of its own: one publisher that keeps a bounded number of frames in flight, and subscribers that
 * count what reaches them. It speaks WebSocket on a bare TCP connection (RFC 6455, masked with zeros), because a client library would be
 * slower than the servers it measures. Prints one JSON line. Started by runSocketLoad.
 */
import { spawn } from 'node:child_process';
import { RawSocket } from '../../test/helpers/node/raw-socket.ts';
import { makeRecord, random } from './records.ts';

export interface SocketLoad {
  url: string;
  protocols: string[];
  project: string;
  subscribers: number;
  recordsPerFrame: number;
  framesInFlight: number;
  /** The server answers many frames in one ACK that lists their ids. */
  gathersAcks: boolean;
  warmUpMs: number;
  durationMs: number;
}

export interface SocketResult {
  /** Acknowledged within the measured time. */
  records: number;
  seconds: number;
  recordBytes: number;
  /** Acknowledged in all, warm-up included: what every subscriber got, or the run fails. */
  total: number;
  /** From a frame to its ACK. */
  latenciesMs: number[];
}

export async function runSocketLoad(load: SocketLoad): Promise<SocketResult> {
  const child = spawn(process.execPath, [import.meta.filename, JSON.stringify(load)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  if (output === '') throw new Error('the load generator failed');
  return JSON.parse(output) as SocketResult;
}

/** Distinct frames that are sent in turn. */
const POOL = 500;
const TIMED_EVERY = 100;
const ACK = Buffer.from('{"type":"ACK"');
const RECORD = Buffer.from('{"id":"');

async function main(load: SocketLoad): Promise<void> {
  const subscribers = await Promise.all(Array.from({ length: load.subscribers }, (_, i) => subscribe(load, i === 0)));
  const publisher = await RawSocket.open(load.url, load.protocols);
  const next = random(7);
  let recordBytes = 0;
  const frames = Array.from({ length: POOL }, (_, i) => {
    const records = Array.from({ length: load.recordsPerFrame }, () => makeRecord(next, Date.now()));
    for (const record of records) recordBytes += JSON.stringify(record).length;
    const payload = load.recordsPerFrame === 1 ? records[0] : records;
    return RawSocket.frame(JSON.stringify({ type: 'TELEMETRY', id: String(i), project: load.project, payload }));
  });
  recordBytes /= POOL * load.recordsPerFrame;

  let sent = 0;
  let acked = 0;
  let sending = true;
  const sentAtMs: number[] = [];
  const latenciesMs: number[] = [];
  const stored = Buffer.from(`"stored":${load.recordsPerFrame},`);
  const fill = (): void => {
    const batch: Buffer[] = [];
    while (sending && sent - acked < load.framesInFlight) {
      if (sent % TIMED_EVERY === 0) sentAtMs.push(performance.now());
      batch.push(frames[sent++ % POOL] as Buffer);
    }
    if (batch.length > 0) publisher.write(Buffer.concat(batch));
  };
  const acknowledge = (): void => {
    if (acked % TIMED_EVERY === 0) latenciesMs.push(performance.now() - (sentAtMs[acked / TIMED_EVERY] as number));
    acked++;
  };
  publisher.onMessage = (message) => {
    if (!message.subarray(0, ACK.length).equals(ACK)) throw new Error(`not an ACK: ${message}`);
    if (!load.gathersAcks) {
      if (!message.includes(stored)) throw new Error(`not all stored: ${message}`);
      acknowledge();
      return;
    }
    const ack = JSON.parse(message.toString()) as { ids: string[]; stored: number };
    if (ack.stored !== ack.ids.length * load.recordsPerFrame) throw new Error(`not all stored: ${message}`);
    for (let i = 0; i < ack.ids.length; i++) acknowledge();
  };
  publisher.onChunkEnd = fill;
  fill();
  await wait(load.warmUpMs);
  const [before, startedMs, timedBefore] = [acked, performance.now(), latenciesMs.length];
  await wait(load.durationMs);
  const [after, endedMs] = [acked, performance.now()];
  sending = false;
  await until('every frame is acknowledged', () => acked === sent);
  const total = acked * load.recordsPerFrame;
  await until(
    'every subscriber has every record',
    () => subscribers[0]?.records === total && subscribers.every(({ bytes }) => bytes === subscribers[0]?.bytes),
    () => `: ${total} ${JSON.stringify(subscribers)}`,
  );
  const result: SocketResult = {
    records: (after - before) * load.recordsPerFrame,
    seconds: (endedMs - startedMs) / 1_000,
    recordBytes: Math.round(recordBytes),
    total,
    latenciesMs: latenciesMs.slice(timedBefore),
  };
  process.stdout.write(JSON.stringify(result), () => process.exit(0));
}

interface Subscriber {
  records: number;
  bytes: number;
}

/** The first subscriber counts records; of the others it is enough that they get the same bytes, which every server here sends to all. */
async function subscribe(load: SocketLoad, countsRecords: boolean): Promise<Subscriber> {
  const socket = await RawSocket.open(load.url, load.protocols);
  const counts: Subscriber = { records: 0, bytes: 0 };
  await new Promise<void>((resolve) => {
    socket.onMessage = (message) => {
      if (!message.includes('"SUBSCRIBED"')) throw new Error(`not subscribed: ${message}`);
      resolve();
    };
    socket.write(RawSocket.frame(JSON.stringify({ type: 'SUBSCRIBE', project: load.project, topics: ['logs'] })));
  });
  if (countsRecords) {
    socket.onMessage = (message) => {
      for (let at = message.indexOf(RECORD); at >= 0; at = message.indexOf(RECORD, at + 200)) counts.records++;
      counts.bytes += message.length;
      if (message.includes('"dropped":', message.length - 40))
        throw new Error(`a subscriber was left out: ${message.subarray(-60)}`);
    };
  } else {
    socket.onMessage = null;
    socket.onBytes = (bytes) => {
      counts.bytes += bytes;
    };
  }
  return counts;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(what: string, holds: () => boolean, state = (): string => ''): Promise<void> {
  for (const startedMs = performance.now(); !holds(); await wait(10)) {
    if (performance.now() - startedMs > 30_000) throw new Error(`waited 30 s in vain: ${what}${state()}`);
  }
}

const argument = process.argv[2];
if (import.meta.main && argument) await main(JSON.parse(argument) as SocketLoad);
