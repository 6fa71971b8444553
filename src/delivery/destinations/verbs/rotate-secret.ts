import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { hasChanged } from '../../../shared/changed.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { DestinationWithSecret } from '../../../wire/delivery.ts';
import type { DeliveryError } from '../../errors.ts';
import type { OpenDestination } from '../../object.ts';
import type { RotateSecretInput } from '../definition/schema.ts';
import { resealed } from '../definition/sealing.ts';
import { makeSecret, rotated } from '../definition/secrets.ts';
import { showDestination } from '../definition/show.ts';
import { pushDestination } from '../push.ts';
import { findDestination, saveDestination } from '../store.ts';

const HOUR_MS = 3_600_000;

/**
 * A new secret that signs from now on; those of its kind sign beside it until the overlap is over, so that a receiver can put the new one in without
 * refusing a delivery. A first v1a key signs beside the v1 secret. Where the object could not be told it is answered all the same, as not confirmed: a
 * refusal would lose the secret. Errors: not_found, destination_changed (two rotations at once: one is made).
 */
export async function rotateSecret(
  ctx: Ctx,
  open: OpenDestination,
  projectId: string,
  id: string,
  { kind, overlapHours }: RotateSecretInput,
): Promise<Result<DestinationWithSecret, DeliveryError>> {
  const { DB } = ctx.env;
  const before = await findDestination(DB, projectId, id);
  if (before === null) return err({ kind: 'not_found' });
  const { secret, inClear } = makeSecret(ctx.config, id, kind, ctx.nowMs);
  const secrets = rotated(before.secrets, secret, overlapHours * HOUR_MS, ctx.nowMs);
  const { sealedWith, ...sealed } = resealed(ctx.config, id, { definition: before.definition, secrets });
  const next = { ...before, ...sealed, version: before.version + 1, changedAtMs: ctx.nowMs, confirmed: false };
  const kept = secrets.map((one) => one.id);
  const ended = before.secrets.map((one) => one.id).filter((one) => !kept.includes(one));
  const detail = { version: next.version, secretId: secret.id, kind, overlapHours, ended };
  const [saved] = await auditedBatch(ctx, [
    saveDestination(DB, next, sealedWith),
    auditIfChanged(ctx, { action: 'destination.rotate_secret', target: id, projectId, detail }),
  ]);
  if (!hasChanged(saved)) return err({ kind: 'destination_changed', version: next.version });
  const pushed = await pushDestination(ctx, open, id);
  const shown = showDestination({ ...next, confirmed: pushed.ok }, { isGone: false, seesUrl: true, nowMs: ctx.nowMs });
  return ok({ ...shown, secret: inClear });
}
