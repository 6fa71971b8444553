import type { Protocol } from '../wire/protocols.ts';
import type { LedgerCause, LedgerCounts, LedgerSource } from './types.ts';

/** What came at once and became of it: a batch, a repeat of one, or refused requests. */
export interface LedgerEntry {
  keyId: string;
  nowMs: number;
  requests: number;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  bytes: number;
  rejectedByReason: Readonly<Record<string, number>>;
  /** The code of the answer, where the requests were refused whole. */
  refusedCode: string | null;
  /** Who sent it; null where it was refused before that was looked at. */
  client: { protocol: Protocol; userAgent: string } | null;
}

export interface MinuteTally extends LedgerCounts {
  keyId: string;
  minute: number;
  lastSeenAtMs: number;
  lastRecordAtMs: number;
}

export interface CauseTally extends Pick<LedgerCause, 'keyId' | 'kind'> {
  minute: number;
  totals: Map<string, number>;
}

/** Entries of the ledger added up into the rows that they will be: one a key and minute, one a client. */
export class Tally {
  readonly #minutes = new Map<string, MinuteTally>();
  readonly #causes = new Map<string, CauseTally>();
  readonly #sources = new Map<string, LedgerSource>();

  static of(entry: LedgerEntry): Tally {
    const tally = new Tally();
    tally.add(entry);
    return tally;
  }

  get minutes(): Iterable<MinuteTally> {
    return this.#minutes.values();
  }

  get causes(): Iterable<CauseTally> {
    return this.#causes.values();
  }

  /** The one that came first is first. */
  get sources(): Iterable<LedgerSource> {
    return this.#sources.values();
  }

  /** Rows that it will be, but for causes, whose number is bounded by that of keys. */
  get rows(): number {
    return this.#minutes.size + this.#sources.size;
  }

  add(entry: LedgerEntry): void {
    const refused = entry.refusedCode === null ? 0 : entry.requests;
    const lastRecordAtMs = entry.stored + entry.duplicate > 0 ? entry.nowMs : 0;
    this.#addMinute(entry, refused, lastRecordAtMs);
    if (entry.rejected > 0) this.#addCauses('rejected', entry, entry.rejectedByReason);
    if (entry.refusedCode !== null) this.#addCauses('refused', entry, { [entry.refusedCode]: refused });
    if (entry.client !== null) this.#addSource(entry, entry.client, lastRecordAtMs);
  }

  #addMinute(entry: LedgerEntry, refused: number, lastRecordAtMs: number): void {
    const { keyId, nowMs, requests, received, stored, duplicate, rejected, bytes } = entry;
    const minute = minuteOf(nowMs);
    const counts = { requests, received, stored, duplicate, rejected, refused, bytes };
    const name = `${minute} ${keyId}`;
    const held = this.#minutes.get(name);
    if (!held) {
      this.#minutes.set(name, { keyId, minute, ...counts, lastSeenAtMs: nowMs, lastRecordAtMs });
      return;
    }
    for (const [count, more] of Object.entries(counts) as [keyof LedgerCounts, number][]) held[count] += more;
    held.lastSeenAtMs = Math.max(held.lastSeenAtMs, nowMs);
    held.lastRecordAtMs = Math.max(held.lastRecordAtMs, lastRecordAtMs);
  }

  #addCauses(kind: CauseTally['kind'], { keyId, nowMs }: LedgerEntry, counts: Readonly<Record<string, number>>): void {
    const minute = minuteOf(nowMs);
    const name = `${kind} ${minute} ${keyId}`;
    const { totals } = this.#causes.get(name) ?? { totals: new Map<string, number>() };
    for (const [cause, count] of Object.entries(counts)) totals.set(cause, (totals.get(cause) ?? 0) + count);
    this.#causes.set(name, { keyId, kind, minute, totals });
  }

  #addSource(entry: LedgerEntry, client: { protocol: Protocol; userAgent: string }, lastRecordAtMs: number): void {
    const { keyId, nowMs, requests, received: records, bytes } = entry;
    const { protocol, userAgent } = client;
    const name = `${protocol} ${keyId} ${userAgent}`;
    const held = this.#sources.get(name);
    if (!held) {
      const seen = { firstSeenAtMs: nowMs, lastSeenAtMs: nowMs, lastRecordAtMs };
      this.#sources.set(name, { keyId, protocol, userAgent, requests, records, bytes, ...seen });
      return;
    }
    held.requests += requests;
    held.records += records;
    held.bytes += bytes;
    held.firstSeenAtMs = Math.min(held.firstSeenAtMs, nowMs);
    held.lastSeenAtMs = Math.max(held.lastSeenAtMs, nowMs);
    held.lastRecordAtMs = Math.max(held.lastRecordAtMs, lastRecordAtMs);
  }
}

/** From 1 on: 0 is what was folded. A clock before the second minute of 1970 is none. */
function minuteOf(nowMs: number): number {
  return Math.max(1, Math.floor(nowMs / 60_000));
}
