import { auditedBatch } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { hasChanged } from '../../../shared/changed.ts';
import type { OpenDestination } from '../../object.ts';
import { resealed } from '../definition/sealing.ts';
import { pushDestination } from '../push.ts';
import { destinationsUnderOldKeys, saveDestination } from '../store.ts';

/** In one run: each takes eleven statements and two calls at most. What is left waits for the next run. */
const MAX_PER_RUN = 15;

/**
 * Cron: puts what is under an old pair of DATA_SECRETS under the newest and tells the objects, which open their copies themselves, so that the old pair can
 * be dropped once a run counts none. One that does not open is counted and left: its pair may come back.
 */
export async function resealDestinations(
  ctx: Ctx,
  open: OpenDestination,
): Promise<{ resealed: number; failed: number }> {
  const { kid } = ctx.config.dataSecrets[0];
  const counts = { resealed: 0, failed: 0 };
  for (const stored of await destinationsUnderOldKeys(ctx.env.DB, kid, MAX_PER_RUN)) {
    const { sealedWith, ...sealed } = resealed(ctx.config, stored.id, stored);
    if (sealedWith !== kid) {
      counts.failed++;
      continue;
    }
    const next = { ...stored, ...sealed, version: stored.version + 1, changedAtMs: ctx.nowMs };
    const [saved] = await auditedBatch(ctx, [saveDestination(ctx.env.DB, next, kid)]);
    if (hasChanged(saved)) counts.resealed++;
    // Where it does not answer it stays unconfirmed, and is told by reconcileDestinations.
    await pushDestination(ctx, open, stored.id);
  }
  return counts;
}
