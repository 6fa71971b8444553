import type { Ctx } from '../env.ts';
import { pushProjectState, pushRevocation } from './push.ts';
import { unconfirmedKeys, unconfirmedProjects } from './store.ts';
import type { KeyRevocationPort } from './types.ts';

/**
 * Pushes of each kind in one run, each a call to every journal of a project; up to fifteen statements together, of the thousand that an
 * invocation may make and shares with the other jobs of the minute (cron.ts). What is left waits for the next run.
 */
const MAX_PUSHES_PER_RUN = 15;

/**
 * Cron: pushes again to journals and hubs what has not been confirmed: after `revocation_pending` that nobody repeated, after a crash between batch and
 * push, and after JOURNAL_SHARDS was raised, because a new shard knows of no revocation.
 */
export async function reconcileRevocations(
  ctx: Ctx,
  port: KeyRevocationPort,
): Promise<{ keys: number; projects: number; failed: number }> {
  const counts = { keys: 0, projects: 0, failed: 0 };
  for (const project of await unconfirmedProjects(ctx.env.DB, ctx.config.journalShards, MAX_PUSHES_PER_RUN)) {
    const pushed = await pushProjectState(ctx, port, project.id);
    counts[pushed.ok ? 'projects' : 'failed']++;
  }
  for (const key of await unconfirmedKeys(ctx.env.DB, ctx.config.journalShards, MAX_PUSHES_PER_RUN)) {
    if (key.revokedAtMs === null) continue;
    const pushed = await pushRevocation(ctx, port, key, key.revokedAtMs);
    counts[pushed.ok ? 'keys' : 'failed']++;
  }
  return counts;
}
