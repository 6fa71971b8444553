import { log } from '../../src/shared/log.ts';
import { resendDelayMs, WATCH_MS } from '../../src/shared/resend-policy.ts';
import { inTime } from '../../src/shared/within.ts';
import type { DeliveryEvent } from '../../src/wire/delivery.ts';
import type { OutboxRow, OutboxStore } from './stores/outbox-store.ts';

/** Of one call to a destination. */
const MAX_EVENTS_PER_CALL = 20;
/** A destination's object answers in milliseconds. One that hangs is told again, under the same ids. */
const MAX_CALL_MS = 10_000;
/** Nobody has told the object what it is: the push of a new destination is repeated within minutes. After a day it was deleted. */
const FORGET_UNCONFIGURED_MS = 24 * 3_600_000;

/** An event for some destinations. */
export interface Notice {
  event: DeliveryEvent;
  destinationIds: readonly string[];
}

export interface OutboxPort {
  enqueue(destinationId: string, events: DeliveryEvent[]): Promise<'taken' | 'not_configured'>;
  /** For the log; null before it is known. */
  projectId(): string | null;
  nowMs(): number;
  /** So that the alarm comes by then. */
  arm(atMs: number): void;
}

interface Lane {
  failures: number;
  pausedUntilMs: number;
  sending: Promise<void> | null;
}

/**
 * The way from the decisions to the destinations. A notice is a row in the transaction that decides it, and goes until its destination has it; what is
 * told twice has the same id, and is delivered once. Each destination has its own lane: one that is away holds up no other.
 */
export class Outbox {
  readonly #rows: OutboxStore;
  readonly #port: OutboxPort;
  readonly #lanes = new Map<string, Lane>();

  constructor(rows: OutboxStore, port: OutboxPort) {
    this.#rows = rows;
    this.#port = port;
  }

  /** In the transaction that decides them. Nothing is sent before send() is called after its commit. */
  place(notices: readonly Notice[]): void {
    if (notices.length === 0) return;
    for (const { event, destinationIds } of notices) {
      for (const destinationId of new Set(destinationIds)) this.#rows.insert(destinationId, event);
    }
    // A crash between here and the call leaves it to the alarm.
    this.#port.arm(this.#port.nowMs() + WATCH_MS);
  }

  /** After the commit. Resolves when every destination that is not pausing has answered, or is known to be away. */
  async send(destinationIds: readonly string[]): Promise<void> {
    const nowMs = this.#port.nowMs();
    await Promise.all([...new Set(destinationIds)].map((destinationId) => this.#sendTo(destinationId, nowMs)));
  }

  /** From the alarm: what an earlier try or an earlier instance left. */
  async resend(): Promise<void> {
    await this.send(this.#rows.destinations());
    if (this.#rows.destinations().length === 0) this.#lanes.clear();
  }

  #sendTo(destinationId: string, nowMs: number): Promise<void> {
    const lane = this.#laneOf(destinationId);
    if (lane.sending) return lane.sending;
    // A pause that is longer than any can be is of a clock that was set back.
    const pauseMs = lane.pausedUntilMs - nowMs;
    if (pauseMs > 0 && pauseMs <= resendDelayMs(lane.failures)) {
      this.#port.arm(lane.pausedUntilMs);
      return Promise.resolve();
    }
    // Begun behind this assignment, or one with nothing to send would end before it.
    lane.sending = Promise.resolve().then(() => this.#drain(destinationId, lane));
    return lane.sending;
  }

  async #drain(destinationId: string, lane: Lane): Promise<void> {
    try {
      for (;;) {
        const rows = this.#rows.next(destinationId, MAX_EVENTS_PER_CALL);
        if (rows.length === 0) return;
        if (!(await this.#tell(destinationId, rows))) return this.#pause(lane);
        lane.failures = 0;
        this.#rows.drop(rows);
      }
    } finally {
      // In one step with the look that found nothing: what is placed after that look begins anew.
      lane.sending = null;
    }
  }

  #pause(lane: Lane): void {
    lane.failures++;
    lane.pausedUntilMs = this.#port.nowMs() + resendDelayMs(lane.failures);
    this.#port.arm(lane.pausedUntilMs);
  }

  /** False: the same again later. */
  async #tell(destinationId: string, rows: readonly OutboxRow[]): Promise<boolean> {
    try {
      const told = this.#port.enqueue(
        destinationId,
        rows.map(({ event }) => event),
      );
      const answer = await inTime(MAX_CALL_MS, 'the destination', told);
      if (answer === 'not_configured') this.#forgetOld(destinationId, rows);
      return answer === 'taken';
    } catch (cause) {
      log('warn', 'notice_not_told', { projectId: this.#port.projectId(), destinationId, cause: String(cause) });
      return false;
    }
  }

  #forgetOld(destinationId: string, rows: readonly OutboxRow[]): void {
    const nowMs = this.#port.nowMs();
    const old = rows.filter(({ createdAtMs }) => nowMs - createdAtMs > FORGET_UNCONFIGURED_MS);
    if (old.length === 0) return;
    this.#rows.drop(old);
    const ids = old.map(({ event }) => event.id);
    log('error', 'notices_forgotten', { projectId: this.#port.projectId(), destinationId, ids });
  }

  #laneOf(destinationId: string): Lane {
    const known = this.#lanes.get(destinationId);
    if (known) return known;
    const lane = { failures: 0, pausedUntilMs: 0, sending: null };
    this.#lanes.set(destinationId, lane);
    return lane;
  }
}
