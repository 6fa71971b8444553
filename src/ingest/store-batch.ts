import type { Ctx } from '../env.ts';
import { type AppendOutcome, type AppendRequest, type Dedupe, journalFor, shardOf } from '../journal/index.ts';
import { refundQuota } from '../limits/index.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result, unreachable } from '../shared/result.ts';
import type { Protocol } from '../wire/protocols.ts';
import { admitBatch } from './admit.ts';
import { appendTogether } from './append-together.ts';
import type { BatchBuilder } from './batch.ts';
import { rememberEnded } from './ended-keys.ts';
import type { IngestError } from './errors.ts';
import type { IngestResult } from './receive.ts';
import { countRefused } from './refusals.ts';
import type { Sender } from './sender.ts';

export interface FinishedBatch {
  sender: Pick<Sender, 'projectId' | 'keyId' | 'recordsPerDay'>;
  protocol: Protocol;
  userAgent: string;
  /** After finish(). */
  batch: BatchBuilder;
  /** After inflation. */
  bodyBytes: number;
  dedupe: Dedupe | null;
  /** Small and many, as what pages send: its calls may travel with those of others. */
  travelsTogether?: boolean;
}

/**
 * Hands a finished batch to the journal, if the project's limits admit it: stored whole or not at all, and counted either way. Answers after
 * it is durable. All batches of one request are one request of the rate.
 */
export async function storeBatch(
  ctx: Ctx,
  { sender, protocol, userAgent, batch, bodyBytes, dedupe, travelsTogether = false }: FinishedBatch,
): Promise<Result<IngestResult, IngestError>> {
  const { projectId, keyId } = sender;
  const shard = shardOf(ctx.config, dedupe ? (dedupe.kind === 'key' ? dedupe.key : dedupe.payload) : null);
  const journal = journalFor(ctx.env, projectId, shard);
  const request = {
    ...{ projectId, shard, keyId, protocol, userAgent, nowMs: ctx.nowMs },
    ...countsOf(batch),
    bodyBytes,
    dedupe,
  };
  const admitted = await admitBatch(ctx, sender, batch, true, travelsTogether);
  if (!admitted.ok) {
    const { error } = admitted;
    const repeat = error.kind === 'quota_exceeded' && dedupe ? await repeatOf(ctx, journal, request) : null;
    if (repeat !== null) return ok(repeat);
    await countRefused(ctx, sender, error);
    return admitted;
  }
  const { parts, quarantined } = admitted.value;
  let outcome: AppendOutcome;
  try {
    const appended = { ...request, parts };
    outcome = await (travelsTogether ? appendTogether(journal, appended) : journal.append(appended));
  } catch (cause) {
    // Whether it was written is unknown (the object may have died after its write), so the client must repeat. It pays when it is stored: charged
    // for each try, a key would be refused for the rest of the day by an outage of ours. What was written all the same is not charged.
    await refundQuota(ctx, sender, batch.accepted);
    log('error', 'journal_away', { requestId: ctx.requestId, projectId, cause: String(cause) });
    return err({ kind: 'journal_away' });
  }
  const stored = outcome.kind === 'stored' ? outcome.answer.stored : 0;
  if (stored < batch.accepted) await refundQuota(ctx, sender, batch.accepted - stored);
  switch (outcome.kind) {
    case 'stored': {
      const { answer } = outcome;
      return ok({ answer: quarantined > 0 && stored > 0 ? { ...answer, quarantined } : answer, replayed: false });
    }
    case 'replayed':
      return ok({ answer: outcome.answer, replayed: true });
    case 'key_revoked':
      rememberEnded(keyId);
      return err({ kind: outcome.kind });
    case 'key_reused':
    case 'project_disabled':
      return err({ kind: outcome.kind });
    case 'backlog_full':
      return err(outcome);
    default:
      return unreachable(outcome);
  }
}

function countsOf({ received, rejected, rejectedByReason, rejections, lost }: BatchBuilder) {
  return { received, rejected, rejectedByReason, rejections, lost };
}

/**
 * The quota refuses a batch before anybody knows whether it is here: its answer may be what was lost. Who was told to come back after midnight would
 * have it stored twice, because bodies are not remembered that long. Null where it is none, or the journal cannot say.
 */
async function repeatOf(
  ctx: Ctx,
  journal: ReturnType<typeof journalFor>,
  request: Omit<AppendRequest, 'parts'>,
): Promise<IngestResult | null> {
  try {
    const outcome = await journal.repeatOf({ ...request, parts: [] });
    if (outcome?.kind === 'replayed') return { answer: outcome.answer, replayed: true };
    return outcome?.kind === 'stored' ? { answer: outcome.answer, replayed: false } : null;
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'journal_away', { requestId, cause: String(cause) });
    return null;
  }
}
