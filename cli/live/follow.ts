import { parseJson } from '../../src/shared/json.ts';
import { HEARTBEAT_INTERVAL_MS } from '../../src/wire/limits.ts';
import {
  BEARER_SUBPROTOCOL_PREFIX,
  CLOSE_TOO_SLOW,
  CLOSE_UNAUTHENTICATED,
  type ClientFrame,
  PING_FRAME,
  type ServerFrame,
  SUBPROTOCOL,
} from '../../src/wire/protocol.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import type { Client } from '../client.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { keyStanding } from '../key-standing.ts';

/** Silence for this long after a ping: the line is dead although nobody closed it. Whatever arrives is a sign of life, as in the dashboard. */
const SILENCE_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

export interface Follow {
  client: Client;
  topic: string;
  /** A search; '' takes everything. */
  filter: string;
  /** Everything after it, once; null from now on. */
  since: string | null;
  signal: AbortSignal;
  /** The first time, and after each return. `cursor` is where the stream stands. */
  onSubscribed(cursor: string, isReturn: boolean): Promise<void> | void;
  /** Records in order; `dropped` were missed before them. The next ones wait until it has resolved. */
  onRecords(records: LogRecord[], dropped: number, cursor: string): Promise<void> | void;
  onLost(retryInMs: number): void;
  /** What was to be resumed is too long ago, or not known: records are missing. */
  onGap(): void;
}

/** How one connection ended. */
type End =
  | { kind: 'stopped' }
  | { kind: 'lost'; wasSubscribed: boolean }
  | { kind: 'gap' }
  | { kind: 'over'; error: unknown };

/**
 * Follows a topic until the signal: reconnects and resumes from the last cursor, so that nothing is missed and nothing comes twice. Throws a CliError
 * where going on is pointless, and where the very first connection cannot be made.
 */
export async function follow(options: Follow): Promise<void> {
  const place = { cursor: options.since };
  let everSubscribed = false;
  for (let attempt = 0; !options.signal.aborted; ) {
    const end = await connectOnce(options, place, everSubscribed);
    if (end.kind === 'stopped') return;
    if (end.kind === 'over') throw end.error;
    if (end.kind === 'gap') {
      place.cursor = null;
      options.onGap();
      continue;
    }
    // The protocol does not say why a socket is refused; a question over HTTP does. A deployment that was there and went away comes back.
    if (!end.wasSubscribed) await whyNot(options, everSubscribed);
    if (end.wasSubscribed) attempt = 0;
    everSubscribed ||= end.wasSubscribed;
    const ceilingMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt++, 16));
    const waitMs = Math.round(ceilingMs / 2 + (ceilingMs / 2) * Math.random());
    options.onLost(waitMs);
    await options.client.wait(waitMs).catch((error: unknown) => {
      if (!options.signal.aborted) throw error;
    });
  }
}

/** Throws where the key is not good, or not for reading; and where nothing answers that never did. */
async function whyNot({ client, signal }: Follow, everSubscribed: boolean): Promise<void> {
  try {
    await keyStanding(client);
  } catch (error) {
    const isOver = error instanceof CliError && (error.exitCode === EXIT.notAllowed || !everSubscribed);
    if (isOver && !signal.aborted) throw error;
    return;
  }
  if (everSubscribed) return;
  const hint = 'A proxy in between may not let WebSockets pass; "breakwater doctor" tries it.';
  throw new CliError(EXIT.unreachable, `${client.url} answers, but opens no socket.`, { hint });
}

function connectOnce(options: Follow, place: { cursor: string | null }, isReturn: boolean): Promise<End> {
  const { client, signal } = options;
  const url = `${client.url.replace(/^http/, 'ws')}/ws/telemetry?project=${encodeURIComponent(client.projectId)}`;
  // The key is a header of the upgrade, never a part of the address, which is logged on the way.
  const socket = new WebSocket(url, [SUBPROTOCOL, BEARER_SUBPROTOCOL_PREFIX + client.key]);
  const { promise, resolve } = Promise.withResolvers<End>();
  let wasSubscribed = false;
  let handled: Promise<unknown> = Promise.resolve();
  let silence: NodeJS.Timeout | undefined;
  const finish = (end: End) => {
    clearInterval(pings);
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
    socket.close();
    // What has arrived is still told; where it cannot be, that is how it ended.
    void handled.then(
      () => resolve(end),
      (error: unknown) => resolve({ kind: 'over', error }),
    );
  };
  const stop = () => finish({ kind: 'stopped' });
  const pings = setInterval(() => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(PING_FRAME);
    silence ??= setTimeout(() => finish({ kind: 'lost', wasSubscribed }), SILENCE_MS);
  }, HEARTBEAT_INTERVAL_MS);
  signal.addEventListener('abort', stop);
  socket.addEventListener('open', () => socket.send(JSON.stringify(subscribeFrame(options, place.cursor))));
  socket.addEventListener('error', () => finish({ kind: 'lost', wasSubscribed }));
  socket.addEventListener('close', ({ code, reason }) => {
    const over =
      code === CLOSE_UNAUTHENTICATED ? overBy(EXIT.notAllowed, reason || 'The key has ended.', 'key_revoked') : null;
    if (code === CLOSE_TOO_SLOW) wasSubscribed = true;
    finish(over ?? { kind: 'lost', wasSubscribed });
  });
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    clearTimeout(silence);
    silence = undefined;
    const frame = parseJson(String(data)) as unknown as ServerFrame;
    handled = handled.then(async () => {
      if (frame.type === 'SUBSCRIBED') {
        wasSubscribed = true;
        await options.onSubscribed(frame.cursor, isReturn);
        place.cursor = frame.cursor;
      } else if (frame.type === 'UPDATE') {
        await options.onRecords(frame.records, frame.dropped ?? 0, frame.cursor);
        place.cursor = frame.cursor;
      }
    });
    handled.catch((error: unknown) => finish({ kind: 'over', error }));
    if (frame.type === 'ERROR') finish(endOf(frame, wasSubscribed, place.cursor !== null));
  });
  return promise;
}

function subscribeFrame({ client, topic, filter }: Follow, since: string | null): ClientFrame {
  return {
    ...{ type: 'SUBSCRIBE', id: 'tail', project: client.projectId, topics: [topic] },
    ...(filter === '' ? {} : { filter }),
    ...(since === null ? {} : { since }),
  };
}

/** What becomes of a refused subscription: some pass, one is a gap, the rest would be refused again. */
function endOf({ code, message }: { code: string; message: string }, wasSubscribed: boolean, resumed: boolean): End {
  if (code === 'invalid_cursor' && resumed) return { kind: 'gap' };
  if (/away|overloaded|backlog|rate_limited|internal/.test(code)) return { kind: 'lost', wasSubscribed };
  const usage = code === 'invalid_filter' || code === 'invalid_input';
  const notAllowed = /forbidden|unauthenticated|key_|project_disabled/.test(code);
  return overBy(usage ? EXIT.usage : notAllowed ? EXIT.notAllowed : EXIT.failed, message, code);
}

function overBy(exitCode: ExitCode, message: string, code: string): End {
  return { kind: 'over', error: new CliError(exitCode, message, { code }) };
}
