import { storeSealed } from '../../src/blocks/index.ts';
import {
  admission,
  buildBlock,
  MAX_ROOM_WAIT_MS,
  type Part,
  type PendingTotals,
  type PlacedPart,
  pauseAfterBlockMs,
  planBlock,
  type StreamHead,
  sealDueAtMs,
  sealRetryAtMs,
} from '../../src/journal/index.ts';
import { isSummedUp, storeSummedUp } from '../../src/rollups/index.ts';
import { log } from '../../src/shared/log.ts';
import { inTime } from '../../src/shared/within.ts';
import type { Stream } from '../../src/wire/record.ts';
import type { Bookkeeper } from './bookkeeper.ts';
import { REGISTERS } from './registers.ts';
import type { JournalStore } from './store.ts';

/** Blocks of one alarm: a few, so that appends get their turn in between; the alarm comes straight back while more are due. */
const BLOCKS_PER_ALARM = 8;

/**
 * D1 ends a statement after 30 s. What has not answered long after that never will, and would hold the alarm for as long as the platform lets it
 * run, 15 minutes, without a failure that anyone sees.
 */
const MAX_SEAL_MS = 60_000;
/** Of all batches that wait for room, of the 128 MB that this object has. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

interface SealPlace {
  projectId: string;
  shard: number;
  heads: ReadonlyMap<Stream, StreamHead>;
}

/** Knows what of the tail is due, and turns it into blocks. */
export class Sealer {
  readonly #storage: DurableObjectStorage;
  readonly #store: JournalStore;
  readonly #books: Bookkeeper;
  readonly #pending = new Map<Stream, PendingTotals>();
  #failures: number;
  /** Decision time of the armed alarm; null when none is armed. */
  #alarmAtMs: number | null = null;
  /** Fulfilled when the next block is sealed, or refused. */
  #nextTry = Promise.withResolvers<void>();
  /** Parts that came since the last block. */
  #appended = 0;
  /** Of batches in room(). */
  #waitingBytes = 0;

  constructor(storage: DurableObjectStorage, store: JournalStore, books: Bookkeeper) {
    this.#storage = storage;
    this.#store = store;
    this.#books = books;
    for (const { stream, ...totals } of store.pendingTotals()) this.#pending.set(stream, totals);
    this.#failures = Number(store.meta('seal_failures') ?? 0);
  }

  get failures(): number {
    return this.#failures;
  }

  admission(): ReturnType<typeof admission> {
    return admission(this.backlog().bytes, this.#failures);
  }

  /**
   * Waits while a batch of `bytes` has to, and for MAX_ROOM_WAIT_MS at most: a database that hangs must not hold up what the journal can take.
   * What waits is in memory, so where much does already the batch goes on at once: better on disk.
   */
  async room(bytes: number): Promise<void> {
    if (this.admission() !== 'after_sealing' || this.#waitingBytes + bytes > MAX_WAITING_BYTES) return;
    this.#waitingBytes += bytes;
    const patience = scheduler.wait(MAX_ROOM_WAIT_MS).then(() => 'over' as const);
    while (this.admission() === 'after_sealing') {
      if ((await Promise.race([patience, this.#nextTry.promise])) === 'over') break;
    }
    this.#waitingBytes -= bytes;
  }

  /** `oldestAtMs`: when the oldest of them came; null where there is none. */
  backlog(): { records: number; bytes: number; oldestAtMs: number | null } {
    let records = 0;
    let bytes = 0;
    let oldestAtMs = Number.POSITIVE_INFINITY;
    for (const totals of this.#pending.values()) {
      records += totals.records;
      bytes += totals.rawBytes;
      oldestAtMs = Math.min(oldestAtMs, totals.oldestAtMs);
    }
    return { records, bytes, oldestAtMs: Number.isFinite(oldestAtMs) ? oldestAtMs : null };
  }

  noteStored(stream: Stream, records: number, rawBytes: number, nowMs: number): void {
    this.#appended++;
    const totals = this.#pending.get(stream);
    if (!totals) {
      this.#pending.set(stream, { records, rawBytes, oldestAtMs: nowMs });
      return;
    }
    totals.records += records;
    totals.rawBytes += rawBytes;
  }

  /** Arms the alarm for the earliest due seal, or leaves an earlier one alone. Alarms run on the real clock, decisions on ours. */
  arm(nowMs: number, clockOffsetMs: number): void {
    let dueAtMs = Number.POSITIVE_INFINITY;
    for (const totals of this.#pending.values()) dueAtMs = Math.min(dueAtMs, sealDueAtMs(totals, nowMs));
    if (dueAtMs === Number.POSITIVE_INFINITY) return;
    if (this.#failures > 0) dueAtMs = Math.max(dueAtMs, sealRetryAtMs(this.#failures, nowMs));
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= dueAtMs) return;
    this.#alarmAtMs = dueAtMs;
    void this.#storage.setAlarm(dueAtMs - clockOffsetMs);
  }

  /** The alarm has gone off: whatever comes now arms a new one. */
  disarmed(): void {
    this.#alarmAtMs = null;
  }

  /**
   * Seals what is due, a few blocks at most. A failure is kept and counted, not thrown: the platform gives up on an alarm after six tries,
   * a journal never does.
   */
  async sealDue(db: D1Database, place: SealPlace, nowMs: number): Promise<void> {
    try {
      for (let sealed = 0; sealed < BLOCKS_PER_ALARM; sealed++) {
        const due = [...this.#pending].find(([, totals]) => sealDueAtMs(totals, nowMs) <= nowMs);
        if (!due) return;
        await this.#leaveToAppends(await this.#seal(db, place, due[0], nowMs));
      }
    } catch (cause) {
      this.#failures++;
      this.#tried();
      this.#store.setMeta('seal_failures', String(this.#failures));
      if (this.#store.meta('seal_failing_since_ms') === null)
        this.#store.setMeta('seal_failing_since_ms', String(nowMs));
      log('error', 'seal_failed', { projectId: place.projectId, failures: this.#failures, cause: String(cause) });
    }
  }

  /**
   * Seals what was there when it was asked for, due or not: a few blocks at most. False where there is more of it. Throws where the database refuses; the
   * alarm goes on as ever.
   */
  async sealNow(db: D1Database, place: SealPlace, until: ReadonlyMap<Stream, number>, nowMs: number): Promise<boolean> {
    const left = () =>
      [...until].find(([stream, nextSeq]) => (place.heads.get(stream)?.sealedSeq ?? nextSeq) < nextSeq);
    for (let sealed = 0; sealed < BLOCKS_PER_ALARM; sealed++) {
      const next = left();
      if (!next) return true;
      await this.#seal(db, place, next[0], nowMs);
    }
    return !left();
  }

  /** The next block of a stream, from parts that are there; answers them. */
  async #seal(db: D1Database, place: SealPlace, stream: Stream, nowMs: number): Promise<readonly PlacedPart[]> {
    const totals = this.#pending.get(stream);
    // To the end of the line: neither a stream that is due all the time nor one whose blocks are refused keeps the others waiting.
    if (totals) {
      this.#pending.delete(stream);
      this.#pending.set(stream, totals);
    }
    const count = planBlock(this.#store.pendingParts(stream));
    const parts = this.#store.partsFrom(stream, 0, count, Number.POSITIVE_INFINITY);
    const { block } = buildBlock(place.projectId, place.shard, parts, nowMs);
    const stored = isSummedUp(stream) ? storeSummedUp(db, block, nowMs, REGISTERS[stream]) : storeSealed(db, block);
    // Where it is late the work may still be done: a repeat changes nothing.
    const { sealedSeq } = await inTime(MAX_SEAL_MS, 'the database', stored);
    const head = place.heads.get(stream);
    // Sealed is only what this journal has numbered. A watermark beyond it is that of a journal that was lost or rolled back: to believe
    // it would delete records that are in no block.
    if (!head || sealedSeq >= head.nextSeq)
      throw new Error(`${stream} is sealed to ${sealedSeq}, beyond what this journal ever numbered`);
    this.#drop(head, sealedSeq, nowMs);
    head.sealedSeq = Math.max(head.sealedSeq, sealedSeq + 1);
    return parts;
  }

  /** Only while somebody appends: what a flood leaves behind is sealed without a pause. */
  async #leaveToAppends(parts: readonly PlacedPart[]): Promise<void> {
    const appended = this.#appended;
    this.#appended = 0;
    if (appended === 0) return;
    const packedHere = parts.reduce((sum, { codec, rawBytes }) => sum + (codec === 'raw' ? rawBytes : 0), 0);
    const pauseMs = pauseAfterBlockMs(packedHere, this.backlog().bytes);
    if (pauseMs > 0) await scheduler.wait(pauseMs);
  }

  /** What is left is known without looking at it: a seal that read the whole backlog would slow down as the backlog grows. */
  #drop(head: StreamHead, sealedSeq: number, nowMs: number): void {
    const { stream } = head;
    const dropped = this.#books.settle(stream, () => {
      this.#store.setMeta('last_seal_at_ms', String(nowMs));
      if (this.#failures > 0) {
        this.#store.setMeta('seal_failures', null);
        this.#store.setMeta('seal_failing_since_ms', null);
      }
      return this.#store.dropSealed(head, sealedSeq);
    });
    this.#failures = 0;
    const totals = this.#pending.get(stream);
    if (totals) {
      totals.records -= dropped.records;
      totals.rawBytes -= dropped.rawBytes;
      if (dropped.oldestLeftAtMs === null) this.#pending.delete(stream);
      else totals.oldestAtMs = dropped.oldestLeftAtMs;
    }
    this.#tried();
  }

  #tried(): void {
    this.#nextTry.resolve();
    this.#nextTry = Promise.withResolvers<void>();
  }
}

/** What parts take in memory while they wait for room. */
export function dataBytes(parts: readonly Part[]): number {
  return parts.reduce((sum, { data }) => sum + data.byteLength, 0);
}
