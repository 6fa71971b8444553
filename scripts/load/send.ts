import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../../cli/client.ts';
import { CliError, EXIT } from '../../cli/exit.ts';
import { deliver } from '../../cli/send/deliver.ts';
import { Bodies } from './bodies.ts';
import { Latencies } from './latencies.ts';
import { Pace } from './pace.ts';

/** So many different bodies, used in turn. */
const BODIES = 64;
/** How long a batch is repeated until somebody says what became of it. */
const GIVE_UP_AFTER_MS = 60_000;

export interface Sent {
  requests: number;
  /** In the answers of all batches. */
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  /** Batches that were due before the end, and that no connection was free to send. */
  overdue: number;
  /** Batches of which nobody said what became of them. */
  unanswered: number;
  /** Tries that were answered with "later", or not at all, by what was said. */
  delays: Record<string, number>;
  /** Refusals for good, by their sentence. */
  refusals: Record<string, number>;
  bytes: number;
}

export interface SendOptions {
  client: Client;
  run: string;
  clients: number;
  batchRecords: number;
  /** Records a second; null is as fast as they are answered. */
  rate: number | null;
  untilMs: number;
  signal: AbortSignal;
}

/** Sends until `untilMs` of performance.now(); every batch is repeated under its key until it is answered. The counts are complete when it resolves. */
export class Sender {
  readonly sent: Sent = {
    ...{ requests: 0, received: 0, stored: 0, duplicate: 0, rejected: 0, overdue: 0, unanswered: 0 },
    bytes: 0,
    ...{ delays: {}, refusals: {} },
  };
  readonly latencies = new Latencies();
  readonly #options: SendOptions;
  readonly #bodies: Bodies;
  #serial = 0;

  constructor(options: SendOptions) {
    this.#options = options;
    this.#bodies = new Bodies(options.run, BODIES, options.batchRecords);
  }

  async run(): Promise<void> {
    const { clients, rate, batchRecords } = this.#options;
    const pace = new Pace(performance.now(), rate === null ? null : rate / batchRecords);
    await Promise.all(Array.from({ length: clients }, () => this.#lane(pace)));
    if (rate === null) return;
    const endMs = Math.min(this.#options.untilMs, performance.now());
    for (let dueMs = pace.next(endMs); dueMs < endMs; dueMs = pace.next(endMs)) this.#isOverdue(dueMs, endMs);
  }

  async #lane(pace: Pace): Promise<void> {
    const { untilMs, signal } = this.#options;
    while (!signal.aborted) {
      const dueMs = pace.next(performance.now());
      if (dueMs >= untilMs) return;
      if (performance.now() >= untilMs) {
        this.#isOverdue(dueMs, untilMs);
        return;
      }
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined); // only the signal ends it early
      if (signal.aborted) return;
      await this.#batch();
      this.latencies.add(performance.now() - dueMs);
    }
  }

  /** It has waited this long at least: left out, a server that stands still until the end would have answered fast. */
  #isOverdue(dueMs: number, endMs: number): void {
    this.sent.overdue++;
    this.latencies.add(endMs - dueMs);
  }

  async #batch(): Promise<void> {
    const body = this.#bodies.body(this.#serial++, Date.now());
    this.sent.requests++;
    this.sent.bytes += body.length;
    try {
      const { answer } = await deliver(
        { body },
        {
          ...{
            client: this.#options.client,
            packs: false,
            stream: null,
            service: null,
            giveUpAfterMs: GIVE_UP_AFTER_MS,
          },
          idempotencyKey: randomUUID(),
          onWaiting: (reason) => addTo(this.sent.delays, reason),
        },
      );
      for (const name of ['received', 'stored', 'duplicate', 'rejected'] as const) this.sent[name] += answer[name];
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      const isRefused = error.details.code !== undefined;
      if (isRefused) addTo(this.sent.refusals, error.message);
      else this.sent.unanswered++;
      // Refused by key or form, every other batch would be as well.
      if (error.exitCode === EXIT.notAllowed || error.exitCode === EXIT.usage) throw error;
    }
  }
}

function addTo(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
