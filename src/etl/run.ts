import { isStillSignedIn } from '../auth/index.ts';
import type { Edge } from '../edge/index.ts';
import type { Ctx } from '../env.ts';
import { type IngestError, type Sender, storeBatch, streamRefusal } from '../ingest/index.ts';
import type { Dedupe } from '../journal/index.ts';
import { STEP_NAMES, type StepName } from '../wire/etl-job.ts';
import { MAX_RECORD_CHARS } from '../wire/limits.ts';
import { isStream, type Json } from '../wire/record.ts';
import type { Extracted } from './extract/extract.ts';
import { type BatchOrigin, OpenBatch } from './open-batch.ts';
import { type Pipeline, TOO_GROWN } from './pipeline.ts';
import { Progress } from './progress.ts';
import type { Rejected, RejectKeeper } from './rejects.ts';
import { isObject } from './transform/path.ts';
import type { Failure } from './transform/transform.ts';

/** Values that go through a step together: a look at the clock for each value would cost more than the step. */
const SLICE_VALUES = 256;
const SLICE_CHARS = 256 * 1024;
/** As in src/ingest/parse.ts: six characters for one where a sender escapes what is not ASCII. */
const MAX_VALUE_CHARS = 6 * MAX_RECORD_CHARS;

/**
 * What a batch may grow to by the steps, of two million characters of values (open-batch.ts): a schema can write a text many times over, into what
 * no call to the journal carries (32 MiB). By the content alone, as where a batch ends.
 */
const MAX_GROWN_CHARS = 12 * 1024 * 1024;

/** Of one run: each is a call to the journal, of which one request has 10,000. */
export const MAX_BATCHES = 4_000;

export interface RunInput {
  ctx: Ctx;
  sender: Sender;
  userAgent: string;
  origin: BatchOrigin;
  edge: Edge;
  pipeline: Pipeline;
  /** Names the batches of a run whose start had an Idempotency-Key; null without one. */
  batchKey: string | null;
  rejects: RejectKeeper;
  maxBatches: number;
  /** Milliseconds since the request came. */
  elapsedMs: () => number;
}

/** `isCounted`: the batch has counted it already. */
type Refused = Failure & { isCounted?: true };

interface Unit {
  index: number;
  value: Json;
  json: string;
}

/**
 * Values → steps → batches → journal. One batch at a time: nothing more is extracted before the journal has taken the last one, so a run holds
 * a batch however much comes, and its sender waits.
 */
export class Run {
  readonly progress: Progress;
  readonly #input: RunInput;
  #batch: OpenBatch;
  #slice: Unit[] = [];
  #sliceChars = 0;
  #bytes = 0;

  constructor(input: RunInput) {
    this.#input = input;
    this.progress = new Progress(input.rejects);
    this.#batch = this.#open(0, 0);
  }

  noteBytes(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Null, or why the journal did not take a batch: then the run is over. */
  async feed(extracted: Iterable<Extracted>): Promise<IngestError | null> {
    const values = extracted[Symbol.iterator]();
    for (;;) {
      const isDone = this.#pull(values);
      this.#process();
      if (this.#batch.ordinal >= this.#input.maxBatches && this.#batch.values > 0)
        return { kind: 'too_many_records', limit: this.#batch.firstIndex };
      if (this.#batch.isFull) {
        const failed = await this.#store();
        if (failed) return failed;
      }
      if (isDone) return null;
    }
  }

  /** Stores what is left. Not called for a run that broke off: a batch that ends elsewhere than its repeat would not be known again. */
  async finish(): Promise<IngestError | null> {
    return this.#batch.values === 0 ? null : this.#store();
  }

  #open(ordinal: number, firstIndex: number): OpenBatch {
    const { ctx, origin, edge, elapsedMs } = this.#input;
    return new OpenBatch(ordinal, firstIndex, origin, ctx.nowMs + Math.floor(elapsedMs()), edge);
  }

  /** Step extract, up to the end of the slice or of the batch. True when there is nothing more. */
  #pull(values: Iterator<Extracted>): boolean {
    const startedMs = this.#input.elapsedMs();
    const batch = this.#batch;
    let isDone = false;
    while (this.#slice.length < SLICE_VALUES && this.#sliceChars < SLICE_CHARS && !batch.isFull) {
      const next = values.next();
      if (next.done) {
        isDone = true;
        break;
      }
      this.#takeIn(next.value);
    }
    this.progress.steps.extract.durationMs += this.#input.elapsedMs() - startedMs;
    return isDone;
  }

  #takeIn(extracted: Extracted): void {
    if ('reason' in extracted) {
      const { reason, raw } = extracted;
      this.#refuse('extract', { index: this.#batch.take(`!${raw}`), text: { raw } }, without(reason));
      return;
    }
    const { value } = extracted;
    const json = jsonOf(value);
    if (json === null || json.length > MAX_VALUE_CHARS) {
      const reason = json === null ? 'is nested too deeply' : `is larger than ${MAX_VALUE_CHARS} characters`;
      this.#refuse('extract', { index: this.#batch.take('!'), text: { raw: '' } }, without(reason));
      return;
    }
    this.#slice.push({ index: this.#batch.take(json), value, json });
    this.#sliceChars += json.length;
  }

  #process(): void {
    const { pipeline } = this.#input;
    const { nowMs } = this.#batch;
    let units = this.#slice;
    this.#slice = [];
    this.#sliceChars = 0;
    if (units.length === 0) return;
    units = this.#step('transform', units, (value) => pipeline.transform(value, nowMs));
    units = this.#step('load', units, pipeline.load);
    this.#step('validate', units, (value) => pipeline.validate(value) ?? this.#accept(value));
  }

  #step(name: StepName, units: Unit[], apply: (value: Json) => Refused | null): Unit[] {
    const startedMs = this.#input.elapsedMs();
    const passed: Unit[] = [];
    for (const unit of units) {
      const refused = apply(unit.value);
      if (refused === null) passed.push(unit);
      else this.#refuse(name, { index: unit.index, text: { json: unit.json } }, refused);
    }
    this.progress.steps[name].durationMs += this.#input.elapsedMs() - startedMs;
    return passed;
  }

  /** The rules of the envelope, which are those of every other way in; the record is in the batch then. */
  #accept(value: Json): Refused | null {
    const { sender } = this.#input;
    const stream = isObject(value) && isStream(value.stream) ? value.stream : null;
    if (stream !== null && streamRefusal(sender, stream) !== null)
      return { pointer: '/stream', reason: `the key lacks the scope ingest:${stream}`, transformation: null };
    const { builder } = this.#batch;
    if (builder.chars > MAX_GROWN_CHARS) return without(TOO_GROWN);
    const refusal = builder.add(value);
    return refusal && { ...refusal, transformation: null, isCounted: true };
  }

  #refuse(step: StepName, { index, text }: Pick<Rejected, 'index' | 'text'>, refused: Refused): void {
    const { pointer, reason, transformation, isCounted } = refused;
    if (!isCounted) this.#batch.builder.addMalformed(reason, pointer);
    this.#batch.reject(step, { index, text, pointer, reason, transformation });
  }

  async #store(): Promise<IngestError | null> {
    const { ctx, sender, userAgent, elapsedMs } = this.#input;
    const batch = this.#batch;
    const startedMs = elapsedMs();
    // A body may take as long as its sender likes; what came after the end of the session is not stored.
    if (!(await isStillSignedIn({ ...ctx, nowMs: batch.nowMs }))) return { kind: 'session_ended' };
    batch.builder.finish();
    // The job lists them; the journal would keep them with the answer, numbered by the batch.
    batch.builder.rejections.splice(0);
    const stored = await storeBatch(
      { ...ctx, nowMs: batch.nowMs },
      { sender, protocol: 'etl', userAgent, batch: batch.builder, bodyBytes: this.#bytes, dedupe: this.#dedupe(batch) },
    );
    this.progress.steps.validate.durationMs += elapsedMs() - startedMs;
    if (!stored.ok) return stored.error;
    const { answer, replayed } = stored.value;
    const accepted = batch.builder.accepted;
    this.#settle(batch, replayed ? { stored: 0, duplicate: accepted } : answer);
    if (replayed) this.progress.noteReplay(answer);
    for (const reject of batch.rejects.sort((a, b) => a.index - b.index)) {
      this.progress.list(reject.index, reject.pointer, reject.reason);
      await this.#input.rejects.add(reject);
    }
    this.#bytes = 0;
    this.#batch = this.#open(batch.ordinal + 1, batch.firstIndex + batch.values);
    return null;
  }

  #dedupe(batch: OpenBatch): Dedupe | null {
    const { batchKey, origin } = this.#input;
    const { builder } = batch;
    if (batchKey !== null)
      return { kind: 'key', key: `${batchKey}:${batch.ordinal}`, payload: batch.fingerprint(origin) };
    if (builder.accepted === 0 || !builder.everyRecordTimed) return null;
    return { kind: 'body', payload: batch.fingerprint(origin) };
  }

  #settle(batch: OpenBatch, { stored, duplicate }: { stored: number; duplicate: number }): void {
    const { progress } = this;
    batch.settleCounts();
    for (const name of STEP_NAMES) {
      progress.steps[name].in += batch.counts[name].in;
      progress.steps[name].out += batch.counts[name].out;
      progress.steps[name].rejected += batch.counts[name].rejected;
    }
    progress.stored += stored;
    progress.duplicate += duplicate;
    progress.rejected += batch.builder.rejected;
    progress.bytes += this.#bytes;
    progress.batches++;
  }
}

function without(reason: string): Failure {
  return { pointer: '', reason, transformation: null };
}

/** Null where nesting uses up the stack. */
function jsonOf(value: Json): string | null {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    if (cause instanceof RangeError) return null;
    throw cause;
  }
}
