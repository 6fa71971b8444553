import type { DestinationConfig } from '../../src/delivery/calls.ts';
import { type Fate, fateOf } from '../../src/delivery/queue/fate.ts';
import { type AttemptResult, classify, type Verdict } from '../../src/delivery/retry/classify.ts';
import type { Attempt } from '../../src/wire/delivery.ts';
import type { AttemptStore, EndedAttempt } from './attempt-store.ts';
import type { DeliveryStore, QueuedDelivery } from './delivery-store.ts';
import type { Receiver } from './receiver.ts';

/** An attempt that was begun, in the words of the stores. */
export interface Begun {
  delivery: QueuedDelivery;
  number: number;
  kind: Attempt['kind'];
  atMs: number;
}

/** What became of one. */
export type Landing = Omit<EndedAttempt, 'outcome'> & { result: AttemptResult };

const UNSENT = { status: null, durationMs: 0, headersMs: null, dnsMs: 0, requestHeaders: {}, response: null };

/** Writes what begins and what ends: the delivery and its attempt, always both, in the transaction of who calls. */
export class Book {
  readonly #deliveries: DeliveryStore;
  readonly #attempts: AttemptStore;
  readonly #receiver: Receiver;
  #ends = 0;

  constructor(deliveries: DeliveryStore, attempts: AttemptStore, receiver: Receiver) {
    this.#deliveries = deliveries;
    this.#attempts = attempts;
    this.#receiver = receiver;
  }

  /** Deliveries that have ended since they were last asked to be forgotten. */
  get ends(): number {
    return this.#ends;
  }

  forgotten(): void {
    this.#ends = 0;
  }

  /** `body` null: nothing is sent. */
  begin(
    delivery: QueuedDelivery,
    kind: Attempt['kind'],
    atMs: number,
    { url, body }: { url: string; body: string | null },
  ): Begun {
    const [{ seq }, number] = [delivery, delivery.attempts + 1];
    this.#deliveries.start(seq, atMs, body);
    this.#attempts.start({ seq, number, kind, atMs, url, body: body ?? '' });
    return { delivery, number, kind, atMs };
  }

  end(
    { delivery, number, atMs }: Begun,
    landing: Landing,
    isOrdered: boolean,
    nowMs: number,
  ): { verdict: Verdict; fate: Fate } {
    const { result, ...ended } = landing;
    const verdict = classify(result, nowMs);
    const { outcome } = verdict;
    const { seq, retries, isTest, subject } = delivery;
    this.#attempts.end(seq, number, { ...ended, outcome });
    const attempted = { verdict, error: ended.error, atMs, retries, isTest };
    const { fate, budget } = fateOf(attempted, this.#receiver.budget, nowMs, Math.random);
    this.#receiver.budget = budget;
    const last = { outcome, status: ended.status, reason: fate.kind === 'delivered' ? null : fate.reason };
    if (fate.kind === 'again') this.#deliveries.again(seq, fate.atMs, fate.retries, last);
    else {
      this.#deliveries.end(seq, fate.kind, last, nowMs);
      this.#ends++;
      if (isOrdered && !isTest) this.#deliveries.release(subject, nowMs);
    }
    return { verdict, fate };
  }

  /** What cannot be made into a request is never sent. */
  unsent(
    delivery: QueuedDelivery,
    kind: Attempt['kind'],
    config: DestinationConfig,
    error: string,
    nowMs: number,
  ): void {
    const begun = this.begin(delivery, kind, nowMs, { url: config.url, body: null });
    this.end(
      begun,
      { ...UNSENT, error, result: { kind: 'unanswered', outcome: 'template_failed' } },
      config.ordered,
      nowMs,
    );
  }

  /**
   * Attempts without an end that are not under way: their instance died, or could not write it. Whether they arrived nobody knows, so they are made
   * again.
   */
  recover(isUnderWay: (seq: number) => boolean, isOrdered: boolean, nowMs: number): void {
    const error = 'the process that made this attempt ended before its answer';
    for (const { seq, ...open } of this.#attempts.open()) {
      const delivery = isUnderWay(seq) ? null : this.#deliveries.bySeq(seq);
      if (delivery === null) continue;
      this.end(
        { delivery, ...open },
        { ...UNSENT, error, result: { kind: 'unanswered', outcome: 'lost' } },
        isOrdered,
        nowMs,
      );
    }
  }
}

/** What the receiver before this one said, but that it took the event: it is told to this one, which is not gone because that one was. */
export function ofFormerReceiver(landing: Landing): Landing {
  if (classify(landing.result, 0).outcome === 'delivered') return landing;
  const error = `${landing.error ?? 'not delivered'}; the destination leads elsewhere since`;
  return { ...landing, error, result: { kind: 'unanswered', outcome: 'lost' } };
}
