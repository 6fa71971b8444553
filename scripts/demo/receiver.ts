import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readIfThere, writePrivate } from '../start/state-folder.ts';

/** The demo's pager and its team's chat: what a team has elsewhere, on this machine. */
export interface DemoReceiver {
  url: string;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  afterMs: number;
  retryAfterSeconds?: number;
}

const HOST = '127.0.0.1';
const MINUTE_MS = 60_000;
/** The story of a receiver begins anew after this: short enough that whoever looks around sees all of it. */
const CYCLE_MS = 20 * MINUTE_MS;

/** Well most of the time. In each cycle it is slow for half a minute and then away for a minute and a half: a breaker opens, and closes again. */
export function pagerAnswerAt(nowMs: number): Answer {
  const intoMs = nowMs % CYCLE_MS;
  if (intoMs >= 11.5 * MINUTE_MS && intoMs < 12 * MINUTE_MS) return { status: 200, afterMs: 4_500 };
  if (intoMs >= 12 * MINUTE_MS && intoMs < 13.5 * MINUTE_MS) return { status: 503, afterMs: 50 };
  return { status: 200, afterMs: 20 + (nowMs % 100) };
}

/** Takes no more for ten seconds of each cycle, and says when it will again. */
export function chatAnswerAt(nowMs: number): Answer {
  const intoMs = nowMs % CYCLE_MS;
  if (intoMs >= 5 * MINUTE_MS && intoMs < 5 * MINUTE_MS + 10_000)
    return { status: 429, afterMs: 10, retryAfterSeconds: 5 };
  return { status: 200, afterMs: 30 + (nowMs % 50) };
}

/**
 * Listens on the port that was noted in `file` by an earlier start, because destinations have it in their URL, or on any. Null where something else has it
 * by now: the demo goes on, and its destinations show what that looks like.
 */
export async function startReceiver(file: string): Promise<DemoReceiver | null> {
  const noted = readIfThere(file);
  const server = createServer((request, response) => answer(request, response));
  const port = await listen(server, noted === null ? 0 : Number(noted));
  if (port === null) return null;
  if (noted === null) writePrivate(file, String(port));
  return {
    url: `http://${HOST}:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const stories: Record<string, (nowMs: number) => Answer> = { '/pager': pagerAnswerAt, '/chat': chatAnswerAt };
  const { status, afterMs, retryAfterSeconds } = stories[request.url ?? '']?.(Date.now()) ?? {
    status: 404,
    afterMs: 0,
  };
  request.resume();
  request.on('end', () => {
    setTimeout(() => {
      const headers = { 'content-type': 'application/json' };
      response.writeHead(
        status,
        retryAfterSeconds ? { ...headers, 'retry-after': String(retryAfterSeconds) } : headers,
      );
      response.end(JSON.stringify({ ok: status === 200 }));
    }, afterMs);
  });
}
