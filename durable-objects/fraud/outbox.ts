import type { Recorded } from '../../src/fraud/calls.ts';
import { resendDelayMs } from '../../src/fraud/resend-policy.ts';
import type { FraudEvent } from '../../src/wire/fraud.ts';
import type { OutboxStore } from './outbox-store.ts';

/** Events of one append. Each is 2 KB at most as a record. */
const MAX_GROUP_EVENTS = 500;
/** Appends of one alarm; it comes straight back while there are more. */
const GROUPS_PER_ALARM = 100;

/** Events that go to the journal in one append, under one name that its repeats have too. */
export interface Group {
  batch: number;
  keyId: string;
  events: FraudEvent[];
}

export interface OutboxPort {
  /** False where the journal is away or full: nothing is known, and the same group comes again. Must not throw. */
  append(group: Group, nowMs: number): Promise<boolean>;
  events(seqs: readonly number[]): FraudEvent[];
}

interface OpenGroup extends Group {
  size: number;
  done: PromiseWithResolvers<Recorded>;
}

interface Lane {
  queue: OpenGroup[];
  sending: OpenGroup | null;
  /** Takes what comes while the journal is away; only the alarm sends it. */
  parked: { batch: number; size: number } | null;
}

/**
 * The way from the object into the journal. What comes while an append is under way goes with the next one. Which events go together is written in
 * the transaction of each event, before anything is sent: after a crash the same groups go again, and the journal knows them by name.
 */
export class Outbox {
  readonly #store: OutboxStore;
  readonly #port: OutboxPort;
  readonly #lanes = new Map<string, Lane>();
  /** In the journal, with rows that the next transaction deletes: a write of their own would hold back the answer. */
  #settled: number[] = [];
  #failures = 0;
  #pausedUntilMs = 0;

  constructor(store: OutboxStore, port: OutboxPort) {
    this.#store = store;
    this.#port = port;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Null while the journal answers. */
  get retryAtMs(): number | null {
    return this.#failures === 0 ? null : this.#pausedUntilMs;
  }

  /** In the transaction of the event: notes that it waits, and answers the name of its group. */
  place(seq: number, keyId: string, nowMs: number): number {
    this.settle();
    const batch = this.#groupFor(seq, keyId, nowMs);
    this.#store.insert(seq, batch, keyId);
    return batch;
  }

  /** After the transaction. Answers when the journal has the event, or is known to be away. */
  async send(event: FraudEvent, keyId: string, nowMs: number): Promise<Recorded> {
    const lane = this.#lane(keyId);
    const group = lane.queue.at(-1);
    if (lane.parked !== null || !group) return 'pending';
    group.events.push(event);
    void this.#pump(lane, nowMs);
    return group.done.promise;
  }

  /** Of an event that was placed before: waits for its group where that is under way. */
  async outcomeOf(seq: number, batch: number, keyId: string): Promise<Recorded> {
    const lane = this.#lane(keyId);
    const live = [lane.sending, ...lane.queue].find((group) => group?.batch === batch);
    if (live) return live.done.promise;
    return this.#settled.includes(batch) || !this.#store.has(seq) ? 'stored' : 'pending';
  }

  settle(): void {
    for (const batch of this.#settled) this.#store.drop(batch);
    this.#settled = [];
  }

  /** Sends what an earlier try or an earlier instance left. True when nothing is left. */
  async flush(nowMs: number): Promise<boolean> {
    for (const lane of this.#lanes.values()) lane.parked = null;
    this.#pausedUntilMs = 0;
    const live = new Set(
      [...this.#lanes.values()].flatMap(({ sending, queue }) => [sending, ...queue]).map((g) => g?.batch),
    );
    const left = this.#store.batches(GROUPS_PER_ALARM + live.size).filter(({ batch }) => !live.has(batch));
    for (const { batch, keyId, seqs } of left.slice(0, GROUPS_PER_ALARM)) {
      const isStored = await this.#port.append({ batch, keyId, events: this.#port.events(seqs) }, nowMs);
      if (!isStored) {
        this.#pause(nowMs);
        return false;
      }
      this.#failures = 0;
      this.#settled.push(batch);
    }
    return left.length <= GROUPS_PER_ALARM;
  }

  async #pump(lane: Lane, nowMs: number): Promise<void> {
    if (lane.sending !== null) return;
    const group = lane.queue.shift();
    if (!group) return;
    lane.sending = group;
    const isStored = await this.#port.append(group, nowMs);
    lane.sending = null;
    if (isStored) {
      this.#failures = 0;
      this.#settled.push(group.batch);
      group.done.resolve('stored');
      void this.#pump(lane, nowMs);
      return;
    }
    this.#pause(nowMs);
    for (const waiting of [group, ...lane.queue]) waiting.done.resolve('pending');
    lane.queue = [];
  }

  #pause(nowMs: number): void {
    this.#failures++;
    this.#pausedUntilMs = nowMs + resendDelayMs(this.#failures);
  }

  #groupFor(seq: number, keyId: string, nowMs: number): number {
    const lane = this.#lane(keyId);
    if (nowMs < this.#pausedUntilMs) {
      if (lane.parked === null || lane.parked.size >= MAX_GROUP_EVENTS) lane.parked = { batch: seq, size: 0 };
      lane.parked.size++;
      return lane.parked.batch;
    }
    // It stays as it was written: with one more event it would be another append of the same name.
    lane.parked = null;
    const last = lane.queue.at(-1);
    // A group without events is left of a transaction that was rolled back: its seq is given again.
    if (last && last.size < MAX_GROUP_EVENTS && last.events.length > 0) {
      last.size++;
      return last.batch;
    }
    if (last?.events.length === 0) lane.queue.pop();
    lane.queue.push({ batch: seq, keyId, events: [], size: 1, done: Promise.withResolvers<Recorded>() });
    return seq;
  }

  #lane(keyId: string): Lane {
    let lane = this.#lanes.get(keyId);
    if (!lane) {
      lane = { queue: [], sending: null, parked: null };
      this.#lanes.set(keyId, lane);
    }
    return lane;
  }
}
