import { userAgentName } from '../../src/journal/ledger-policy.ts';
import { type LedgerEntry, Tally } from '../../src/journal/tally.ts';
import type {
  AppendRequest,
  LedgerDetail,
  LedgerRequest,
  LedgerRow,
  PlacedPart,
  StreamHead,
} from '../../src/journal/types.ts';
import type { Stream } from '../../src/wire/record.ts';
import { LedgerStore } from './ledger-store.ts';
import type { JournalStore } from './store.ts';

/**
 * A day of minutes; older counts are folded into one row a key. The ledger is summed on the thread that appends: with 20 keys that takes
 * 11 ms for a day and took 78 ms for a week.
 */
const LEDGER_DETAIL_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const FOLD_INTERVAL_MS = 3_600_000;
/** Of one stream in memory: browsers come by the thousand, and each is a row. */
const MAX_UNCOUNTED_ROWS = 1_000;
/** Of records. */
const NOTHING = { received: 0, stored: 0, duplicate: 0, rejected: 0, bytes: 0, rejectedByReason: {} };

/**
 * The ledger of a journal. What a batch counts is written in the row of its first part, in one transaction with its records; the ledger's own rows take it once for
 * many batches: before those parts are deleted, before the ledger is read, and where much has come together. Until then it is kept in memory too, by the
 * stream of that part, and an instance that starts reads it from there.
 */
export class Bookkeeper {
  readonly #storage: DurableObjectStorage;
  readonly #store: JournalStore;
  readonly #ledger: LedgerStore;
  readonly #heads: ReadonlyMap<Stream, StreamHead>;
  readonly #uncounted = new Map<Stream, Tally>();
  #foldedAtMs = 0;

  constructor(storage: DurableObjectStorage, store: JournalStore, heads: ReadonlyMap<Stream, StreamHead>) {
    this.#storage = storage;
    this.#store = store;
    this.#ledger = new LedgerStore(storage.sql);
    this.#heads = heads;
    for (const { stream, counts } of store.uncounted()) this.#tallyOf(stream).add(counts);
  }

  /** What a batch counts. */
  entry(request: AppendRequest, became: { stored: number } | { duplicate: number }): LedgerEntry {
    const { received, rejected, bodyBytes: bytes } = request;
    const rejectedByReason = this.#ledger.bounded(request.keyId, request.rejectedByReason);
    const counts = { ...NOTHING, received, rejected, rejectedByReason, bytes, ...became };
    return { ...counts, ...whoseOf(request), requests: 1, refusedCode: null };
  }

  /** Where there is no part to write it with. */
  count(entry: LedgerEntry): void {
    this.#storage.transactionSync(() => this.#ledger.add(Tally.of(entry)));
  }

  /** A batch that was refused whole. */
  countRefusal(request: AppendRequest, refusedCode: string): void {
    this.count({ ...NOTHING, ...whoseOf(request), requests: 1, refusedCode });
  }

  /** Requests that never became a batch. */
  countRefused({ keyId, nowMs, code, requests }: RefusedRequests): void {
    this.count({ ...NOTHING, keyId, nowMs, requests, refusedCode: code, client: null });
    // A journal that only ever refuses has no alarm.
    this.foldDue(nowMs);
  }

  /** Before a batch is written: a ledger that cannot be must refuse it, not fail behind it. */
  makeRoom(): void {
    for (const [stream, tally] of this.#uncounted) if (tally.rows >= MAX_UNCOUNTED_ROWS) this.#settleStream(stream);
  }

  /** After the transaction that wrote it with this part, and with the stream's head where the part ends. */
  noteWritten({ stream }: PlacedPart, entry: LedgerEntry): void {
    this.#tallyOf(stream).add(entry);
  }

  /** The ledger takes what came with parts of the stream, in one transaction with what `beside` writes; that has to note it. */
  settle<T>(stream: Stream, beside: () => T): T {
    const tally = this.#uncounted.get(stream);
    const result = this.#storage.transactionSync(() => {
      if (tally) this.#ledger.add(tally);
      return beside();
    });
    this.#uncounted.delete(stream);
    return result;
  }

  rows(): LedgerRow[] {
    this.#settleAll();
    return this.#ledger.rows();
  }

  detail(request: LedgerRequest): LedgerDetail {
    this.#settleAll();
    const foldedBeforeMs = Number(this.#store.meta('ledger_folded_before_minute') ?? 0) * MINUTE_MS;
    return { foldedBeforeMs, ...this.#ledger.detail(request) };
  }

  foldDue(nowMs: number): void {
    if (Math.abs(nowMs - this.#foldedAtMs) <= FOLD_INTERVAL_MS) return; // either way: a clock that was ahead must not put it off
    this.#settleAll();
    const beforeMinute = Math.max(0, Math.floor((nowMs - LEDGER_DETAIL_MS) / MINUTE_MS));
    this.#storage.transactionSync(() => {
      this.#ledger.fold(beforeMinute);
      this.#store.setMeta('ledger_folded_before_minute', String(beforeMinute));
    });
    this.#foldedAtMs = nowMs;
  }

  #settleAll(): void {
    for (const stream of [...this.#uncounted.keys()]) this.#settleStream(stream);
  }

  #settleStream(stream: Stream): void {
    const head = this.#heads.get(stream);
    if (!head) throw new Error(`counts of ${stream}, which has no records`);
    this.settle(stream, () => this.#store.noteCounted(head));
  }

  #tallyOf(stream: Stream): Tally {
    const held = this.#uncounted.get(stream);
    if (held) return held;
    const tally = new Tally();
    this.#uncounted.set(stream, tally);
    return tally;
  }
}

export interface RefusedRequests {
  keyId: string;
  nowMs: number;
  code: string;
  requests: number;
}

function whoseOf({
  keyId,
  nowMs,
  protocol,
  userAgent,
}: AppendRequest): Pick<LedgerEntry, 'keyId' | 'nowMs' | 'client'> {
  return { keyId, nowMs, client: { protocol, userAgent: userAgentName(userAgent) } };
}
