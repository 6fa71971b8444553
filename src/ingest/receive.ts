import { rulesOf } from '../edge/index.ts';
import type { Ctx } from '../env.ts';
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
import { readBody } from './inflate.ts';
import type { ParseError } from './parse.ts';
import { countRefused } from './refusals.ts';
import type { Sender } from './sender.ts';
import { storeBatch } from './store-batch.ts';

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
}

export interface IngestResult {
  answer: IngestAnswer;
  replayed: boolean;
}

/** Reads the inflated body of a request into records. An error means that nothing of it is stored. */
export type BodyReader = (body: Uint8Array, batch: BatchBuilder) => Result<null, ParseError>;

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
  const body = await readBody(request);
  if (!body.ok) return unusable(body.error);
  const edge = { browser: sender.browser, rules: await rulesOf(ctx, sender.projectId) };
  const batch = new BatchBuilder(
    { stream: delivery.stream, service: delivery.service, nowMs: ctx.nowMs, edge },
    batchIds(ctx.nowMs),
    true,
  );
  const parsed = read(body.value, batch);
  if (!parsed.ok) return unusable(parsed.error);
  batch.finish();
  const forbidden = sender.streams && batch.parts.find((part) => !sender.streams?.includes(part.stream));
  if (forbidden) return unusable({ kind: 'scope', needed: `ingest:${forbidden.stream}` });
  const payload = fingerprint(delivery, body.value);
  const stored = await storeBatch(ctx, {
    ...delivery,
    batch,
    bodyBytes: body.value.byteLength,
    dedupe:
      delivery.idempotencyKey !== null
        ? { kind: 'key', key: delivery.idempotencyKey, payload }
        : batch.accepted > 0 && batch.everyRecordTimed
          ? { kind: 'body', payload }
          : null,
  });
  return stored.ok ? ok(stored.value) : stored;
}
