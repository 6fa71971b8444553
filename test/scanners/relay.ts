/** Stands between a scanner and a server, and counts what the server answers: a scanner that is refused at the door has tried nothing. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Sent {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer<ArrayBuffer>;
}

export interface Relay {
  url: string;
  /** Answers by `POST /api/ingest`, and there by status and the code of the problem: `202`, `400 invalid_body`. */
  answered: ReadonlyMap<string, ReadonlyMap<string, number>>;
  close(): Promise<void>;
}

export interface RelayOptions {
  /** What is sent in place of what the scanner sent. */
  rewrite?: (sent: Sent) => Sent;
  /** Pages that the relay has itself, by their paths: HTML. */
  pages?: Readonly<Record<string, string>>;
}

/** Of the connection, and of a body that has been decoded. */
const NOT_PASSED_ON = ['connection', 'content-encoding', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

export async function startRelay(
  server: string,
  { rewrite = (sent) => sent, pages = {} }: RelayOptions = {},
): Promise<Relay> {
  const answered = new Map<string, Map<string, number>>();
  const faults: unknown[] = [];

  async function relayed(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const page = pages[new URL(request.url ?? '/', server).pathname];
    if (page !== undefined) return void response.setHeader('content-type', 'text/html; charset=utf-8').end(page);
    const { method, path, headers, body } = rewrite(await sentIn(request));
    const withBody = method !== 'GET' && method !== 'HEAD' ? { body } : {};
    const answer = await fetch(server + path, { method, headers, redirect: 'manual', ...withBody });
    const bytes = Buffer.from(await answer.arrayBuffer());
    count(`${method} ${path.split('?', 1)[0]}`, `${answer.status}${codeOf(answer, bytes)}`);
    response.statusCode = answer.status;
    for (const [name, value] of answer.headers) if (!NOT_PASSED_ON.includes(name)) response.appendHeader(name, value);
    response.end(bytes);
  }

  function count(route: string, outcome: string): void {
    const outcomes = answered.get(route) ?? new Map<string, number>();
    answered.set(route, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }

  const relay = createServer((request, response) => {
    relayed(request, response).catch((error: unknown) => {
      faults.push(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    answered,
    async close() {
      relay.closeAllConnections();
      await new Promise((resolve) => relay.close(resolve));
      if (faults.length > 0)
        throw new AggregateError(faults, `${faults.length} requests of the scanner were not answered`);
    },
  };
}

async function sentIn(request: IncomingMessage): Promise<Sent> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    NOT_PASSED_ON.includes(name) || value === undefined ? [] : [[name, String(value)] as const],
  );
  const { method = 'GET', url: path = '/' } = request;
  return { method, path, headers: Object.fromEntries(headers), body: (await buffer(request)) as Buffer<ArrayBuffer> };
}

function codeOf(answer: Response, bytes: Buffer): string {
  if (!answer.headers.get('content-type')?.startsWith('application/problem+json')) return '';
  return ` ${(JSON.parse(bytes.toString()) as { code: string }).code}`;
}
