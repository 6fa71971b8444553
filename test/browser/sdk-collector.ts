/** Stands for Breakwater where a test has to make it fail: serves the built SDK, takes beacons by plan, and stores each id once. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import { buildSdk } from '../../scripts/start/sdk.ts';
import type { Beacon, BeaconRecord } from '../../src/wire/beacon.ts';

/** What becomes of a beacon. */
export type Fate =
  | 'store'
  /** Nothing is read: the connection ends. */
  | 'cut'
  /** It is stored, and nobody is told. */
  | 'lose'
  /** It is stored and answered for when the test says `release`. */
  | 'hold'
  | { status: number; headers?: Record<string, string> };

export interface Arrival {
  beacon: Beacon;
  atMs: number;
  bytes: number;
  isPacked: boolean;
  headers: IncomingMessage['headers'];
  fate: Fate;
}

export interface Collector {
  url: string;
  /** Asked of each beacon, with its number from 0. */
  plan: (number: number) => Fate;
  /** Every beacon that was read, in order, repeats as well. */
  arrivals: Arrival[];
  /** Connections that were cut unread. */
  cut: number;
  /** Questions whether a page may send (CORS): there must be none. */
  preflights: number;
  /** Records as they are stored: a batch counts once. */
  records(): BeaconRecord[];
  /** Of the beacons that are stored. */
  lost(): Record<string, number>;
  release(): void;
  stop(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  await buildSdk();
  const stored = new Map<string, Beacon>();
  let held: (() => void)[] = [];
  let number = 0;
  const server = createServer(async (request, response) => {
    try {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-expose-headers', 'retry-after');
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://collector');
      if (request.method === 'GET') return serveSdk(pathname, response);
      if (request.method === 'OPTIONS') collector.preflights++;
      if (request.method !== 'POST' || pathname !== '/api/beacon') return void response.writeHead(404).end();
      const fate = collector.plan(number++);
      if (fate === 'cut') {
        collector.cut++;
        request.socket.destroy();
        return;
      }
      await take(request, response, searchParams.get('encoding') === 'gzip', fate);
    } catch {
      request.socket.destroy(); // the page has gone in the middle of its body
    }
  });

  async function take(request: IncomingMessage, response: ServerResponse, isPacked: boolean, fate: Fate) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const beacon = JSON.parse((isPacked ? gunzipSync(body) : body).toString()) as Beacon;
    const { headers } = request;
    collector.arrivals.push({ beacon, atMs: Date.now(), bytes: body.byteLength, isPacked, headers, fate });
    if (typeof fate === 'object') return response.writeHead(fate.status, fate.headers).end();
    if (fate === 'hold') await new Promise<void>((resolve) => held.push(resolve));
    stored.set(beacon.id, beacon);
    if (fate === 'lose') request.socket.destroy();
    else response.writeHead(204).end();
    return;
  }

  const collector: Collector = {
    url: '',
    plan: () => 'store',
    arrivals: [],
    cut: 0,
    preflights: 0,
    records: () => [...stored.values()].flatMap(({ records }) => records),
    lost() {
      const all: Record<string, number> = {};
      for (const { lost } of stored.values())
        for (const [reason, records] of Object.entries(lost ?? {})) all[reason] = (all[reason] ?? 0) + records;
      return all;
    },
    release() {
      for (const go of held) go();
      held = [];
    },
    async stop() {
      collector.release();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return collector;
}

function serveSdk(pathname: string, response: ServerResponse): void {
  const [, part] = /^\/api\/js\/(client|extra)(?:\.[\da-f]{16})?\.min\.js$/.exec(pathname) ?? [];
  if (part === undefined) response.writeHead(404).end();
  else {
    const code = readFileSync(path.join(PROJECT_DIR, `dist/sdk/${part}.min.js`));
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
  }
}
