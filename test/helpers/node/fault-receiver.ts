/**
 * A webhook receiver that does what the path of a request says, and verifies what it gets with the unmodified `standardwebhooks` library:
 *
 *   const receiver = await startFaultReceiver();
 *   receiver.url('503')                  // answers 503 to everything; see `FAULTS` for the rest
 *   receiver.behave('flapping', 'ok');   // from now on that path is another
 *   receiver.verifyWith('whsec_…');      // from now on what comes is held against that secret
 *   receiver.of('503')                   // what came to it, oldest first
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';

export interface Arrival {
  fault: string;
  /** `webhook-id`. */
  id: string;
  timestamp: string;
  body: string;
  atMs: number;
  /** Of the library: null where it verified, or was not asked; else what it said. */
  unverified: string | null;
}

type Fault = (response: ServerResponse, request: IncomingMessage, index: number) => void;

const BOMB_BYTES = 64 * 1024 * 1024;
const RETRY_AFTER_SECONDS = 2;
/** A test and the attempt after it. */
const TOLD_TO_WAIT = 2;
const LATE_MS = 40;
const EVERYWHERE = '*';
let bomb: Buffer | null = null;

const FAULTS = {
  ok: (response) => response.end('ok'),
  late: (response) => void setTimeout(() => response.end('ok'), LATE_MS),
  '503': (response) => response.writeHead(503).end('away'),
  '500': (response) => response.writeHead(500).end(),
  '400': (response) => response.writeHead(400).end('no'),
  '410': (response) => response.writeHead(410).end(),
  '301': (response) => response.writeHead(301, { location: '/hook/ok' }).end(),
  /** The first two are told to wait, the others are taken. */
  '429-seconds': (response, _, index) =>
    index < TOLD_TO_WAIT
      ? response.writeHead(429, { 'retry-after': String(RETRY_AFTER_SECONDS) }).end()
      : response.end('ok'),
  '429-date': (response, _, index) => {
    // Whole seconds: rounded up, so that it is no sooner than the other form.
    const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + RETRY_AFTER_SECONDS * 1_000);
    if (index < TOLD_TO_WAIT) response.writeHead(429, { 'retry-after': until.toUTCString() }).end();
    else response.end('ok');
  },
  /** Takes the request, and says nothing. */
  'slow-headers': () => undefined,
  /** Says that all is well, and then a byte now and then. */
  'slow-body': (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const drip = setInterval(() => response.write('.'), 100);
    response.once('close', () => clearInterval(drip));
  },
  reset: (_, request) => request.socket.resetAndDestroy(),
  /** Ends in the middle of what it announced. */
  'cut-body': (response, request) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half', () => request.socket.destroy());
  },
  /** As long as anybody reads. */
  'huge-body': (response) => {
    const chunk = Buffer.alloc(64 * 1024, 'a');
    const pour = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.writeHead(200, { 'content-type': 'text/plain' }).on('drain', pour);
    pour();
  },
  /** 64 MiB of zeros in 64 KB. */
  bomb: (response) => {
    bomb ??= gzipSync(Buffer.alloc(BOMB_BYTES));
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(bomb);
  },
  /** Says gzip, and is not. */
  'wrong-encoding': (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('this is no gzip'),
  /** Says JSON, and is bytes that are no text, with an escape for whoever reads it in a terminal. */
  'wrong-content': (response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(Buffer.from([0xff, 0xfe, 0x41, 0x1b, 0x5b, 0x32, 0x4a, 0x00, 0x42])),
  /** Down, up, down, up. */
  flapping: (response, _, index) => response.writeHead(index % 2 === 0 ? 503 : 200).end(),
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

export interface FaultReceiver {
  /** `suffix` sets apart several that do the same. */
  url(fault: FaultName, suffix?: string): string;
  /** A port where TLS fails: plain HTTP answers there. */
  tlsErrorUrl: string;
  /** From now on what came to the path of `fault` is answered as `behaviour`. */
  behave(fault: FaultName, behaviour: FaultName): void;
  of(fault: FaultName, suffix?: string): Arrival[];
  /** From now on with this secret, which is known only once the receiver's URL is. `place` is `fault` or `fault/suffix`; without it, everywhere. */
  verifyWith(secret: string, place?: string): void;
  arrivals: Arrival[];
  close(): Promise<void>;
}

export async function startFaultReceiver(): Promise<FaultReceiver> {
  const arrivals: Arrival[] = [];
  const counts = new Map<string, number>();
  const behaviours = new Map<string, FaultName>();
  const verifiers = new Map<string, Webhook>();
  const server = createHttpServer(async (request, response) => {
    try {
      const body = await bodyOf(request);
      const [, , fault = '', suffix = ''] = (request.url ?? '').split('/');
      const place = suffix === '' ? fault : `${fault}/${suffix}`;
      const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '' } = request.headers as Record<string, string>;
      const verifier = verifiers.get(place) ?? verifiers.get(EVERYWHERE);
      const unverified =
        verifier === undefined ? null : whyUnverified(verifier, body, request.headers as Record<string, string>);
      arrivals.push({ fault: place, id, timestamp, body, atMs: Date.now(), unverified });
      const index = counts.get(place) ?? 0;
      counts.set(place, index + 1);
      const behaviour: Fault = FAULTS[behaviours.get(fault) ?? (fault as FaultName)];
      behaviour(response, request, index);
    } catch {
      request.socket.destroy(); // the sender has gone in the middle of its request
    }
  });
  server.keepAliveTimeout = 60_000;
  const plain = createServer((socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n', () => socket.destroy());
  });
  const port = await listen(server);
  const plainPort = await listen(plain);
  return {
    ...{ arrivals, tlsErrorUrl: `https://127.0.0.1:${plainPort}/hook` },
    url: (fault, suffix = '') => `http://127.0.0.1:${port}/hook/${fault}${suffix === '' ? '' : `/${suffix}`}`,
    behave: (fault, behaviour) => void behaviours.set(fault, behaviour),
    of: (fault, suffix = '') => arrivals.filter((one) => one.fault === (suffix === '' ? fault : `${fault}/${suffix}`)),
    verifyWith: (secret, place = EVERYWHERE) => void verifiers.set(place, new Webhook(secret)),
    async close() {
      const closed = [server, plain].map((one) => new Promise((resolve) => one.close(resolve)));
      server.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function whyUnverified(verifier: Webhook, body: string, headers: Record<string, string>): string | null {
  try {
    verifier.verify(body, headers);
    return null;
  } catch (cause) {
    return String(cause);
  }
}

async function listen(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): unknown;
}): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
