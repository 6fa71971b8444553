import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { sealedSize } from '../checkpoints/signed.ts';
import { trailEnds } from '../entry-store.ts';
import type { TrailError } from '../errors.ts';
import { type Gap, MAX_ACCEPTED, wideGap } from './gap.ts';
import { ACCEPT_ACTION } from './gap-store.ts';

/**
 * Has the gap that stops the sealing covered as entries that are not there, by the runs that follow. Who said so, and why, is an entry itself. Errors: no_gap, where it is
 * not the one that is there; gap_too_wide.
 */
export async function acceptGap(ctx: Ctx, toSeq: number, reason: string): Promise<Result<Gap, TrailError>> {
  const { DB } = ctx.env;
  const size = await sealedSize(ctx);
  const gap = wideGap(await trailEnds(DB, size), size);
  if (gap === null || gap.toSeq !== toSeq) return err({ kind: 'no_gap' });
  if (gap.toSeq - gap.fromSeq >= MAX_ACCEPTED) return err({ kind: 'gap_too_wide', most: MAX_ACCEPTED });
  await auditedBatch(ctx, [
    auditStatement(ctx, { action: ACCEPT_ACTION, target: 'audit', projectId: null, detail: { ...gap, reason } }),
  ]);
  return ok(gap);
}
