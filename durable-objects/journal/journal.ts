import { type Env, parseConfig } from '../../src/env.ts';
import {
  type AppendOutcome,
  type AppendRequest,
  type Dedupe,
  type JournalStatus,
  type LedgerDetail,
  type LedgerRequest,
  type ListenerName,
  type PlacedPart,
  retryAfterSeconds,
  type StreamHead,
  type TailPage,
  type TailRequest,
  type Wanted,
} from '../../src/journal/index.ts';
import { withLost } from '../../src/journal/ledger-policy.ts';
import { type Fault, orFault } from '../../src/shared/together.ts';
import type { IngestAnswer } from '../../src/wire/ingest.ts';
import { BODY_HASH_TTL_MS, IDEMPOTENCY_TTL_MS } from '../../src/wire/limits.ts';
import type { Stream } from '../../src/wire/record.ts';
import { MeasuredObject } from '../measured-object.ts';
import { AnswerStore, dedupeKey } from './answer-store.ts';
import { Bookkeeper, type RefusedRequests } from './bookkeeper.ts';
import { tailGauges } from './gauges.ts';
import { Listeners } from './listeners.ts';
import { dataBytes, Sealer } from './sealer.ts';
import { JournalStore } from './store.ts';

/** Parts of one answer to the hub; single-record parts are the smallest there are. */
const PARTS_PER_READ = 5_000;
/** Of answers looked at for what has expired. By an alarm: a few, and where much has expired as many as there can be requests for a block, in about 30 ms. */
const SWEPT_BY_ALARM = { step: 100, limit: 5_000 };
/**
 * By a batch: more than the one that it adds, so that as long as batches come no more than a few have expired. A sender whose records are all rejected never arms
 * the alarm.
 */
const SWEPT_BY_BATCH = 4;
/** What the clocks of two machines differ by. */
const MAX_CLOCK_SKEW_MS = 250;

/**
 * Makes batches durable, numbers them, and seals them into blocks: one object per project and shard. It appends finished bytes and
 * decides; parsing, packing and tokenising happened before (DESIGN 3.5).
 */
export class Journal extends MeasuredObject {
  readonly #store: JournalStore;
  readonly #answers: AnswerStore;
  readonly #books: Bookkeeper;
  readonly #listeners: Listeners;
  readonly #heads = new Map<Stream, StreamHead>();
  readonly #sealer: Sealer;
  readonly #revoked: Map<string, number>;
  #disabled: boolean;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env, 'journal');
    this.#store = new JournalStore(ctx.storage);
    this.#answers = new AnswerStore(ctx.storage.sql);
    for (const head of this.#store.heads()) this.#heads.set(head.stream, head);
    this.#books = new Bookkeeper(ctx.storage, this.#store, this.#heads);
    this.#sealer = new Sealer(ctx.storage, this.#store, this.#books);
    this.#revoked = new Map(this.#store.revokedKeys().map(({ keyId, fromMs }) => [keyId, fromMs]));
    this.#disabled = this.#store.meta('disabled') === '1';
    this.#listeners = new Listeners(this.env, this.#store, {
      projectId: () => this.#projectId(),
      shard: () => this.#shard(),
      heads: () => [...this.#heads.values()],
    });
    // What was sealed had a minute to be published; what was not may have been in the queue when the instance before this one ended.
    if (this.#sealer.backlog().records > 0) this.#listeners.recover();
    // An object that lost its alarm (a crash between write and arming) must not forget its tail.
    this.#sealer.arm(this.now(), this.#clockOffsetMs());
  }

  /** One batch: stored whole or not at all, answered after it is durable (the output gate holds the answer back until then). */
  async append(request: AppendRequest): Promise<AppendOutcome> {
    await this.#sealer.room(dataBytes(request.parts));
    return this.#append(request);
  }

  /** Several batches that come together: each is stored, or not, as if it came alone, and all of them are one commit. */
  async appendAll(requests: AppendRequest[]): Promise<(AppendOutcome | Fault)[]> {
    await this.#sealer.room(dataBytes(requests.flatMap(({ parts }) => parts)));
    return requests.map((request) => orFault(() => this.#append(request)));
  }

  #append(request: AppendRequest): AppendOutcome {
    const refusal = this.#refusal(request);
    if (refusal) {
      this.#books.countRefusal(request, refusal.kind);
      return refusal;
    }
    const seen = request.dedupe ? this.#repeat(request, request.dedupe) : null;
    if (seen) return seen;

    const stored = request.parts.reduce((sum, part) => sum + part.summary.records, 0);
    const { received, rejected, rejections: errors } = request;
    const answer: IngestAnswer = { received, stored, duplicate: 0, rejected, errors };
    this.#books.makeRoom();
    const counts = this.#books.entry(withLost(request), { stored });
    const placed: PlacedPart[] = [];
    this.ctx.storage.transactionSync(() => {
      if (this.#heads.size === 0) this.#store.adopt(request);
      const next = new Map<Stream, number>();
      for (const part of request.parts) {
        if (!this.#heads.has(part.stream) && !next.has(part.stream)) this.#store.beginStream(part.stream);
        const firstSeq = next.get(part.stream) ?? this.#heads.get(part.stream)?.nextSeq ?? 1;
        this.#store.insertPart(part, firstSeq, request.nowMs, placed.length === 0 ? counts : null);
        next.set(part.stream, firstSeq + part.summary.records);
        placed.push({ ...part, firstSeq });
      }
      if (placed.length === 0) this.#books.count(counts);
      if (request.dedupe) this.#remember(request, request.dedupe, answer);
    });
    for (const part of placed) this.#noteStored(part, request.nowMs);
    if (placed[0]) this.#books.noteWritten(placed[0], counts);
    this.#sealer.arm(request.nowMs, this.#clockOffsetMs());
    this.#listeners.push(placed);
    return { kind: 'stored', answer };
  }

  /** What a batch that a limit refuses now was answered before, counted as a repeat; null where it is not here. Its parts are not needed. */
  repeatOf(request: AppendRequest): AppendOutcome | null {
    return request.dedupe && this.#refusal(request) === null ? this.#repeat(request, request.dedupe) : null;
  }

  /** Counts requests that never became a batch (malformed, wrong scope), so that an operator sees them. */
  countRefused(requests: RefusedRequests): void {
    this.#books.countRefused(requests);
  }

  /** Why a key may not be used any more, null where it may: for routes that store nothing here and go by what the journal was told. */
  keyRefusal(keyId: string, nowMs: number): 'project_disabled' | 'key_revoked' | null {
    if (this.#disabled) return 'project_disabled';
    const revokedFromMs = this.#revoked.get(keyId);
    return revokedFromMs !== undefined && revokedFromMs <= nowMs ? 'key_revoked' : null;
  }

  /** Named so because `tail` is a handler of the platform. */
  readTail(request: TailRequest): TailPage {
    return { shard: this.#shard(), heads: [...this.#heads.values()], ...this.#store.tail(request) };
  }

  /** Parts that hold records from `fromSeq` on, as far as they are still here; the caller reads older ones from the blocks. */
  readFrom(stream: Stream, fromSeq: number, maxRawBytes: number): { head: StreamHead | null; parts: PlacedPart[] } {
    const parts = this.#store.partsFrom(stream, fromSeq, PARTS_PER_READ, maxRawBytes);
    return { head: this.#heads.get(stream) ?? null, parts };
  }

  /** It listens from now on: everything of these streams at or after the answered heads is published to it. */
  attach(projectId: string, shard: number, listener: ListenerName, wanted: Wanted): StreamHead[] {
    if (this.#heads.size === 0) this.#store.adopt({ projectId, shard });
    this.#listeners.attach(listener, wanted);
    return [...this.#heads.values()];
  }

  /** A key that has ended has ended by every clock: that of a request may lag behind the one that told its end, or be set back. */
  revokeKey(keyId: string, fromMs: number): void {
    const refusedFromMs = fromMs <= this.now() + MAX_CLOCK_SKEW_MS ? 0 : fromMs;
    this.#store.revokeKey(keyId, refusedFromMs);
    this.#revoked.set(keyId, Math.min(refusedFromMs, this.#revoked.get(keyId) ?? Number.POSITIVE_INFINITY));
  }

  setDisabled(disabled: boolean): void {
    this.#store.setMeta('disabled', disabled ? '1' : null);
    this.#disabled = disabled;
  }

  status(): JournalStatus {
    const backlog = this.#sealer.backlog();
    const [since, last] = [this.#store.meta('seal_failing_since_ms'), this.#store.meta('last_seal_at_ms')];
    return {
      shard: this.#shard(),
      heads: [...this.#heads.values()],
      backlogRecords: backlog.records,
      backlogBytes: backlog.bytes,
      oldestUnsealedAtMs: backlog.oldestAtMs,
      sealFailingSinceMs: since === null ? null : Number(since),
      lastSealAtMs: last === null ? null : Number(last),
      ledger: this.#books.rows(),
    };
  }

  ledger(request: LedgerRequest): LedgerDetail {
    return this.#books.detail(request);
  }

  /**
   * Seals what is in the tail when it is asked first (`until` null), a bounded number of blocks in each call; asked again with what it answered it goes on.
   * Throws where the database refuses.
   */
  async sealTail(until: StreamHead[] | null): Promise<{ until: StreamHead[]; done: boolean }> {
    const heads = until ?? Array.from(this.#heads.values(), (head) => ({ ...head }));
    if (heads.length === 0) return { until: heads, done: true };
    const ends = new Map(heads.map(({ stream, nextSeq }) => [stream, nextSeq]));
    return { until: heads, done: await this.#sealer.sealNow(this.env.DB, this.#place(), ends, this.now()) };
  }

  protected override get ownProjectId(): string | null {
    return this.#store.meta('project_id');
  }

  protected override async rang(): Promise<void> {
    this.#sealer.disarmed();
    const nowMs = this.now();
    this.#answers.sweep(nowMs, SWEPT_BY_ALARM.step, SWEPT_BY_ALARM.limit);
    this.#books.foldDue(nowMs);
    await this.#sealer.sealDue(this.env.DB, this.#place(), nowMs);
    this.#sealer.arm(this.now(), this.#clockOffsetMs());
  }

  protected override gauges() {
    return tailGauges(this.#projectId(), this.#shard(), this.#sealer.backlog(), this.now());
  }

  #refusal(request: AppendRequest): AppendOutcome | null {
    const kind = this.keyRefusal(request.keyId, request.nowMs);
    if (kind !== null) return { kind };
    if (this.#sealer.admission() === 'never')
      return { kind: 'backlog_full', retryAfterSeconds: retryAfterSeconds(this.#sealer.failures) };
    return null;
  }

  #repeat(request: AppendRequest, dedupe: Dedupe): AppendOutcome | null {
    const seen = this.#answers.find(dedupeKey(request.keyId, dedupe), request.nowMs);
    if (!seen) return null;
    if (seen.payload !== dedupe.payload) {
      this.#books.countRefusal(request, 'idempotency_key_reused');
      return { kind: 'key_reused' };
    }
    const { received, rejected, rejections: errors } = request;
    const duplicate = received - rejected;
    this.#books.count(this.#books.entry(request, { duplicate }));
    if (dedupe.kind === 'key') return { kind: 'replayed', answer: seen.answer };
    return { kind: 'stored', answer: { received, stored: 0, duplicate, rejected, errors } };
  }

  #remember(request: AppendRequest, dedupe: Dedupe, answer: IngestAnswer): void {
    const ttlMs = dedupe.kind === 'key' ? IDEMPOTENCY_TTL_MS : BODY_HASH_TTL_MS;
    this.#answers.remember(dedupeKey(request.keyId, dedupe), dedupe.payload, answer, request.nowMs + ttlMs);
    this.#answers.sweep(request.nowMs, SWEPT_BY_BATCH, SWEPT_BY_BATCH);
  }

  #noteStored(part: PlacedPart, nowMs: number): void {
    const nextSeq = part.firstSeq + part.summary.records;
    const head = this.#heads.get(part.stream);
    if (head) head.nextSeq = nextSeq;
    else this.#heads.set(part.stream, { stream: part.stream, nextSeq, sealedSeq: 1 });
    this.#sealer.noteStored(part.stream, part.summary.records, part.rawBytes, nowMs);
  }

  #place(): { projectId: string; shard: number; heads: ReadonlyMap<Stream, StreamHead> } {
    return { projectId: this.#projectId(), shard: this.#shard(), heads: this.#heads };
  }

  #clockOffsetMs(): number {
    return parseConfig(this.env).clockOffsetMs;
  }

  #projectId(): string {
    if (this.ownProjectId === null) throw new Error('this journal has no project yet');
    return this.ownProjectId;
  }

  #shard(): number {
    return Number(this.#store.meta('shard') ?? 0);
  }
}
