import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { hasChanged } from '../../../shared/changed.ts';
import { err, type Result } from '../../../shared/result.ts';
import type { DeliveryError } from '../../errors.ts';
import type { OpenDestination } from '../../object.ts';
import { auditView } from '../definition/show.ts';
import { pushDestination } from '../push.ts';
import { findAnyDestination, saveDestination } from '../store.ts';

/**
 * With its queue, its log and its dead letters. From the answer on nothing is delivered any more; where its object could not be told, a repeat or cron
 * tells it. Errors: not_found, destination_changed, destination_pending.
 */
export async function removeDestination(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  id: string,
): Promise<Result<null, DeliveryError>> {
  const { DB } = ctx.env;
  const stored = await findAnyDestination(DB, id);
  if (stored === null || stored.projectId !== projectId) return err({ kind: 'not_found' });
  if (!stored.deleted) {
    // Nothing of it is kept that could be read again.
    const next = { ...stored, version: stored.version + 1, secrets: [], deleted: true, changedAtMs: ctx.nowMs };
    const definition = { ...stored.definition, headers: [] };
    const detail = { version: next.version, ...auditView(stored.definition) };
    const [saved] = await auditedBatch(ctx, [
      saveDestination(DB, { ...next, definition }, ctx.config.dataSecrets[0].kid),
      auditIfChanged(ctx, { action: 'destination.delete', target: id, projectId, detail }),
    ]);
    if (!hasChanged(saved)) return err({ kind: 'destination_changed', version: next.version });
  }
  return pushDestination(ctx, open, id);
}
