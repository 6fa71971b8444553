import type { Ctx } from '../env.ts';
import type { AuditStatus } from '../wire/audit.ts';
import { lastCheckpoint } from './checkpoints/checkpoint-store.ts';
import { entriesBetween, trailEnds } from './entry-store.ts';
import { recentFindings } from './findings/finding-store.ts';
import { verificationState } from './verify/verify.ts';

const MAX_FINDINGS = 100;

export async function trailStatus(ctx: Ctx): Promise<AuditStatus> {
  const { DB } = ctx.env;
  const checkpoint = await lastCheckpoint(DB);
  const sealedSize = checkpoint?.size ?? 0;
  const { lastGiven, nextSeq } = await trailEnds(DB, sealedSize);
  const [oldest] = nextSeq === null ? [] : await entriesBetween(DB, nextSeq, nextSeq);
  return {
    entries: lastGiven,
    sealedSize,
    checkpoint,
    unsealedSinceMs: oldest?.at_ms ?? null,
    ...(await verificationState(ctx)),
    findings: await recentFindings(DB, MAX_FINDINGS),
  };
}
