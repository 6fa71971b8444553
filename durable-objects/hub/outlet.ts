import { updateFrame, withDropped } from '../../src/live/update.ts';
import { CLOSE_TOO_SLOW } from '../../src/wire/protocol.ts';
import type { HubSocket, Subscription } from './sockets.ts';

/**
 * Bytes that may wait for one client. Beyond what the kernels on the way hold, they lie in this object's memory. `bufferedAmount` counts
 * them: checked with a client that stops reading (test/integration/live-slow.test.ts).
 */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** For all clients together, of the 128 MB that this object has. Beyond it each client has its share, */
export const MAX_TOTAL_BUFFERED_BYTES = 64 * 1024 * 1024;
/** but never less than a frame (live/update.ts), or who keeps up would get nothing. */
const MIN_BUFFERED_BYTES = 256 * 1024;
/** Below this part of its limit a client counts as one that reads again. */
const ROOM = 1 / 4;
const CHECK_INTERVAL_MS = 250;
/** A client that has read nothing for this long is gone or hangs: a minute. */
const MAX_STALLED_CHECKS = 240;

interface Stall {
  bufferedBytes: number;
  checks: number;
}

/** Writes updates to sockets, never more than a client can hold; what is left out is counted, and told when there is room again. */
export class Outlet {
  readonly #behind = new Map<Subscription, Stall>();
  readonly #cursorOf: (subscription: Subscription) => string;
  readonly #close: (socket: HubSocket, code: number, reason: string) => void;
  readonly #open: () => readonly HubSocket[];
  #watching = false;
  /** What waits for all clients, as far as it was seen; it only shrinks when it is counted. */
  #totalBytes = 0;
  #isCounted = false;
  /** Of one client, now. */
  #limitBytes = MAX_BUFFERED_BYTES;

  constructor(
    cursorOf: (subscription: Subscription) => string,
    close: (socket: HubSocket, code: number, reason: string) => void,
    open: () => readonly HubSocket[],
  ) {
    this.#cursorOf = cursorOf;
    this.#close = close;
    this.#open = open;
  }

  update(subscription: Subscription, frame: string, records: number): void {
    const { socket, dropped } = subscription;
    if (socket.ws.bufferedAmount > this.#limitBytes) {
      this.miss(subscription, records);
      return;
    }
    this.#totalBytes += frame.length;
    if (this.#totalBytes > MAX_TOTAL_BUFFERED_BYTES && !this.#isCounted) this.#count();
    if (dropped === 0) {
      socket.send(frame);
      return;
    }
    subscription.dropped = 0;
    this.#behind.delete(subscription);
    socket.send(withDropped(frame, dropped));
  }

  /** Counts records that the client does not get. They are stated in its next frame, or in one of their own as soon as it reads again. */
  miss(subscription: Subscription, records: number): void {
    subscription.dropped += records;
    if (subscription.dropped === 0 || this.#behind.has(subscription)) return;
    this.#behind.set(subscription, { bufferedBytes: Number.POSITIVE_INFINITY, checks: 0 });
    if (!this.#watching) void this.#watch();
  }

  /** Whether the client has read most of what it was sent. A turn of the event loop is enough for one that keeps up. */
  async keepsUp(socket: HubSocket): Promise<boolean> {
    if (!this.#hasRoom(socket)) await scheduler.wait(0);
    return socket.isOpen && this.#hasRoom(socket);
  }

  /** Waits until the client has read most of what it was sent; false where it does not, and was closed. */
  async room(socket: HubSocket): Promise<boolean> {
    const stall: Stall = { bufferedBytes: Number.POSITIVE_INFINITY, checks: 0 };
    while (socket.isOpen && !this.#hasRoom(socket)) {
      // A turn of the event loop is enough for a client that keeps up.
      await scheduler.wait(stall.checks === 0 ? 0 : CHECK_INTERVAL_MS);
      if (hasStalled(stall, socket.ws.bufferedAmount)) this.#tooSlow(socket);
    }
    return socket.isOpen;
  }

  /** Looks at every client, and at most every CHECK_INTERVAL_MS: the sum of what was sent says nothing of what has been read since. */
  #count(): void {
    this.#totalBytes = 0;
    const sockets = this.#open();
    for (const { ws } of sockets) this.#totalBytes += ws.bufferedAmount;
    const share = MAX_TOTAL_BUFFERED_BYTES / Math.max(1, sockets.length);
    this.#limitBytes =
      this.#totalBytes > MAX_TOTAL_BUFFERED_BYTES
        ? Math.min(MAX_BUFFERED_BYTES, Math.max(MIN_BUFFERED_BYTES, share))
        : MAX_BUFFERED_BYTES;
    this.#isCounted = true;
    void scheduler.wait(CHECK_INTERVAL_MS).then(() => {
      this.#isCounted = false;
      if (this.#limitBytes < MAX_BUFFERED_BYTES) this.#count();
    });
  }

  async #watch(): Promise<void> {
    this.#watching = true;
    while (this.#behind.size > 0) {
      await scheduler.wait(CHECK_INTERVAL_MS);
      for (const [subscription, stall] of [...this.#behind]) {
        const { socket, name, dropped } = subscription;
        if (!socket.isOpen || dropped === 0) this.#behind.delete(subscription);
        else if (this.#hasRoom(socket))
          this.update(subscription, updateFrame(name, '', this.#cursorOf(subscription)), 0);
        else if (hasStalled(stall, socket.ws.bufferedAmount)) {
          this.#behind.delete(subscription);
          this.#tooSlow(socket);
        }
      }
    }
    this.#watching = false;
  }

  /** So written because sockets inside one process have no such amount: nothing waits for them. */
  #hasRoom({ ws }: HubSocket): boolean {
    return !(ws.bufferedAmount > this.#limitBytes * ROOM);
  }

  #tooSlow(socket: HubSocket): void {
    this.#close(socket, CLOSE_TOO_SLOW, 'nothing was read for a minute; resume from the last cursor');
  }
}

function hasStalled(stall: Stall, bufferedBytes: number): boolean {
  stall.checks = bufferedBytes < stall.bufferedBytes ? 1 : stall.checks + 1;
  stall.bufferedBytes = bufferedBytes;
  return stall.checks > MAX_STALLED_CHECKS;
}
