import { auditedBatch, auditIfChanged, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { MAX_RELEASES_WITH_MAPS, MAX_STORED_BYTES } from './limits.ts';
import { deleteStatement, releaseSizes, removeMaps } from './store.ts';

/** Releases whose maps go: beyond the newest ones, and beyond the room that there is. Never `kept`. Pure. */
export function surplus(newestFirst: readonly { release: string; packedBytes: number }[], kept: string): string[] {
  const gone: string[] = [];
  let [releases, bytes] = [0, 0];
  for (const { release, packedBytes } of newestFirst) {
    releases++;
    bytes += packedBytes;
    if (release !== kept && (releases > MAX_RELEASES_WITH_MAPS || bytes > MAX_STORED_BYTES)) gone.push(release);
  }
  return gone;
}

/** Makes room for what was just stored. */
export async function pruneMaps(ctx: Ctx, projectId: string, kept: string): Promise<void> {
  for (const release of surplus(await releaseSizes(ctx.env.DB, projectId), kept)) {
    await deleteMaps(ctx, projectId, release, 'retention');
  }
}

/** Says how many maps there were. A repeat also removes what an earlier try has left in the store. */
export async function deleteMaps(
  ctx: Ctx,
  projectId: string,
  release: string,
  reason: 'asked' | 'retention',
): Promise<number> {
  const entry = { action: 'source_map.delete', target: release, projectId, detail: { reason } };
  const [deleted] = await auditedBatch(ctx, [
    deleteStatement(ctx.env.DB, projectId, release),
    // Who asks may change the store also where the register has nothing.
    reason === 'asked' ? auditStatement(ctx, entry) : auditIfChanged(ctx, entry),
  ]);
  await removeMaps(ctx.env.STORE, projectId, release);
  return deleted?.meta.changes ?? 0;
}
