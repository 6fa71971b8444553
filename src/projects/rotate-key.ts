import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { sha256Hex } from '../shared/hash.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { makeKey, type NewKey } from './create-key.ts';
import type { ProjectError } from './errors.ts';
import { pushRevocation } from './push.ts';
import type { RotateKeyInput } from './schema.ts';
import { discardKey, findKey, insertKeyIfChanged, revokeForRotation } from './store.ts';
import type { KeyRevocationPort } from './types.ts';

/**
 * Makes a successor with the same name, scopes and origins, and with the same quota unless another one is named. The old key ends now, or after the grace: both sides then refuse it by the
 * time they were told, so nothing has to run at that moment.
 */
export async function rotateKey(
  ctx: Ctx,
  port: KeyRevocationPort,
  projectId: string,
  keyId: string,
  { graceSeconds, quota }: RotateKeyInput,
): Promise<Result<NewKey, ProjectError>> {
  const db = ctx.env.DB;
  const old = await findKey(db, projectId, keyId);
  if (!old) return err({ kind: 'not_found' });
  const successor = makeKey(ctx, projectId, quota === undefined ? old : { ...old, quota });
  const fromMs = ctx.nowMs + graceSeconds * 1000;
  const [ended] = await auditedBatch(ctx, [
    revokeForRotation(db, keyId, fromMs, ctx.nowMs),
    auditIfChanged(ctx, {
      action: 'key.rotate',
      target: keyId,
      projectId,
      detail: {
        successor: successor.id,
        graceSeconds,
        ...(quota === undefined ? {} : { quota: quota && { ...quota } }),
      },
    }),
    insertKeyIfChanged(db, successor, sha256Hex(successor.key)),
  ]);
  if (!hasChanged(ended)) return err({ kind: 'key_already_revoked' });

  const pushed = await pushRevocation(ctx, port, old, Math.min(old.revokedAtMs ?? fromMs, fromMs));
  if (pushed.ok) return ok(successor);
  // The refusal carries no key, so nobody will ever hold this one; the repeat makes another.
  await auditedBatch(ctx, [
    discardKey(db, successor.id, ctx.nowMs),
    auditIfChanged(ctx, { action: 'key.discard', target: successor.id, projectId, detail: { rotationOf: keyId } }),
  ]);
  return pushed;
}
