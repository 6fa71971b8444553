import { alarmAtMs, timerAtMs, type Wants } from '../../src/delivery/queue/wake.ts';

export interface WakerPort {
  /** By our clock. */
  setAlarm(atMs: number): void;
  wake(): void;
}

/** One timer of the instance for what is near, and the object's one alarm for what must happen although the instance dies (src/delivery/queue/wake.ts). */
export class Waker {
  readonly #port: WakerPort;
  #timer: { atMs: number; handle: ReturnType<typeof setTimeout> } | null = null;
  #alarmAtMs: number | null = null;

  constructor(port: WakerPort) {
    this.#port = port;
  }

  /** In the transaction of what is wanted. An alarm that is armed for earlier stays: it finds nothing, and arms the next. */
  want(wants: Wants): void {
    this.#setTimer(timerAtMs(wants), wants.nowMs);
    const atMs = alarmAtMs(wants);
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    this.#port.setAlarm(atMs);
  }

  /** The alarm has gone off: whatever is wanted now arms a new one. */
  alarmed(): void {
    this.#alarmAtMs = null;
  }

  /** Nothing is wanted any more. */
  stop(): void {
    this.#setTimer(null, 0);
    this.#alarmAtMs = null;
  }

  #setTimer(atMs: number | null, nowMs: number): void {
    if (this.#timer?.atMs === atMs) return;
    if (this.#timer) clearTimeout(this.#timer.handle);
    this.#timer = null;
    if (atMs === null) return;
    const handle = setTimeout(
      () => {
        this.#timer = null;
        this.#port.wake();
      },
      Math.max(0, Math.ceil(atMs - nowMs)),
    );
    this.#timer = { atMs, handle };
  }
}
