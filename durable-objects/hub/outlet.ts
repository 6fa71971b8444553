import { updateFrame, withDropped } from '../../src/live/update.ts';
import { CLOSE_TOO_SLOW } from '../../src/wire/protocol.ts';
import type { HubSocket, Subscription } from './sockets.ts';

/**
 * Bytes that may wait for one client. Beyond what the kernels on the way hold, they lie in this object's memory, which is 128 MB for all
 * clients together. `bufferedAmount` counts them: checked with a client that stops reading (test/integration/live-slow.test.ts).
 */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** Below this a client counts as one that reads again. */
const ROOM_BYTES = 1024 * 1024;
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
  #watching = false;

  constructor(
    cursorOf: (subscription: Subscription) => string,
    close: (socket: HubSocket, code: number, reason: string) => void,
  ) {
    this.#cursorOf = cursorOf;
    this.#close = close;
  }

  update(subscription: Subscription, frame: string, records: number): void {
    const { socket, dropped } = subscription;
    if (socket.ws.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.miss(subscription, records);
      return;
    }
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

  /** Waits until the client has read most of what it was sent; false where it does not, and was closed. */
  async room(socket: HubSocket): Promise<boolean> {
    const stall: Stall = { bufferedBytes: Number.POSITIVE_INFINITY, checks: 0 };
    while (socket.isOpen && socket.ws.bufferedAmount > ROOM_BYTES) {
      // A turn of the event loop is enough for a client that keeps up.
      await scheduler.wait(stall.checks === 0 ? 0 : CHECK_INTERVAL_MS);
      if (hasStalled(stall, socket.ws.bufferedAmount)) this.#tooSlow(socket);
    }
    return socket.isOpen;
  }

  async #watch(): Promise<void> {
    this.#watching = true;
    while (this.#behind.size > 0) {
      await scheduler.wait(CHECK_INTERVAL_MS);
      for (const [subscription, stall] of [...this.#behind]) {
        const { socket, name, dropped } = subscription;
        const { bufferedAmount } = socket.ws;
        if (!socket.isOpen || dropped === 0) this.#behind.delete(subscription);
        else if (bufferedAmount <= ROOM_BYTES)
          this.update(subscription, updateFrame(name, '', this.#cursorOf(subscription)), 0);
        else if (hasStalled(stall, bufferedAmount)) {
          this.#behind.delete(subscription);
          this.#tooSlow(socket);
        }
      }
    }
    this.#watching = false;
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
