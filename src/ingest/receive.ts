import { type Edge, rulesOf } from '../edge/index.ts';
import type { Ctx } from '../env.ts';
import type { Dedupe, Part } from '../journal/index.ts';
import { knownRefusal, takeIngest } from '../limits/index.ts';
import { batchIds } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import type { Protocol } from '../wire/protocols.ts';
import type { Stream } from '../wire/record.ts';
import { BatchBuilder } from './batch.ts';
import { hasEnded } from './ended-keys.ts';
import type { IngestError } from './errors.ts';
import { fingerprint } from './fingerprint.ts';
import { type BodyError, readBody } from './inflate.ts';
import type { ParseError } from './parse.ts';
import { countRefused } from './refusals.ts';
import type { Sender } from './sender.ts';
import { storeBatch } from './store-batch.ts';

/** What is smaller makes no part that is deflated (batch.ts), and the words of one that is not are read again when it is sealed. */
const MIN_PACKED_BODY_BYTES = 4 * 1024;

/** Of parts: 64 such batches are 4 MiB, of the 32 MiB that a call may carry. What a page sends while it goes makes no larger ones. */
const MAX_TOGETHER_BYTES = 64 * 1024;

/** One request of a write route: who sends, by which protocol, and what holds for records that do not say it themselves. */
export interface Delivery {
  sender: Sender;
  protocol: Protocol;
  /** As the client names itself; '' where it does not. For the ledger's eyes only. */
  userAgent: string;
  stream: Stream;
  service: string;
  /** What else of the address decides what becomes of the body. */
  place?: string;
  idempotencyKey: string | null;
  /** The content coding, where the URL says it in place of a header. */
  encoding?: string | null;
}

/** How a repeat of a body is known, where its content says so: as an Idempotency-Key and what must be the same with it. */
export interface BatchName {
  key: string;
  payload: string;
}

export type ReadError = ParseError | Extract<BodyError, { kind: 'too_large' }>;

export interface IngestResult {
  answer: IngestAnswer;
  replayed: boolean;
}

/** Reads the inflated body of a request into records. An error means that nothing of it is stored. */
export type BodyReader = (body: Uint8Array, batch: BatchBuilder, edge: Edge) => Result<BatchName | null, ReadError>;

/**
 * A body → durable records, by any protocol: inflates it within the limits, lets `read` find the records, and answers only after the journal has
 * written them. Reads no database (DESIGN 3). What is refused is counted before the refusal is returned.
 */
export async function receive(
  ctx: Ctx,
  delivery: Delivery,
  request: Request,
  read: BodyReader,
): Promise<Result<IngestResult, IngestError>> {
  const { sender } = delivery;
  const refused = async (error: IngestError): Promise<Result<never, IngestError>> => {
    await countRefused(ctx, sender, error);
    return err(error);
  };
  if (hasEnded(sender.keyId)) return refused({ kind: 'key_revoked' });
  const over = knownRefusal(ctx, sender);
  if (over) return refused(over);
  // What cannot be used was a request all the same.
  const unusable = async (error: IngestError): Promise<Result<never, IngestError>> => {
    const taken = await takeIngest(
      ctx,
      { ...sender, recordsPerDay: null },
      { records: 0, seen: null, isRequest: true },
    );
    return refused(taken.ok ? error : taken.error);
  };
  const body = await readBody(request, delivery.encoding ?? null);
  if (!body.ok) return unusable(body.error);
  const edge = { browser: sender.browser, rules: await rulesOf(ctx, sender.projectId) };
  const batch = new BatchBuilder(
    { stream: delivery.stream, service: delivery.service, nowMs: ctx.nowMs, edge },
    batchIds(ctx.nowMs),
    body.value.byteLength >= MIN_PACKED_BODY_BYTES,
  );
  const parsed = read(body.value, batch, edge);
  if (!parsed.ok) return unusable(parsed.error);
  batch.finish();
  const forbidden = sender.streams && batch.parts.find((part) => !sender.streams?.includes(part.stream));
  if (forbidden) return unusable({ kind: 'scope', needed: `ingest:${forbidden.stream}` });
  const stored = await storeBatch(ctx, {
    ...delivery,
    batch,
    bodyBytes: body.value.byteLength,
    travelsTogether: delivery.protocol === 'beacon' && bytesOf(batch.parts) <= MAX_TOGETHER_BYTES,
    dedupe: dedupeOf(delivery, body.value, batch, parsed.value),
  });
  return stored.ok ? ok(stored.value) : stored;
}

function bytesOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { data, tokens }) => sum + data.byteLength + (tokens?.byteLength ?? 0), 0);
}

function dedupeOf(delivery: Delivery, body: Uint8Array, batch: BatchBuilder, name: BatchName | null): Dedupe | null {
  if (name !== null) return { kind: 'key', ...name };
  const key = delivery.idempotencyKey;
  if (key !== null) return { kind: 'key', key, payload: fingerprint(delivery, body) };
  const isKnownAgain = batch.accepted > 0 && batch.everyRecordTimed;
  return isKnownAgain ? { kind: 'body', payload: fingerprint(delivery, body) } : null;
}
