import { setTimeout as sleep } from 'node:timers/promises';
import type { Piece } from './split.ts';

/** What travels in one request. A function of the bytes alone, so that a second run makes the same of them. */
export interface Batch {
  /** Bytes of the source that it stands for. */
  start: number;
  end: number;
  /** NDJSON. */
  body: Buffer<ArrayBuffer>;
  records: number;
  /** Number in its source of its first record, from 1. */
  firstRecord: number;
  /** Positions among its records of those that are too long to be sent. */
  tooLong: number[];
}

export interface BatchLimits {
  records: number;
  bytes: number;
}

/** A block has 5,000 records; a request may have 16 MiB inflated, and what is sent again should not be much. */
export const BATCH_LIMITS: BatchLimits = { records: 5_000, bytes: 4 * 1024 * 1024 };

export interface Cutting {
  /** Where batches of an earlier run ended that may have arrived: they are cut there again, and are then recognised by their content. */
  ends: readonly number[];
  /** Of a stream that trickles: how long records wait for others. Null of a file, which is all there. */
  lingerMs: number | null;
}

/** Gathers pieces until a batch is full. */
export async function* batchesOf(
  pieces: AsyncIterable<Piece>,
  start: number,
  limits: BatchLimits,
  { ends, lingerMs }: Cutting,
): AsyncGenerator<Batch> {
  const forced = ends.filter((end) => end > start).sort((one, other) => one - other);
  let draft = new Draft(start, 1);
  for await (const piece of orSilence(pieces, lingerMs)) {
    if (piece !== null) draft.add(piece);
    const isForced = piece !== null && forced[0] === piece.end;
    const isFull = forced.length === 0 && (draft.records >= limits.records || draft.bytes >= limits.bytes);
    const waitsLong = piece === null && draft.records > 0;
    // A place that is no end of a piece any more: the file is another now, and nothing is to be recognised.
    while (forced[0] !== undefined && piece !== null && forced[0] <= piece.end) forced.shift();
    if (!isForced && !isFull && !waitsLong) continue;
    const batch = draft.finish();
    yield batch;
    draft = new Draft(batch.end, batch.firstRecord + batch.records);
  }
  if (draft.records > 0) yield draft.finish();
}

/** The pieces, and null each time that none has come for so long. */
async function* orSilence(pieces: AsyncIterable<Piece>, lingerMs: number | null): AsyncGenerator<Piece | null> {
  if (lingerMs === null) {
    yield* pieces;
    return;
  }
  const iterator = pieces[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const silence = new AbortController();
    const first = await Promise.race([next, sleep(lingerMs, null, { signal: silence.signal }).catch(() => null)]);
    silence.abort();
    if (first === null) {
      yield null;
      continue;
    }
    if (first.done) return;
    yield first.value;
    next = iterator.next();
  }
}

class Draft {
  records = 0;
  bytes = 0;
  readonly #start: number;
  readonly #firstRecord: number;
  readonly #lines: Buffer[] = [];
  readonly #tooLong: number[] = [];
  #end: number;

  constructor(start: number, firstRecord: number) {
    this.#start = start;
    this.#end = start;
    this.#firstRecord = firstRecord;
  }

  add({ text, end }: Piece): void {
    if (text === null) this.#tooLong.push(this.records);
    else {
      this.#lines.push(text, NEWLINE);
      this.bytes += text.length + 1;
    }
    this.records++;
    this.#end = end;
  }

  finish(): Batch {
    const body = Buffer.concat(this.#lines);
    const [start, end, firstRecord] = [this.#start, this.#end, this.#firstRecord];
    return { start, end, body, records: this.records, firstRecord, tooLong: this.#tooLong };
  }
}

const NEWLINE = Buffer.from('\n');
