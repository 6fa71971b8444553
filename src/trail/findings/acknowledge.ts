import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { TrailError } from '../errors.ts';
import { ACKNOWLEDGE_ACTION, isFinding } from './finding-store.ts';

/**
 * Says of a finding that it was looked into, and what it was. The finding stays as it is; who said so is an entry of the trail, sealed like any other, and the newest of
 * several counts. Error: finding_not_found.
 */
export async function acknowledgeFinding(ctx: Ctx, id: string, reason: string): Promise<Result<void, TrailError>> {
  if (!(await isFinding(ctx.env.DB, id))) return err({ kind: 'finding_not_found' });
  await auditedBatch(ctx, [
    auditStatement(ctx, { action: ACKNOWLEDGE_ACTION, target: id, projectId: null, detail: { reason } }),
  ]);
  return ok(undefined);
}
