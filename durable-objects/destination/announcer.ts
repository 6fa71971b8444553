import type { BreakerTransition } from '../../src/wire/delivery.ts';
import type { HealthChange } from '../../src/wire/protocol.ts';

/** Deliveries may die by the hundred; who watches their number needs it once a second. */
const INTERVAL_MS = 1_000;

export interface AnnouncerPort {
  /** Must not throw. */
  announce(change: HealthChange): Promise<void>;
  /** Null once the destination was deleted. */
  destinationId(): string | null;
  deadLetters(): number;
}

/** Tells those who watch the project that its breaker moved, or its dead letters changed. Whoever misses it asks again within seconds. */
export class Announcer {
  readonly #port: AnnouncerPort;
  #isDue = false;

  constructor(port: AnnouncerPort) {
    this.#port = port;
  }

  moved({ from, to }: BreakerTransition): void {
    const destinationId = this.#port.destinationId();
    if (destinationId !== null) void this.#port.announce({ change: 'breaker', destinationId, from, to });
  }

  deadLettersChanged(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      const destinationId = this.#port.destinationId();
      if (destinationId === null) return;
      void this.#port.announce({ change: 'dead_letters', destinationId, deadLetters: this.#port.deadLetters() });
    }, INTERVAL_MS);
  }
}
