import {
  BEARER_SUBPROTOCOL_PREFIX,
  CLOSE_UNAUTHENTICATED,
  type ClientFrame,
  PING_FRAME,
  type ServerFrame,
  SUBPROTOCOL,
} from '../../wire/protocol.ts';
import { backoffMs } from '../retry.ts';
import type { ExtraContext, RecordsHandler, SubscribeOptions, Subscription } from './context.ts';
import { askJson, onOwnPage, RefusedError } from './http.ts';

/** Well below what proxies allow a silent connection. */
const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
/** Refusals that pass by themselves: the next socket may be served. */
const PASSING = /overload|away|backlog|rate|internal|csrf|session/;

/**
 * Follows topics until it is closed: reconnects, and resumes each topic behind the last record that was seen. Resolves when all are subscribed to;
 * rejects with what the server says against it.
 */
export async function subscribe(
  { url }: ExtraContext,
  topics: readonly string[],
  handler: RecordsHandler,
  { project, filter, key }: SubscribeOptions,
): Promise<Subscription> {
  if (key === undefined) onOwnPage(url, 'subscribe without a key');
  const cursors = new Map<string, string>();
  const { promise, resolve, reject } = Promise.withResolvers<Subscription>();
  let socket: WebSocket | null = null;
  let failures = 0;
  let isClosed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function connect(): Promise<void> {
    // Also says whether there is still a session: a socket that is refused tells a page nothing.
    const csrf = key === undefined ? (await askJson(`${url}/api/auth/me`, {})).csrf : undefined;
    if (isClosed) return;
    const protocols = [SUBPROTOCOL, ...(key === undefined ? [] : [BEARER_SUBPROTOCOL_PREFIX + key])];
    const address = `${url.replace(/^http/, 'ws')}/ws/telemetry?project=${encodeURIComponent(project)}`;
    const mine = new WebSocket(address, protocols);
    socket = mine;
    const waiting = new Set(topics);
    mine.addEventListener('open', () => {
      for (const topic of topics) mine.send(JSON.stringify(subscribeFrame(topic, csrf as string | undefined)));
      ping();
    });
    mine.addEventListener('message', ({ data }) => {
      if (mine !== socket) return;
      ping();
      const frame = JSON.parse(data) as ServerFrame;
      if (frame.type === 'SUBSCRIBED') {
        failures = 0;
        for (const topic of frame.topics) {
          waiting.delete(topic);
          cursors.set(topic, frame.cursor);
        }
        if (waiting.size === 0) resolve({ close });
      } else if (frame.type === 'UPDATE') {
        cursors.set(frame.topic, frame.cursor);
        handler(frame.records, { topic: frame.topic, dropped: frame.dropped ?? 0 });
      } else if (frame.type === 'ERROR') refused(frame.code, frame.message);
    });
    mine.addEventListener('close', ({ code }) => {
      if (mine !== socket) return;
      if (code === CLOSE_UNAUTHENTICATED && key !== undefined) giveUp('unauthenticated', 'The key is not valid.');
      else retry();
    });
  }

  function subscribeFrame(topic: string, csrf: string | undefined): ClientFrame {
    const since = cursors.get(topic);
    return {
      type: 'SUBSCRIBE',
      id: topic,
      project,
      topics: [topic],
      ...(filter && { filter }),
      ...(since && { since }),
      ...(csrf && { csrf }),
    };
  }

  function refused(code: string, message: string): void {
    if (/cursor|since/.test(code)) cursors.clear(); // too old to resume from: from now on, then
    if (/cursor|since/.test(code) || PASSING.test(code)) retry();
    else giveUp(code, message);
  }

  function giveUp(code: string, message: string): void {
    close();
    reject(new RefusedError(message, code, 0));
  }

  /** Any frame is a sign of life; without one after a ping the line is dead, though nothing says so. */
  function ping(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      socket?.send(PING_FRAME);
      timer = setTimeout(retry, PONG_WITHIN_MS);
    }, PING_EVERY_MS);
  }

  function retry(): void {
    drop();
    if (isClosed) return;
    timer = setTimeout(begin, backoffMs(++failures, Math.random()));
  }

  function begin(): void {
    connect().catch((cause: unknown) => {
      if (cause instanceof RefusedError && cause.status < 429) giveUp(cause.code, cause.message);
      else retry();
    });
  }

  function drop(): void {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close();
  }

  function close(): void {
    isClosed = true;
    drop();
  }

  begin();
  return promise;
}
