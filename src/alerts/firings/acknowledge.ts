import * as z from 'zod';
import { actorId, auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { optionalTextSchema } from '../../shared/text-schema.ts';
import { actorName } from '../actor-name.ts';
import type { Acknowledgement } from '../calls.ts';
import type { AlertError } from '../errors.ts';
import { pushAcknowledgement } from '../push/push-acknowledgement.ts';
import { findAcknowledgement, saveAcknowledgement } from './acknowledgement-store.ts';

const FIRING_ID = /^frg_[0-9a-z]{16}$/;

export const acknowledgeSchema = z.lazy(() =>
  z.strictObject({
    note: optionalTextSchema(),
  }),
);

/**
 * Somebody has taken notice of a firing, where the caller was granted `write`: it is not repeated any more. The last word counts; the same again changes
 * nothing, but reaches the object where it could not be told before. Errors: firing_not_found, firing_over, alerts_pending.
 */
export async function acknowledge(
  ctx: Ctx,
  projectId: string,
  firingId: string,
  note: string | null,
): Promise<Result<Acknowledgement, AlertError>> {
  if (!FIRING_ID.test(firingId)) return err({ kind: 'firing_not_found' });
  const { env, nowMs } = ctx;
  const said = { firingId, by: actorId(ctx.actor) ?? '', byName: actorName(ctx.actor), atMs: nowMs, note };
  await auditedBatch(ctx, [
    saveAcknowledgement(env.DB, projectId, said),
    auditIfChanged(ctx, { action: 'alert_firing.acknowledge', target: firingId, projectId, detail: { note } }),
  ]);
  const stored = await findAcknowledgement(env.DB, projectId, firingId);
  // Taken out between the two by whoever was told that there is no such firing.
  if (stored === null) return err({ kind: 'firing_not_found' });
  const { projectId: _, applied, ...acknowledgement } = stored;
  if (applied) return ok(acknowledgement);
  const pushed = await pushAcknowledgement(ctx, stored);
  return pushed.ok ? ok(acknowledgement) : pushed;
}
