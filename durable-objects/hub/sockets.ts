import {
  type Attachment,
  decodeAttachment,
  encodeAttachment,
  type SavedSubscription,
} from '../../src/live/attachment.ts';
import type { LineFilter } from '../../src/live/filter.ts';
import type { LiveIdentity } from '../../src/live/identity.ts';
import type { Positions } from '../../src/live/positions.ts';
import type { Topic } from '../../src/live/topics.ts';
import { log } from '../../src/shared/log.ts';
import { CLOSE_RESTART } from '../../src/wire/protocol.ts';
import type { Stream } from '../../src/wire/record.ts';

/** One topic of one socket. */
export interface Subscription {
  readonly socket: HubSocket;
  readonly name: string;
  readonly topic: Topic;
  /** As the client wrote it; '' is none. */
  readonly filterText: string;
  readonly filter: LineFilter;
  /** What it has been given so far, while it catches up; null when it is live. */
  replay: Positions | null;
  /** Records it has missed and not been told of. */
  dropped: number;
}

/** A socket with what its attachment says, read once. */
export class HubSocket {
  readonly ws: WebSocket;
  readonly identity: LiveIdentity;
  readonly accountId: string;
  readonly writes: readonly Stream[] | null;
  readonly recordsPerDay: number | null;
  readonly gathersAcks: boolean;
  readonly subscriptions = new Map<string, Subscription>();
  csrfVerified: boolean;
  isOpen = true;
  /** The last change of subscriptions: the next waits for it, so that answers come in the order of the frames. */
  changing: Promise<void> = Promise.resolve();

  constructor(ws: WebSocket, { identity, csrfVerified }: Pick<Attachment, 'identity' | 'csrfVerified'>) {
    this.ws = ws;
    this.identity = identity;
    this.accountId = identity.accountId;
    this.writes = identity.writes;
    this.recordsPerDay = identity.recordsPerDay ?? null;
    this.gathersAcks = identity.gathersAcks;
    this.csrfVerified = csrfVerified;
  }

  /** `isOpen` instead of the socket's own state, which costs a call into the runtime for each frame. */
  send(frame: string): void {
    if (!this.isOpen) return;
    try {
      this.ws.send(frame);
    } catch (cause) {
      // Broken under our hands; the runtime tells webSocketError or webSocketClose, which clean up.
      this.isOpen = false;
      log('warn', 'socket_send_failed', { cause: String(cause) });
    }
  }

  /** False where the subscriptions are too many for an attachment; then nothing has changed. */
  save(subscriptions: ReadonlyMap<string, Subscription> = this.subscriptions): boolean {
    if (!this.isOpen) return true;
    const bytes = encodeAttachment({
      identity: this.identity,
      csrfVerified: this.csrfVerified,
      subscriptions: [...subscriptions.values()].map(({ name, filterText, replay }) => ({
        topic: name,
        filter: filterText,
        since: replay ? replay.encode() : null,
      })),
    });
    if (!bytes) return false;
    this.ws.serializeAttachment(bytes);
    return true;
  }

  /** The end has been told: a close event that still comes for this socket says nothing new (departed). */
  retire(): void {
    this.isOpen = false;
    this.ws.serializeAttachment(null);
  }
}

/**
 * Who it was that left while the hub slept: the close is what woke the hub, and the runtime lists the socket no more. Null for a socket that
 * was retired before. Answers once.
 */
export function departed(ws: WebSocket): LiveIdentity | null {
  const attachment = decodeAttachment(ws.deserializeAttachment());
  ws.serializeAttachment(null);
  return attachment?.identity ?? null;
}

/** Every open socket of the hub. Lives in memory; rebuilt from the runtime's list and the attachments. */
export class Sockets {
  readonly #byWebSocket = new Map<WebSocket, HubSocket>();
  readonly #clients = new Map<string, number>();

  add(socket: HubSocket): void {
    this.#byWebSocket.set(socket.ws, socket);
    this.#countClient(socket, 1);
  }

  get(ws: WebSocket): HubSocket | null {
    return this.#byWebSocket.get(ws) ?? null;
  }

  /** False where it was gone already. */
  remove(socket: HubSocket): boolean {
    if (!this.#byWebSocket.delete(socket.ws)) return false;
    socket.retire();
    this.#countClient(socket, -1);
    return true;
  }

  all(): HubSocket[] {
    return [...this.#byWebSocket.values()];
  }

  /** Without asking the runtime, which lists them all: with 10,000 that takes 1.3 ms, for each of 10,000 that come back at once. */
  get size(): number {
    return this.#byWebSocket.size;
  }

  /** Open sockets of a client. */
  ofClient(clientId: string): number {
    return this.#clients.get(clientId) ?? 0;
  }

  #countClient({ identity }: HubSocket, change: 1 | -1): void {
    if (identity.clientId === null) return;
    const count = this.ofClient(identity.clientId) + change;
    if (count === 0) this.#clients.delete(identity.clientId);
    else this.#clients.set(identity.clientId, count);
  }
}

/** A socket that outlived the instance before this one, and what it was subscribed to. */
export interface Survivor {
  socket: HubSocket;
  subscriptions: readonly SavedSubscription[];
}

/** Those whose attachment another version of this code wrote are closed: they reconnect and resume. */
export function survivors(ctx: DurableObjectState): Survivor[] {
  const open = ctx.getWebSockets().filter((ws) => ws.readyState === WebSocket.OPEN);
  return open.flatMap((ws) => {
    const attachment = decodeAttachment(ws.deserializeAttachment());
    if (attachment) return [{ socket: new HubSocket(ws, attachment), subscriptions: attachment.subscriptions }];
    ws.close(CLOSE_RESTART, 'reconnect and resume');
    return [];
  });
}
