import { log } from '../shared/log.ts';
import type { Result } from '../shared/result.ts';
import { MAX_FRAME_CHARS } from '../wire/limits.ts';
import { CLOSE_TOO_SLOW, CLOSE_UNAUTHENTICATED, PONG_FRAME } from '../wire/protocol.ts';
import { errorFrame, unsubscribedFrame } from './answers.ts';
import type { LiveError } from './errors.ts';
import { parseFrame } from './frame.ts';

/** What may arrive while the hub is being reached: one frame of full size. */
const MAX_QUEUED_CHARS = MAX_FRAME_CHARS;
/** Bytes that may wait for a client here: the hub cannot see how slow it is, because this Worker takes everything at once. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** Without a project for this long the socket is of no use to anybody. */
const NAMING_MS = 60_000;
/** RFC 6455, 7.4.1. */
const CLOSE_POLICY = 1008;
const CLOSE_TOO_BIG = 1009;
const CLOSE_AWAY = 1012;

/** Reaches the hub of a project, for whoever opened the socket and as that stands now. */
export type Connect = (projectId: string) => Promise<Result<WebSocket, LiveError>>;

/**
 * The server's end of a socket whose project is not known at the upgrade: its first SUBSCRIBE or TELEMETRY names it. Until then no hub can
 * hold the socket, so the Worker does, and from then on passes everything on, both ways. A socket with `?project=` needs none of this.
 */
export function relay(client: WebSocket, connect: Connect): void {
  new Relay(client, connect);
}

class Relay {
  readonly #client: WebSocket;
  readonly #connect: Connect;
  #hub: WebSocket | null = null;
  #isOpen = true;
  /** Frames that came before there was a hub are answered in their order. */
  #turn: Promise<void> = Promise.resolve();
  #queuedChars = 0;
  #queued = 0;
  readonly #naming: ReturnType<typeof setTimeout>;

  constructor(client: WebSocket, connect: Connect) {
    this.#client = client;
    this.#connect = connect;
    client.accept();
    client.addEventListener('message', ({ data }) => this.#take(data));
    client.addEventListener('close', ({ code, reason }) => this.#end(code, reason));
    client.addEventListener('error', () => this.#end(CLOSE_AWAY, 'the connection broke'));
    this.#naming = setTimeout(() => this.#end(CLOSE_POLICY, 'no frame named a project within a minute'), NAMING_MS);
  }

  #take(data: string | ArrayBuffer): void {
    if (!this.#isOpen) return;
    if (this.#hub !== null && this.#queued === 0) {
      this.#hub.send(data);
      return;
    }
    const chars = typeof data === 'string' ? data.length : data.byteLength;
    if (this.#queuedChars > 0 && this.#queuedChars + chars > MAX_QUEUED_CHARS) {
      this.#end(CLOSE_TOO_BIG, 'too much was sent before the first answer');
      return;
    }
    this.#queued++;
    this.#queuedChars += chars;
    this.#turn = this.#turn.then(async () => {
      await this.#handle(data);
      this.#queued--;
      this.#queuedChars -= chars;
    });
  }

  async #handle(data: string | ArrayBuffer): Promise<void> {
    if (!this.#isOpen) return;
    if (this.#hub !== null) {
      this.#hub.send(data);
      return;
    }
    const parsed = parseFrame(data);
    if (!parsed.ok) return this.#refuse(parsed.error.idJson, parsed.error.error);
    const frame = parsed.value;
    if (frame.type === 'PING') return this.#client.send(PONG_FRAME);
    if (frame.type === 'UNSUBSCRIBE') return this.#client.send(unsubscribedFrame(frame.idJson, frame.topics));
    const reached = await this.#reach(frame.project);
    if (!this.#isOpen) {
      if (!reached.ok) return;
      reached.value.accept();
      reached.value.close(1000, 'the client has left');
      return;
    }
    if (!reached.ok) return this.#refuse(frame.idJson, reached.error);
    this.#bind(reached.value);
    reached.value.send(data);
  }

  async #reach(projectId: string): Promise<Result<WebSocket, LiveError>> {
    try {
      return await this.#connect(projectId);
    } catch (cause) {
      log('error', 'hub_away', { projectId, cause: String(cause) });
      return { ok: false, error: { kind: 'overloaded' } };
    }
  }

  #bind(hub: WebSocket): void {
    clearTimeout(this.#naming);
    this.#hub = hub;
    hub.accept();
    hub.addEventListener('message', ({ data }) => {
      if (!this.#isOpen) return;
      if (this.#client.bufferedAmount > MAX_BUFFERED_BYTES)
        this.#end(CLOSE_TOO_SLOW, 'too much waits to be read; resume from the last cursor');
      else this.#client.send(data);
    });
    hub.addEventListener('close', ({ code, reason }) => this.#end(code, reason));
    hub.addEventListener('error', () => this.#end(CLOSE_AWAY, 'reconnect and resume'));
  }

  #refuse(idJson: string, error: LiveError): void {
    this.#client.send(errorFrame(idJson, error));
    if (error.kind === 'unauthenticated') this.#end(CLOSE_UNAUTHENTICATED, 'the session has ended');
  }

  /** Either side has ended, or has to: the other learns why. */
  #end(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#naming);
    // 1005 and 1006 say that no code came; they may not be sent (RFC 6455, 7.4.1).
    const sendable = code === 1005 || code === 1006 ? CLOSE_AWAY : code;
    for (const side of [this.#client, this.#hub]) {
      if (side !== null && side.readyState !== WebSocket.CLOSED) side.close(sendable, reason);
    }
  }
}
