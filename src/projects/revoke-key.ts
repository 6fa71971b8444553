import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, type Result } from '../shared/result.ts';
import type { ProjectError } from './errors.ts';
import { pushRevocation } from './push.ts';
import { findKey, revokeKeyRow } from './store.ts';
import type { KeyRevocationPort } from './types.ts';

/** Ends a key now: in D1, then at the journals, then the answer. Revoking a revoked key tells the journals again. */
export async function revokeKey(
  ctx: Ctx,
  port: KeyRevocationPort,
  projectId: string,
  keyId: string,
): Promise<Result<null, ProjectError>> {
  const key = await findKey(ctx.env.DB, projectId, keyId);
  if (!key) return err({ kind: 'not_found' });
  await auditedBatch(ctx, [
    revokeKeyRow(ctx.env.DB, keyId, ctx.nowMs),
    auditIfChanged(ctx, { action: 'key.revoke', target: keyId, projectId, detail: { name: key.name } }),
  ]);
  return pushRevocation(ctx, port, key, Math.min(key.revokedAtMs ?? ctx.nowMs, ctx.nowMs));
}
