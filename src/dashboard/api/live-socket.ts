import {
  CLOSE_UNAUTHENTICATED,
  type ClientFrame,
  PING_FRAME,
  type ServerFrame,
  SUBPROTOCOL,
} from '../../wire/protocol.ts';
import type { LogRecord } from '../../wire/record.ts';
import { backoffMs } from '../lib/backoff.ts';
import { type Heartbeat, startHeartbeat } from '../lib/heartbeat.ts';
import { getCsrf } from './http.ts';

export interface LiveOptions {
  project: string;
  topic: string;
  filter: string;
}

export interface LiveHandlers {
  connecting?: () => void;
  /** Anything came from the server: up to now nothing is missing. */
  heard?: () => void;
  /** `resumed`: the server was asked for what came since the last record seen here. */
  subscribed: (resumed: boolean) => void;
  lost: (retryInMs: number) => void;
  /** The server will not serve this subscription: trying again would not help. */
  refused: (code: string, message: string) => void;
  records: (records: LogRecord[], dropped: number) => void;
  /** Records between the loss and the return cannot be had any more. */
  gap?: () => void;
  /** Asked before every retry, and at once where the server says that there is none: is there still a session? */
  checkSession: () => Promise<void>;
}

export interface LiveConnection {
  close: () => void;
  retryNow: () => void;
}

/** Keeps one subscription alive until it is closed: heartbeat, reconnect, resume from the last cursor. */
export function openLive(options: LiveOptions, handlers: LiveHandlers): LiveConnection {
  let socket: WebSocket | null = null;
  let cursor: string | null = null;
  let attempt = 0;
  let ended = false;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let heartbeat: Heartbeat | null = null;

  function connect(): void {
    if (ended) return;
    handlers.connecting?.();
    const scheme = window.location.protocol === 'https:' ? 'wss:' : 'ws:';
    const url = `${scheme}//${window.location.host}/ws/telemetry?project=${encodeURIComponent(options.project)}`;
    const mine = new WebSocket(url, SUBPROTOCOL);
    socket = mine;
    mine.addEventListener('open', () => {
      if (mine !== socket) return;
      mine.send(JSON.stringify(subscribeFrame()));
      heartbeat = startHeartbeat({ ping: () => mine.send(PING_FRAME), dead: drop });
    });
    mine.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (mine !== socket || typeof event.data !== 'string') return;
      heartbeat?.heard();
      handlers.heard?.();
      receive(JSON.parse(event.data) as ServerFrame);
    });
    mine.addEventListener('close', ({ code }) => {
      if (mine !== socket) return;
      lose();
      // The server has said why. To wait for the next try would leave what was read on screen, in a tab out of sight for as long as a minute.
      if (code === CLOSE_UNAUTHENTICATED) void handlers.checkSession();
    });
  }

  function subscribeFrame(): ClientFrame {
    const csrf = getCsrf();
    return {
      type: 'SUBSCRIBE',
      id: 'tail',
      project: options.project,
      topics: [options.topic],
      ...(options.filter === '' ? {} : { filter: options.filter }),
      ...(cursor === null ? {} : { since: cursor }),
      ...(csrf === null ? {} : { csrf }),
    };
  }

  function receive(frame: ServerFrame): void {
    switch (frame.type) {
      case 'SUBSCRIBED':
        attempt = 0;
        handlers.subscribed(cursor !== null);
        cursor = frame.cursor;
        return;
      case 'UPDATE':
        cursor = frame.cursor;
        handlers.records(frame.records, frame.dropped ?? 0);
        return;
      case 'ERROR':
        refuse(frame.code, frame.message);
        return;
      case 'PONG':
      case 'ACK':
      case 'UNSUBSCRIBED':
        return;
    }
  }

  function refuse(code: string, message: string): void {
    if (/cursor|since/.test(code) && cursor !== null) {
      cursor = null;
      handlers.gap?.();
      drop();
    } else if (/csrf|unauth|session|overload|away|backlog|rate|internal/.test(code)) drop();
    else {
      close();
      handlers.refused(code, message);
    }
  }

  /** Gives this line up without waiting for a close handshake that a dead line never finishes. */
  function drop(): void {
    const old = socket;
    lose();
    old?.close();
  }

  function lose(): void {
    socket = null;
    heartbeat?.stop();
    if (ended) return;
    const waitMs = backoffMs(attempt, Math.random());
    attempt++;
    handlers.lost(waitMs);
    clearTimeout(retryTimer);
    retryTimer = setTimeout(retry, waitMs);
  }

  function retry(): void {
    clearTimeout(retryTimer);
    if (!ended && socket === null) void handlers.checkSession().then(() => socket === null && connect());
  }

  /** The system says that there is no network: waiting for a heartbeat to fail would show a standing view as a live one. */
  function offline(): void {
    if (socket !== null) drop();
  }

  function close(): void {
    ended = true;
    clearTimeout(retryTimer);
    heartbeat?.stop();
    window.removeEventListener('online', retry);
    window.removeEventListener('offline', offline);
    socket?.close(1000);
    socket = null;
  }

  window.addEventListener('online', retry);
  window.addEventListener('offline', offline);
  connect();
  return { close, retryNow: retry };
}
