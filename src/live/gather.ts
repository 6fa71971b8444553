import { createHash } from 'node:crypto';
import type { Edge } from '../edge/index.ts';
import type { Pipeline } from '../etl/index.ts';
import { BatchBuilder } from '../ingest/index.ts';
import type { AppendOutcome, Dedupe } from '../journal/index.ts';
import type { LimitError } from '../limits/index.ts';
import { batchIds } from '../shared/ids.ts';
import { log } from '../shared/log.ts';
import { unreachable } from '../shared/result.ts';
import type { Rejection } from '../wire/ingest.ts';
import { isStream, type Json, type Stream } from '../wire/record.ts';
import { gatheredFrame, replayedFrame, storedFrame } from './answers.ts';
import type { LiveError } from './errors.ts';
import type { Frame } from './frame.ts';
import { addThroughSteps, valuesOf } from './steps.ts';

/** An append may carry 32 MiB (the limit of a call across objects). A batch that is past this many units takes no further frame. */
const MAX_BATCH_CHARS = 3 * 1024 * 1024;
/** What may wait while an append is under way, over all senders; beyond it frames are refused rather than the object killed (128 MB). */
const MAX_WAITING_CHARS = 24 * 1024 * 1024;
/** This much waits for no pause: timers are late while senders keep the event loop busy. */
const MAX_PAUSING_CHARS = 1024 * 1024;
/**
 * Between two appends. Where hub and journal share a thread (workerd on one machine) an append alone gathers nothing, because no frame is
 * read while it runs: without this pause a busy hub wrote one or two records at a time.
 */
export const PAUSE_MS = 4;
/** In a flood, whose senders wait for more than this anyway: a sixth more records a second than with the short pause. */
export const FLOOD_PAUSE_MS = 16;
/** Frames of one round of appends that make a flood, */
const FLOOD_FRAMES = 64;
/** and of each sender on average: hundreds of senders that wait for each answer before sending on have one, and would only wait longer. */
const FLOOD_FRAMES_PER_SENDER = 8;
/** What a record gains on the way to its line: id, defaults, names of fields. */
const LINE_OVERHEAD_CHARS = 160;

export type TelemetryFrame = Extract<Frame, { type: 'TELEMETRY' }>;

export interface Sender {
  /** The ledger's account. Frames of one account share an append. */
  accountId: string;
  /** Streams it may send to; null is all. */
  writes: readonly Stream[] | null;
  /** The key's quota; null for who has none. */
  recordsPerDay: number | null;
  /** It asked for one ACK for all its frames of an append. */
  gathersAcks: boolean;
}

interface Waiting<S> {
  sender: S;
  idJson: string;
  received: number;
  rejected: number;
  errors: Rejection[] | null;
}

export interface Batch<S> {
  readonly accountId: string;
  readonly recordsPerDay: number | null;
  readonly nowMs: number;
  readonly builder: BatchBuilder;
  readonly dedupe: Dedupe | null;
  bodyChars: number;
  chars: number;
  readonly waiting: Waiting<S>[];
}

export interface GatherPort<S> {
  append(batch: Batch<S>): Promise<AppendOutcome | LimitError>;
  answer(sender: S, frame: string): void;
  refuse(sender: S, idJson: string, error: LiveError): void;
  /** Waits between two appends. */
  pause(ms: number): Promise<void>;
  nowMs(): number;
  /** The steps of the project's schema for telemetry; null where it has none. */
  pipeline(): Pipeline | null;
  /** What the sender's records are shaped by. */
  edge(sender: S): Edge;
}

/**
 * Gathers what arrives while an append is under way into the next one, so that the rate of appends falls as the load grows: one frame
 * a batch when it is quiet, hundreds when it is not. Each account has its own batch, because the ledger counts by account and a refusal
 * of one is none of the others' business. A frame is answered when its batch is durable.
 */
export class Gather<S extends Sender> {
  readonly #port: GatherPort<S>;
  readonly #open = new Map<string, Batch<S>>();
  #queue: Batch<S>[] = [];
  #waitingChars = 0;
  #running = false;
  /** Ends the pause early; does nothing once it is over. */
  #wake: () => void = () => undefined;

  constructor(port: GatherPort<S>) {
    this.#port = port;
  }

  /** Takes a frame of `chars` units, or says why not; then nothing of it is kept. */
  add(sender: S, frame: TelemetryFrame, chars: number): LiveError | null {
    const { payload } = frame;
    if (this.#waitingChars > MAX_WAITING_CHARS) return { kind: 'overloaded' };
    const pipeline = this.#port.pipeline();
    const values = pipeline === null && frame.dataType === 'JSON' ? null : valuesOf(frame);
    if (values?.ok === false) return values.error;
    if (sender.writes !== null) {
      const forbidden = forbiddenStream(sender.writes, values === null ? payload : []);
      if (forbidden !== null) return { kind: 'scope', needed: forbidden };
    }
    const batch = this.#batchFor(sender, frame);
    const { builder } = batch;
    const receivedBefore = builder.received;
    const rejectedBefore = builder.rejected;
    const charsBefore = builder.chars;
    builder.shapeBy(this.#port.edge(sender));
    if (values?.ok) addThroughSteps(builder, values.value, { pipeline, writes: sender.writes, nowMs: batch.nowMs });
    else if (Array.isArray(payload)) for (const record of payload) builder.add(record);
    else builder.add(payload);
    const received = builder.received - receivedBefore;
    const rejected = builder.rejected - rejectedBefore;
    const errors = rejected === 0 ? null : takeRejections(builder, receivedBefore);
    batch.waiting.push({ sender, idJson: frame.idJson, received, rejected, errors });
    // A schema may write more than came.
    const cost = Math.max(chars + received * LINE_OVERHEAD_CHARS, builder.chars - charsBefore);
    batch.bodyChars += chars;
    batch.chars += cost;
    this.#waitingChars += cost;
    if (!this.#running) void this.#run();
    else if (this.#waitingChars > MAX_PAUSING_CHARS) this.#wake();
    return null;
  }

  #batchFor(sender: S, frame: TelemetryFrame): Batch<S> {
    const { accountId } = sender;
    if (frame.batchId !== null) {
      const payload = createHash('sha256').update(hashedText(frame)).digest('base64url');
      return this.#start(sender, { kind: 'key', key: frame.batchId, payload });
    }
    const open = this.#open.get(accountId);
    if (open && open.chars <= MAX_BATCH_CHARS) return open;
    const started = this.#start(sender, null);
    this.#open.set(accountId, started);
    return started;
  }

  #start({ accountId, writes, recordsPerDay }: S, dedupe: Dedupe | null): Batch<S> {
    const nowMs = this.#port.nowMs();
    const builder = new BatchBuilder(
      { stream: writes?.[0] ?? 'logs', service: 'unknown', nowMs },
      batchIds(nowMs),
      false,
    );
    const batch: Batch<S> = { accountId, recordsPerDay, nowMs, builder, dedupe, bodyChars: 0, chars: 0, waiting: [] };
    this.#queue.push(batch);
    return batch;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#queue.length > 0) {
      const batches = this.#queue;
      this.#queue = [];
      this.#open.clear();
      await Promise.all(batches.map((batch) => this.#append(batch)));
      if (this.#waitingChars <= MAX_PAUSING_CHARS) await this.#pause(isFlood(batches) ? FLOOD_PAUSE_MS : PAUSE_MS);
    }
    this.#running = false;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      void this.#port.pause(ms).then(resolve);
    });
  }

  async #append(batch: Batch<S>): Promise<void> {
    let outcome: AppendOutcome | LimitError | null;
    try {
      batch.builder.finish();
      outcome = await this.#port.append(batch);
    } catch (cause) {
      log('error', 'journal_away', { from: 'hub', cause: String(cause) });
      outcome = null;
    }
    this.#waitingChars -= batch.chars;
    this.#settle(batch, outcome);
  }

  #acknowledge(waiting: readonly Waiting<S>[]): void {
    const gathered = new Map<S, { idsJson: string; received: number }>();
    for (const { sender, idJson, received, rejected, errors } of waiting) {
      if (!sender.gathersAcks || rejected > 0) {
        this.#port.answer(sender, storedFrame(idJson, received, rejected, errors));
        continue;
      }
      const known = gathered.get(sender);
      if (known) {
        known.idsJson += `,${idJson}`;
        known.received += received;
      } else {
        gathered.set(sender, { idsJson: idJson, received });
      }
    }
    for (const [sender, { idsJson, received }] of gathered) this.#port.answer(sender, gatheredFrame(idsJson, received));
  }

  #settle({ waiting }: Batch<S>, outcome: AppendOutcome | LimitError | null): void {
    const port = this.#port;
    switch (outcome?.kind) {
      case 'stored':
        this.#acknowledge(waiting);
        return;
      case 'replayed':
        for (const { sender, idJson } of waiting) port.answer(sender, replayedFrame(idJson, outcome.answer));
        return;
      case undefined:
        for (const { sender, idJson } of waiting) port.refuse(sender, idJson, { kind: 'journal_away' });
        return;
      case 'key_reused':
      case 'key_revoked':
      case 'project_disabled':
      case 'backlog_full':
      case 'rate_limited':
      case 'quota_exceeded':
        for (const { sender, idJson } of waiting)
          port.refuse(sender, idJson, outcome as Exclude<typeof outcome, null | undefined>);
        return;
      default:
        unreachable(outcome as never);
    }
  }
}

/** Of JSON its text alone: what batches are remembered by across versions. */
function hashedText({ dataType, payload }: TelemetryFrame): string {
  return (dataType === 'JSON' ? '' : `${dataType}:`) + JSON.stringify(payload);
}

function isFlood<S>(batches: readonly Batch<S>[]): boolean {
  const frames = batches.reduce((sum, { waiting }) => sum + waiting.length, 0);
  if (frames < FLOOD_FRAMES) return false;
  const senders = new Set(batches.flatMap(({ waiting }) => waiting.map(({ sender }) => sender)));
  return frames >= senders.size * FLOOD_FRAMES_PER_SENDER;
}

/** The rejections since the last frame, numbered within this one. The builder lists them up to a bound, so each frame takes its own. */
function takeRejections(builder: BatchBuilder, firstIndex: number): Rejection[] {
  return builder.rejections.splice(0).map(({ index, ...rest }) => ({ index: index - firstIndex, ...rest }));
}

/** As over HTTP, one record of a stream that the key lacks refuses all: part of a batch is of no use to its sender. */
function forbiddenStream(writes: readonly Stream[], payload: Json): string | null {
  if (writes.length === 0) return 'a key with an ingest scope, or the role analyst';
  for (const record of Array.isArray(payload) ? payload : [payload]) {
    const stream = record !== null && typeof record === 'object' && !Array.isArray(record) ? record.stream : null;
    if (isStream(stream) && !writes.includes(stream)) return `the scope ingest:${stream}`;
  }
  return null;
}
