import type { Ctx } from '../env.ts';
import type { AuditStatus } from '../wire/audit.ts';
import { lastSigned } from './checkpoints/signed.ts';
import { entriesBetween, trailEnds } from './entry-store.ts';
import { recentFindings } from './findings/finding-store.ts';
import { wideGap } from './gap/gap.ts';
import { isAccepted } from './gap/gap-store.ts';
import { verificationState } from './verify/verify.ts';

const MAX_FINDINGS = 100;

export async function trailStatus(ctx: Ctx): Promise<AuditStatus> {
  const { DB } = ctx.env;
  const checkpoint = await lastSigned(ctx);
  const sealedSize = checkpoint?.size ?? 0;
  const ends = await trailEnds(DB, sealedSize);
  const { lastGiven, nextSeq } = ends;
  const gap = wideGap(ends, sealedSize);
  const [oldest] = nextSeq === null ? [] : await entriesBetween(DB, nextSeq, nextSeq);
  return {
    entries: lastGiven,
    sealedSize,
    checkpoint,
    unsealedSinceMs: oldest?.at_ms ?? null,
    ...(await verificationState(ctx)),
    gap: gap && { ...gap, accepted: await isAccepted(DB, gap) },
    findings: await recentFindings(DB, MAX_FINDINGS),
  };
}
