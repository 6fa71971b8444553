import { createHash } from 'node:crypto';
import type { Ctx } from '../env.ts';
import { type AppendOutcome, type AppendRequest, type Dedupe, journalFor, shardOf } from '../journal/index.ts';
import { batchIds } from '../shared/ids.ts';
import { err, ok, type Result, unreachable } from '../shared/result.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import type { Stream } from '../wire/record.ts';
import { BatchBuilder } from './batch.ts';
import { type IngestError, ingestProblem } from './errors.ts';
import { readBody } from './inflate.ts';
import { parseBody } from './parse.ts';

export interface IngestRequest {
  projectId: string;
  keyId: string;
  /** Streams the key may write; null is all. */
  streams: readonly Stream[] | null;
  stream: Stream;
  service: string;
  idempotencyKey: string | null;
}

export interface IngestResult {
  answer: IngestAnswer;
  replayed: boolean;
}

/** A body → durable records. Answers only after the journal has written them; reads no database (DESIGN 3). */
export async function ingest(
  ctx: Ctx,
  to: IngestRequest,
  request: Request,
): Promise<Result<IngestResult, IngestError>> {
  const body = await readBody(request);
  if (!body.ok) {
    await countRefused(ctx, to, body.error);
    return body;
  }
  const batch = new BatchBuilder(
    { stream: to.stream, service: to.service, nowMs: ctx.nowMs },
    batchIds(ctx.nowMs),
    true,
  );
  const parsed = parseBody(body.value, batch);
  if (!parsed.ok) {
    await countRefused(ctx, to, parsed.error);
    return parsed;
  }
  batch.finish();
  const forbidden = to.streams && batch.parts.find((part) => !to.streams?.includes(part.stream));
  if (forbidden) {
    const error: IngestError = { kind: 'scope', needed: `ingest:${forbidden.stream}` };
    await countRefused(ctx, to, error);
    return err(error);
  }
  const payload = fingerprint(to, body.value);
  const dedupe: Dedupe | null =
    to.idempotencyKey !== null
      ? { kind: 'key', key: to.idempotencyKey, payload }
      : batch.accepted > 0 && batch.everyRecordTimed
        ? { kind: 'body', payload }
        : null;
  return append(ctx, dedupe, {
    projectId: to.projectId,
    keyId: to.keyId,
    nowMs: ctx.nowMs,
    parts: batch.parts,
    received: batch.received,
    rejected: batch.rejected,
    rejectedByReason: batch.rejectedByReason,
    rejections: batch.rejections,
    bodyBytes: body.value.byteLength,
    dedupe,
  });
}

/** What makes two requests the same: the body, and what the request says for records that do not say it. */
function fingerprint(to: Pick<IngestRequest, 'stream' | 'service'>, body: Uint8Array): string {
  return createHash('sha256')
    .update(JSON.stringify([to.stream, to.service]))
    .update(body)
    .digest('base64url');
}

async function append(
  ctx: Ctx,
  dedupe: Dedupe | null,
  request: Omit<AppendRequest, 'shard'>,
): Promise<Result<IngestResult, IngestError>> {
  const shard = shardOf(ctx.config, dedupe ? (dedupe.kind === 'key' ? dedupe.key : dedupe.payload) : null);
  let outcome: AppendOutcome;
  try {
    outcome = await journalFor(ctx.env, request.projectId, shard).append({ ...request, shard });
  } catch (cause) {
    // Whether it was written is unknown (the object may have died after its write), so the client must repeat.
    console.error(
      JSON.stringify({
        level: 'error',
        event: 'journal_away',
        requestId: ctx.requestId,
        projectId: request.projectId,
        cause: String(cause),
      }),
    );
    return err({ kind: 'journal_away' });
  }
  switch (outcome.kind) {
    case 'stored':
      return ok({ answer: outcome.answer, replayed: false });
    case 'replayed':
      return ok({ answer: outcome.answer, replayed: true });
    case 'key_reused':
    case 'key_revoked':
    case 'project_disabled':
      return err({ kind: outcome.kind });
    case 'backlog_full':
      return err(outcome);
    default:
      return unreachable(outcome);
  }
}

/** A request refused before it had records still shows in the ledger of the key that sent it. */
export async function countRefused(
  ctx: Ctx,
  to: Pick<IngestRequest, 'projectId' | 'keyId'>,
  error: IngestError,
): Promise<void> {
  await countRefusedCode(ctx, to, ingestProblem(error).code);
}

export async function countRefusedCode(
  ctx: Ctx,
  to: Pick<IngestRequest, 'projectId' | 'keyId'>,
  code: string,
): Promise<void> {
  try {
    await journalFor(ctx.env, to.projectId, 0).countRefused({ keyId: to.keyId, nowMs: ctx.nowMs, code });
  } catch (cause) {
    console.error(
      JSON.stringify({
        level: 'error',
        event: 'refusal_uncounted',
        requestId: ctx.requestId,
        code,
        cause: String(cause),
      }),
    );
  }
}
