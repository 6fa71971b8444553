import type { Ctx } from '../env.ts';
import { type AppendOutcome, type Dedupe, journalFor, shardOf } from '../journal/index.ts';
import { err, ok, type Result, unreachable } from '../shared/result.ts';
import type { Protocol } from '../wire/protocols.ts';
import type { BatchBuilder } from './batch.ts';
import type { IngestError } from './errors.ts';
import type { IngestResult } from './receive.ts';
import type { Sender } from './sender.ts';

export interface FinishedBatch {
  sender: Pick<Sender, 'projectId' | 'keyId'>;
  protocol: Protocol;
  userAgent: string;
  /** After finish(). */
  batch: BatchBuilder;
  /** After inflation. */
  bodyBytes: number;
  dedupe: Dedupe | null;
}

/** Hands a finished batch to the journal: stored whole or not at all, and counted either way. Answers after it is durable. */
export async function storeBatch(
  ctx: Ctx,
  { sender, protocol, userAgent, batch, bodyBytes, dedupe }: FinishedBatch,
): Promise<Result<IngestResult, IngestError>> {
  const { projectId, keyId } = sender;
  const shard = shardOf(ctx.config, dedupe ? (dedupe.kind === 'key' ? dedupe.key : dedupe.payload) : null);
  let outcome: AppendOutcome;
  try {
    outcome = await journalFor(ctx.env, projectId, shard).append({
      projectId,
      shard,
      keyId,
      protocol,
      userAgent,
      nowMs: ctx.nowMs,
      parts: batch.parts,
      received: batch.received,
      rejected: batch.rejected,
      rejectedByReason: batch.rejectedByReason,
      rejections: batch.rejections,
      bodyBytes,
      dedupe,
    });
  } catch (cause) {
    // Whether it was written is unknown (the object may have died after its write), so the client must repeat.
    console.error(
      JSON.stringify({
        level: 'error',
        event: 'journal_away',
        requestId: ctx.requestId,
        projectId,
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
