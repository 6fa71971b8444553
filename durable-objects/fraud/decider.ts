import type { CallerRefusal, EventInput, EventOutcome } from '../../src/fraud/calls.ts';
import type { Outbox, Placing } from './outbox.ts';
import type { Judged, Place } from './recorder.ts';

/** Events of one transaction: 50 ms of the object, which answers nobody else meanwhile. */
const MAX_TURN_EVENTS = 100;

export interface DeciderPort {
  /** Asked when the event is decided, not when it came: what was revoked meanwhile is refused. */
  refusal(input: EventInput): CallerRefusal | null;
  /** Rolls back what was written where it throws. */
  transaction<T>(work: () => T): T;
  /** To be called inside a transaction. */
  judge(input: EventInput, place: Place): Judged;
  /** New events were written. */
  written(nowMs: number): void;
  countRepeat(input: EventInput, batch: number): Promise<void>;
}

interface Waiting {
  input: EventInput;
  answer: PromiseWithResolvers<EventOutcome>;
}

interface Written {
  part: readonly Waiting[];
  judged: Judged[];
  placing: Placing;
}

/**
 * Decides events in the order in which they came. Those that come while earlier ones are on their way to the journal wait for it, and are then decided in one
 * transaction and sent in one append: a busy project pays for a few commits and calls, not for one of each an event. One that comes alone waits for nothing.
 */
export class Decider {
  readonly #outbox: Outbox;
  readonly #port: DeciderPort;
  #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(outbox: Outbox, port: DeciderPort) {
    this.#outbox = outbox;
    this.#port = port;
  }

  /** Answers when the event is durable here and in the journal, or here alone where the journal is away. */
  decide(input: EventInput): Promise<EventOutcome> {
    const answer = Promise.withResolvers<EventOutcome>();
    this.#waiting.push({ input, answer });
    if (!this.#isBusy) void this.#run();
    return answer.promise;
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const turn = this.#waiting.splice(0, MAX_TURN_EVENTS);
      try {
        await this.#decideTogether(turn);
      } catch (error) {
        // Those that were answered before keep their answer.
        for (const { answer } of turn) answer.reject(error);
      }
    }
    this.#isBusy = false;
  }

  async #decideTogether(turn: readonly Waiting[]): Promise<void> {
    const allowed = turn.filter(({ input, answer }) => {
      const refusal = this.#port.refusal(input);
      if (refusal) answer.resolve(refusal);
      return refusal === null;
    });
    const sending = this.#written(allowed).map(({ part, judged, placing }) => {
      if (placing.groups.length > 0) this.#port.written(placing.nowMs);
      const sent = this.#outbox.send(placing);
      part.forEach(({ input, answer }, i) => {
        answer.resolve(this.#outcome(input, judged[i] as Judged));
      });
      return sent;
    });
    await Promise.all(sending);
  }

  /** In one transaction, or where that fails in one each: an event that cannot be written takes no other down with it. */
  #written(waiting: readonly Waiting[]): Written[] {
    if (waiting.length === 0) return [];
    try {
      return [this.#write(waiting)];
    } catch (error) {
      if (waiting.length > 1) return waiting.flatMap((one) => this.#written([one]));
      waiting[0]?.answer.reject(error);
      return [];
    }
  }

  #write(part: readonly Waiting[]): Written {
    const nowMs = Math.max(...part.map(({ input }) => input.nowMs));
    return this.#port.transaction(() => {
      const placing = this.#outbox.open(nowMs);
      const judged = part.map(({ input }) =>
        this.#port.judge(input, (event, seq) => this.#outbox.place(placing, event, seq, input.keyId)),
      );
      return { part, judged, placing };
    });
  }

  async #outcome(input: EventInput, judged: Judged): Promise<EventOutcome> {
    if (judged.kind === 'no_user' || judged.kind === 'key_reused') return judged;
    const { decision, seq, batch } = judged;
    const recorded = await this.#outbox.outcomeOf(seq, batch);
    const replayed = judged.kind === 'repeat';
    if (replayed && recorded === 'stored') await this.#port.countRepeat(input, batch);
    return { kind: 'decided', decision, recorded, replayed };
  }
}
