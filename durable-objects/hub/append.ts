import type { Config, Env } from '../../src/env.ts';
import { admitBatch, countRefused } from '../../src/ingest/index.ts';
import { type AppendOutcome, journalFor, shardOf } from '../../src/journal/index.ts';
import { type LimitError, refundQuota } from '../../src/limits/index.ts';
import type { Batch } from '../../src/live/gather.ts';
import type { HubSocket } from './sockets.ts';

/**
 * What was gathered of one account → its project's journal. Frames are no requests, so they count against no rate; they are charged to the quota
 * of their key, and their names against the project's. Where there is no quota and no new name, the limiter is not asked.
 */
export async function appendGathered(
  env: Env,
  config: Config,
  projectId: string,
  { accountId, recordsPerDay, nowMs, builder, dedupe, bodyChars }: Batch<HubSocket>,
): Promise<AppendOutcome | LimitError> {
  const ctx = { env, nowMs, requestId: 'socket', allowances: [] };
  const taker = { projectId, keyId: accountId, recordsPerDay };
  const admitted = await admitBatch(ctx, taker, builder, false);
  if (!admitted.ok) {
    await countRefused(ctx, taker, admitted.error);
    return admitted.error;
  }
  const shard = shardOf(config, dedupe?.kind === 'key' ? dedupe.key : null);
  const { received, rejected, rejectedByReason, rejections } = builder;
  let stored = 0;
  try {
    const outcome = await journalFor(env, projectId, shard).append({
      ...{ projectId, shard, keyId: accountId, nowMs, received, rejected, rejectedByReason, rejections },
      ...{ parts: admitted.value.parts, bodyBytes: bodyChars, dedupe, protocol: 'socket', userAgent: '' },
    });
    if (outcome.kind === 'stored') stored = outcome.answer.stored;
    return outcome;
  } finally {
    // Also where the journal is away, as over HTTP (ingest/store-batch.ts).
    await refundQuota(ctx, taker, builder.accepted - stored);
  }
}
