import type { Recorded } from '../../src/fraud/calls.ts';
import { resendDelayMs } from '../../src/shared/resend-policy.ts';
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

type Rows = Pick<OutboxStore, 'insert' | 'has' | 'drop' | 'batches'>;

export interface OutboxPort {
  /** False where the journal is away or full: nothing is known, and the same group comes again. Must not throw. */
  append(group: Group, nowMs: number): Promise<boolean>;
  events(seqs: readonly number[]): FraudEvent[];
}

/** A group that is written and not sent: only the alarm sends it. */
interface Parked {
  batch: number;
  size: number;
}

/** Where the events of one transaction wait. Until `send` was called after its commit, nothing but its rows knows of them. */
export interface Placing {
  readonly nowMs: number;
  readonly isParked: boolean;
  /** `size` counts those that an earlier transaction parked under the same name. */
  readonly groups: (Group & { size: number })[];
}

/**
 * The way from the object into the journal. Which events go together is written in the transaction that decides them, before anything is sent: after a
 * crash the same groups go again, and the journal knows them by name.
 */
export class Outbox {
  readonly #store: Rows;
  readonly #port: OutboxPort;
  /** By the names of the groups that are being sent. */
  readonly #live = new Map<number, Promise<Recorded>>();
  /** By key, while the journal is away. */
  #parked = new Map<string, Parked>();
  /** In the journal, with rows that the next transaction deletes: a write of their own would hold back the answer. */
  #settled: number[] = [];
  #failures = 0;
  #pausedUntilMs = 0;

  constructor(store: Rows, port: OutboxPort) {
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

  /** At the start of a transaction that places events. While the journal is away they are parked, and nobody waits for it. */
  open(nowMs: number): Placing {
    for (const batch of this.#settled) this.#store.drop(batch);
    return { nowMs, isParked: nowMs < this.#pausedUntilMs, groups: [] };
  }

  /** In the transaction: notes that the event waits, and answers the name of its group. */
  place(placing: Placing, event: FraudEvent, seq: number, keyId: string): number {
    const group =
      placing.groups.findLast((g) => g.keyId === keyId && g.size < MAX_GROUP_EVENTS) ??
      this.#newGroup(placing, keyId, seq);
    group.size++;
    group.events.push(event);
    this.#store.insert(seq, group.batch, keyId);
    return group.batch;
  }

  /** After the commit. Resolves when the journal has answered for every group, or is known to be away. */
  async send({ groups, isParked, nowMs }: Placing): Promise<void> {
    this.#settled = [];
    if (isParked) {
      for (const { keyId, batch, size } of groups) this.#parked.set(keyId, { batch, size });
      return;
    }
    // They stay as they were written: with one more event, one would be another append of the same name.
    this.#parked.clear();
    await Promise.all(groups.map((group) => this.#send(group, nowMs)));
  }

  /** Of an event that was placed: waits for its group where that is under way. */
  async outcomeOf(seq: number, batch: number): Promise<Recorded> {
    const live = this.#live.get(batch);
    if (live) return live;
    return this.#settled.includes(batch) || !this.#store.has(seq) ? 'stored' : 'pending';
  }

  /** Whether a group of this name is on its way. */
  isLive(batch: number): boolean {
    return this.#live.has(batch);
  }

  /** Deletes the rows of what the journal has, in a transaction of its own. */
  settle(): void {
    for (const batch of this.#settled) this.#store.drop(batch);
    this.#settled = [];
  }

  /** Sends what an earlier try or an earlier instance left. True when nothing is left. */
  async flush(nowMs: number): Promise<boolean> {
    this.#parked.clear();
    this.#pausedUntilMs = 0;
    const live = new Set(this.#live.keys());
    const left = this.#store.batches(GROUPS_PER_ALARM + live.size).filter(({ batch }) => !live.has(batch));
    for (const { batch, keyId, seqs } of left.slice(0, GROUPS_PER_ALARM)) {
      const recorded = await this.#send({ batch, keyId, events: this.#port.events(seqs) }, nowMs);
      if (recorded === 'pending') return false;
    }
    return left.length <= GROUPS_PER_ALARM;
  }

  #newGroup(placing: Placing, keyId: string, seq: number): Placing['groups'][number] {
    const parked = placing.isParked ? this.#parked.get(keyId) : undefined;
    const isFirst = placing.groups.every((group) => group.keyId !== keyId);
    const goesOn = isFirst && parked !== undefined && parked.size < MAX_GROUP_EVENTS ? parked : { batch: seq, size: 0 };
    const group = { ...goesOn, keyId, events: [] };
    placing.groups.push(group);
    return group;
  }

  #send(group: Group, nowMs: number): Promise<Recorded> {
    const sent = this.#append(group, nowMs).finally(() => this.#live.delete(group.batch));
    this.#live.set(group.batch, sent);
    return sent;
  }

  async #append(group: Group, nowMs: number): Promise<Recorded> {
    if (await this.#port.append(group, nowMs)) {
      this.#failures = 0;
      this.#settled.push(group.batch);
      return 'stored';
    }
    this.#failures++;
    this.#pausedUntilMs = nowMs + resendDelayMs(this.#failures);
    return 'pending';
  }
}
