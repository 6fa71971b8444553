import { DurableObject } from 'cloudflare:workers';
import { storeSealed } from '../../src/blocks/index.ts';
import { clockNowMs, type Env, parseConfig } from '../../src/env.ts';
import {
  type AppendOutcome,
  type AppendRequest,
  buildBlock,
  type Dedupe,
  type JournalStatus,
  MAX_BACKLOG_BYTES,
  type PendingTotals,
  type PlacedPart,
  planBlock,
  retryAfterSeconds,
  type StreamHead,
  sealDueAtMs,
  sealRetryAtMs,
  type TailPage,
  type TailRequest,
} from '../../src/journal/index.ts';
import type { IngestAnswer } from '../../src/wire/ingest.ts';
import { BODY_HASH_TTL_MS, IDEMPOTENCY_TTL_MS } from '../../src/wire/limits.ts';
import type { Stream } from '../../src/wire/record.ts';
import { Publisher } from './publisher.ts';
import { JournalStore, type LedgerEntry } from './store.ts';

/** Blocks of one alarm: a few, so that appends get their turn in between; the alarm comes straight back while more are due. */
const BLOCKS_PER_ALARM = 8;
/** Rows looked at for one block: single-record parts are the smallest there are. */
const PARTS_PER_BLOCK = 5_000;
/** A week of minutes; older counts are folded into one row a key. */
const LEDGER_DETAIL_MS = 7 * 24 * 3_600_000;
const PRUNE_INTERVAL_MS = 3_600_000;

/**
 * Makes batches durable, numbers them, and seals them into blocks: one object per project and shard. It appends finished bytes and
 * decides; parsing, packing and tokenising happened before (DESIGN 3.5).
 */
export class Journal extends DurableObject<Env> {
  readonly #store: JournalStore;
  readonly #publisher: Publisher;
  readonly #heads = new Map<Stream, StreamHead>();
  readonly #pending = new Map<Stream, PendingTotals>();
  readonly #revoked: Map<string, number>;
  #disabled: boolean;
  #sealFailures: number;
  /** Decision time of the armed alarm; null when none is armed. */
  #alarmAtMs: number | null = null;
  #prunedAtMs = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new JournalStore(ctx.storage);
    for (const head of this.#store.heads()) this.#heads.set(head.stream, head);
    for (const { stream, ...totals } of this.#store.pendingTotals()) this.#pending.set(stream, totals);
    this.#revoked = new Map(this.#store.revokedKeys().map(({ keyId, fromMs }) => [keyId, fromMs]));
    this.#disabled = this.#store.meta('disabled') === '1';
    this.#sealFailures = Number(this.#store.meta('seal_failures') ?? 0);
    this.#publisher = new Publisher(
      this.#store.meta('attached') === '1',
      (publication) => this.env.HUB.getByName(this.#projectId()).publish({ ...publication, shard: this.#shard() }),
      (attached) => this.#store.setMeta('attached', attached ? '1' : null),
    );
    // An object that lost its alarm (a crash between write and arming) must not forget its tail.
    this.#arm(this.#now());
  }

  /** One batch: stored whole or not at all, answered after it is durable (the output gate holds the answer back until then). */
  append(request: AppendRequest): AppendOutcome {
    const refusal = this.#refusal(request);
    if (refusal) {
      this.#count(request, { refused: 1 });
      return refusal;
    }
    const seen = request.dedupe ? this.#repeat(request, request.dedupe) : null;
    if (seen) return seen;

    const stored = request.parts.reduce((sum, part) => sum + part.summary.records, 0);
    const answer: IngestAnswer = {
      received: request.received,
      stored,
      duplicate: 0,
      rejected: request.rejected,
      errors: request.rejections,
    };
    const placed: PlacedPart[] = [];
    this.ctx.storage.transactionSync(() => {
      if (this.#heads.size === 0) {
        this.#store.setMeta('project_id', request.projectId);
        this.#store.setMeta('shard', String(request.shard));
      }
      const next = new Map<Stream, number>();
      for (const part of request.parts) {
        const firstSeq = next.get(part.stream) ?? this.#heads.get(part.stream)?.nextSeq ?? 1;
        this.#store.insertPart(part, firstSeq, request.nowMs);
        next.set(part.stream, firstSeq + part.summary.records);
        placed.push({ ...part, firstSeq });
      }
      this.#count(request, {
        received: request.received,
        stored,
        rejected: request.rejected,
        bytes: request.bodyBytes,
      });
      if (request.dedupe) {
        const ttlMs = request.dedupe.kind === 'key' ? IDEMPOTENCY_TTL_MS : BODY_HASH_TTL_MS;
        this.#store.rememberAnswer(
          dedupeKey(request.keyId, request.dedupe),
          request.dedupe.payload,
          answer,
          request.nowMs + ttlMs,
        );
      }
    });
    for (const part of placed) this.#noteStored(part, request.nowMs);
    this.#arm(request.nowMs);
    this.#publisher.push(placed);
    return { kind: 'stored', answer };
  }

  /** Counts a request that never became a batch (malformed, wrong scope), so that an operator sees it. */
  countRefused(request: { projectId: string; shard: number; keyId: string; nowMs: number; reason: string }): void {
    this.#count({ ...request, rejectedByReason: {} }, { refused: 1 });
  }

  /** Named so because `tail` is a handler of the platform. */
  readTail(request: TailRequest): TailPage {
    return { shard: this.#shard(), heads: [...this.#heads.values()], ...this.#store.tail(request) };
  }

  /** Parts that hold records from `fromSeq` on, as far as they are still here; the caller reads older ones from the blocks. */
  readFrom(stream: Stream, fromSeq: number, maxParts: number): { head: StreamHead | null; parts: PlacedPart[] } {
    return { head: this.#heads.get(stream) ?? null, parts: this.#store.partsFrom(stream, fromSeq, maxParts) };
  }

  /** The hub listens from now on: everything at or after the answered heads is published to it. */
  attach(projectId: string, shard: number): StreamHead[] {
    this.#store.setMeta('project_id', projectId);
    this.#store.setMeta('shard', String(shard));
    this.#publisher.attach();
    return [...this.#heads.values()];
  }

  revokeKey(keyId: string, fromMs: number): void {
    this.#store.revokeKey(keyId, fromMs);
    this.#revoked.set(keyId, Math.min(fromMs, this.#revoked.get(keyId) ?? Number.POSITIVE_INFINITY));
  }

  setDisabled(disabled: boolean): void {
    this.#store.setMeta('disabled', disabled ? '1' : null);
    this.#disabled = disabled;
  }

  status(): JournalStatus {
    const totals = [...this.#pending.values()];
    const since = this.#store.meta('seal_failing_since_ms');
    const last = this.#store.meta('last_seal_at_ms');
    return {
      shard: this.#shard(),
      heads: [...this.#heads.values()],
      backlogRecords: totals.reduce((sum, t) => sum + t.records, 0),
      backlogBytes: this.#backlogBytes(),
      sealFailingSinceMs: since === null ? null : Number(since),
      lastSealAtMs: last === null ? null : Number(last),
      ledger: this.#store.ledger(),
    };
  }

  override async alarm(): Promise<void> {
    this.#alarmAtMs = null;
    const nowMs = this.#now();
    if (nowMs - this.#prunedAtMs > PRUNE_INTERVAL_MS) {
      this.ctx.storage.transactionSync(() => this.#store.prune(nowMs, LEDGER_DETAIL_MS));
      this.#prunedAtMs = nowMs;
    }
    try {
      await this.#sealDue(nowMs);
    } catch (cause) {
      // Not rethrown: the platform gives up after six tries, this object never does. status() and health show it.
      this.#sealFailures++;
      this.#store.setMeta('seal_failures', String(this.#sealFailures));
      if (this.#store.meta('seal_failing_since_ms') === null)
        this.#store.setMeta('seal_failing_since_ms', String(nowMs));
      console.error(
        JSON.stringify({
          level: 'error',
          event: 'seal_failed',
          projectId: this.#projectId(),
          failures: this.#sealFailures,
          cause: String(cause),
        }),
      );
    }
    this.#arm(this.#now());
  }

  async #sealDue(nowMs: number): Promise<void> {
    for (let sealed = 0; sealed < BLOCKS_PER_ALARM; sealed++) {
      const due = [...this.#pending].find(([, totals]) => sealDueAtMs(totals, nowMs) <= nowMs);
      if (!due) return;
      const [stream] = due;
      const count = planBlock(this.#store.pendingParts(stream, PARTS_PER_BLOCK));
      const parts = this.#store.partsFrom(stream, 0, count);
      const { block } = buildBlock(this.#projectId(), this.#shard(), parts, nowMs);
      const { sealedSeq } = await storeSealed(this.env.DB, block);
      this.#dropSealed(stream, sealedSeq, nowMs);
    }
  }

  #dropSealed(stream: Stream, sealedSeq: number, nowMs: number): void {
    this.ctx.storage.transactionSync(() => {
      this.#store.dropSealed(stream, sealedSeq);
      this.#store.setMeta('last_seal_at_ms', String(nowMs));
      if (this.#sealFailures > 0) {
        this.#store.setMeta('seal_failures', null);
        this.#store.setMeta('seal_failing_since_ms', null);
      }
    });
    this.#sealFailures = 0;
    const head = this.#heads.get(stream);
    if (head) head.sealedSeq = Math.max(head.sealedSeq, sealedSeq + 1);
    this.#pending.delete(stream);
    for (const { stream: rest, ...totals } of this.#store.pendingTotals())
      if (rest === stream) this.#pending.set(stream, totals);
  }

  #refusal(request: AppendRequest): AppendOutcome | null {
    if (this.#disabled) return { kind: 'project_disabled' };
    const revokedFromMs = this.#revoked.get(request.keyId);
    if (revokedFromMs !== undefined && revokedFromMs <= request.nowMs) return { kind: 'key_revoked' };
    if (this.#backlogBytes() > MAX_BACKLOG_BYTES)
      return { kind: 'backlog_full', retryAfterSeconds: retryAfterSeconds(this.#sealFailures) };
    return null;
  }

  #repeat(request: AppendRequest, dedupe: Dedupe): AppendOutcome | null {
    const seen = this.#store.findAnswer(dedupeKey(request.keyId, dedupe), request.nowMs);
    if (!seen) return null;
    if (seen.payload !== dedupe.payload) {
      this.#count(request, { refused: 1 });
      return { kind: 'key_reused' };
    }
    const duplicate = request.received - request.rejected;
    this.#count(request, {
      received: request.received,
      duplicate,
      rejected: request.rejected,
      bytes: request.bodyBytes,
    });
    if (dedupe.kind === 'key') return { kind: 'replayed', answer: seen.answer };
    return {
      kind: 'stored',
      answer: {
        received: request.received,
        stored: 0,
        duplicate,
        rejected: request.rejected,
        errors: request.rejections,
      },
    };
  }

  #count(request: Pick<AppendRequest, 'keyId' | 'nowMs' | 'rejectedByReason'>, counts: Partial<LedgerEntry>): void {
    this.#store.count({
      keyId: request.keyId,
      nowMs: request.nowMs,
      received: 0,
      stored: 0,
      duplicate: 0,
      rejected: 0,
      refused: 0,
      bytes: 0,
      ...counts,
      rejectedByReason: counts.rejected ? request.rejectedByReason : {},
    });
  }

  #noteStored(part: PlacedPart, nowMs: number): void {
    const nextSeq = part.firstSeq + part.summary.records;
    const head = this.#heads.get(part.stream);
    if (head) head.nextSeq = nextSeq;
    else this.#heads.set(part.stream, { stream: part.stream, nextSeq, sealedSeq: 1 });
    const totals = this.#pending.get(part.stream) ?? { records: 0, rawBytes: 0, oldestAtMs: nowMs };
    totals.records += part.summary.records;
    totals.rawBytes += part.rawBytes;
    this.#pending.set(part.stream, totals);
  }

  #backlogBytes(): number {
    let bytes = 0;
    for (const totals of this.#pending.values()) bytes += totals.rawBytes;
    return bytes;
  }

  /** Arms the alarm for the earliest due seal, or leaves an earlier one alone. */
  #arm(nowMs: number): void {
    let dueAtMs = Number.POSITIVE_INFINITY;
    for (const totals of this.#pending.values()) dueAtMs = Math.min(dueAtMs, sealDueAtMs(totals, nowMs));
    if (dueAtMs === Number.POSITIVE_INFINITY) return;
    if (this.#sealFailures > 0) dueAtMs = Math.max(dueAtMs, sealRetryAtMs(this.#sealFailures, nowMs));
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= dueAtMs) return;
    this.#alarmAtMs = dueAtMs;
    // Alarms run on the real clock, decisions on the request's.
    void this.ctx.storage.setAlarm(dueAtMs - parseConfig(this.env).clockOffsetMs);
  }

  #now(): number {
    return clockNowMs(parseConfig(this.env));
  }

  #projectId(): string {
    const id = this.#store.meta('project_id');
    if (id === null) throw new Error('this journal has no project yet');
    return id;
  }

  #shard(): number {
    return Number(this.#store.meta('shard') ?? 0);
  }
}

function dedupeKey(keyId: string, dedupe: Dedupe): string {
  return dedupe.kind === 'key' ? `k:${keyId}:${dedupe.key}` : `b:${keyId}:${dedupe.payload}`;
}
