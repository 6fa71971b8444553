/**
 * Load for fault tests: clients that never stop, each with batches of its own, each remembering what it was told. A client whose request
 * got no answer repeats it when the repeat can be recognised, and otherwise lets it be: both are what real senders do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { random } from '../../bench/lib/records.ts';
import type { IngestAnswer } from '../../src/wire/ingest.ts';

/** keyed: has an Idempotency-Key. timed: every record has its own time, so the body is recognised. bare: a repeat would be stored again. */
export type BatchKind = 'keyed' | 'timed' | 'bare' | 'keyed frame' | 'bare frame';

export interface Batch {
  id: string;
  kind: BatchKind;
  /** Records that are valid: index 0 to size - 1. */
  size: number;
  /** Lines in it that are no records. */
  broken: number;
  acknowledged: boolean;
  /** Sent more than once, because an answer did not arrive. */
  repeated: boolean;
}

/** Where the server is now; clients wait while it is nowhere. */
export class Target {
  #url: Promise<string>;
  #arrive: (url: string) => void = () => undefined;

  constructor() {
    this.#url = new Promise((resolve) => {
      this.#arrive = resolve;
    });
  }

  get url(): Promise<string> {
    return this.#url;
  }

  up(url: string): void {
    this.#arrive(url);
  }

  down(): void {
    this.#url = new Promise((resolve) => {
      this.#arrive = resolve;
    });
  }
}

export interface Load {
  /** Every batch that was ever sent. */
  batches: Batch[];
  /** Answers that no client may get, whatever happens to the server. */
  surprises: string[];
  /** Ends when every client has an answer to what it can repeat. */
  stop(): Promise<void>;
}

const MAX_BATCH_RECORDS = 500;
const HTTP_KINDS: readonly BatchKind[] = ['keyed', 'timed', 'bare'];

export interface WriterOptions {
  target: Target;
  key: string;
  writers: number;
  seed: number;
  /** Between two batches of a writer; without it there is none. */
  pauseMs?: number;
  /** What the writers send; without it all that HTTP has. */
  kinds?: readonly BatchKind[];
  /** Tells the batches of several loads apart. */
  name?: string;
}

export function startWriters(options: WriterOptions): Load {
  const load = { batches: [] as Batch[], surprises: [] as string[] };
  let stopping = false;
  const runs = Array.from({ length: options.writers }, async (_, writer) => {
    const next = random(options.seed + writer);
    for (let serial = 0; !stopping; serial++) {
      const draft = draftBatch(`${options.name ?? 'w'}${writer}-${serial}`, options.kinds ?? HTTP_KINDS, next);
      load.batches.push(draft.batch);
      await deliver(options, draft, load.surprises);
      if (options.pauseMs) await sleep(options.pauseMs);
    }
  });
  return {
    ...load,
    async stop() {
      stopping = true;
      await Promise.all(runs);
    },
  };
}

/** Record `index` of a batch. */
export function recordOf(batch: string, index: number): { message: string; attrs: { batch: string; index: number } } {
  return { message: messageOf(batch, index), attrs: { batch, index } };
}

/** What record `index` of a batch says; a reader compares it. */
export function messageOf(batchId: string, index: number): string {
  return `${batchId} record ${index}: transfer of ${index * 7} cents accepted`;
}

interface Draft {
  batch: Batch;
  body: string | Uint8Array;
  headers: Record<string, string>;
}

/** Sizes lean to the small side, as real batches do. One batch in eight spans two streams, one has lines that are no records. */
function draftBatch(id: string, kinds: readonly BatchKind[], next: () => number): Draft {
  const kind = kinds[Math.floor(next() * kinds.length)] ?? 'bare';
  const size = 1 + Math.floor(next() ** 2 * MAX_BATCH_RECORDS);
  const spansStreams = next() < 1 / 8;
  const broken = next() < 1 / 8 ? 1 + Math.floor(next() * 3) : 0;
  const lines = Array.from({ length: size }, (_, index) =>
    JSON.stringify({
      ...(kind === 'timed' ? { ts: Date.now() } : {}),
      ...(spansStreams && index % 2 === 1 ? { stream: 'operations' } : {}),
      ...recordOf(id, index),
    }),
  );
  for (let i = 0; i < broken; i++) lines.splice(Math.floor(next() * lines.length), 0, '{"message":');
  const headers: Record<string, string> = { 'content-type': 'application/x-ndjson' };
  if (kind === 'keyed') headers['idempotency-key'] = id;
  const packed = next() < 1 / 2;
  if (packed) headers['content-encoding'] = 'gzip';
  const text = lines.join('\n');
  const batch: Batch = { id, kind, size, broken, acknowledged: false, repeated: false };
  return { batch, headers, body: packed ? gzipSync(text, { level: 1 }) : text };
}

/** Until it is acknowledged; a bare batch once. */
async function deliver(options: WriterOptions, draft: Draft, surprises: string[]): Promise<void> {
  const { batch, body } = draft;
  const headers = { ...draft.headers, authorization: `Bearer ${options.key}` };
  for (;;) {
    const answer = await attempt(await options.target.url, body, headers);
    if (answer.kind === 'answered') {
      batch.acknowledged = true;
      const surprise = answer.counts && surpriseIn(batch, answer.counts);
      if (surprise) surprises.push(surprise);
      return;
    }
    if (answer.kind === 'refused') {
      surprises.push(`${batch.id}: ${answer.text}`);
      return;
    }
    if (batch.kind === 'bare') return;
    batch.repeated = true;
  }
}

type Attempt =
  /** The client has read the status, so it counts on the data; the counts may have been cut off. */
  { kind: 'answered'; counts: IngestAnswer | null } | { kind: 'refused'; text: string } | { kind: 'lost' };

async function attempt(url: string, body: string | Uint8Array, headers: Record<string, string>): Promise<Attempt> {
  let response: Response;
  try {
    response = await fetch(`${url}/api/ingest`, { method: 'POST', headers, body });
  } catch {
    return { kind: 'lost' };
  }
  let text = '';
  try {
    text = await response.text();
  } catch {
    if (response.status === 202) return { kind: 'answered', counts: null };
    return { kind: 'lost' };
  }
  if (response.status === 202) return { kind: 'answered', counts: JSON.parse(text) as IngestAnswer };
  const retryAfter = response.headers.get('retry-after');
  // The server is there and its journal is not yet, or no longer: the status policy says to repeat.
  if (response.status === 503 && retryAfter !== null) return { kind: 'lost' };
  if (response.status === 429 && retryAfter !== null) {
    await sleep(Number(retryAfter) * 1_000);
    return { kind: 'lost' };
  }
  return { kind: 'refused', text: `${response.status} ${text}` };
}

/** A key is answered as the first time; a body that was stored is answered as a duplicate; nothing else is. */
function surpriseIn(batch: Batch, counts: IngestAnswer): string | null {
  const whole = counts.received === batch.size + batch.broken && counts.rejected === batch.broken;
  const fresh = counts.stored === batch.size && counts.duplicate === 0;
  const known = counts.stored === 0 && counts.duplicate === batch.size;
  const fine = whole && (fresh || (known && batch.kind === 'timed' && batch.repeated));
  return fine ? null : `${batch.kind} batch ${batch.id} of ${batch.size} + ${batch.broken}: ${JSON.stringify(counts)}`;
}
