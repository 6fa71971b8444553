import * as z from 'zod';
import { actorId, auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { statusStatement } from '../../errors/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { ReadError } from '../errors.ts';
import { knownGroup } from './detail.ts';

export const errorStatusSchema = z.lazy(() =>
  z.strictObject({
    /** Beside `?project=`; a key that names none means its own. */
    project: z.string().optional(),
    status: z.enum(['open', 'resolved', 'ignored']),
  }),
);
type Status = z.infer<typeof errorStatusSchema>['status'];

/** Resolves, ignores or opens a group. What comes later of one that is resolved makes it `regressed`. Errors: error_group_not_found, store_away. */
export async function setErrorStatus(
  ctx: Ctx,
  projectId: string,
  fingerprint: string,
  status: Status,
): Promise<Result<{ fingerprint: string; status: Status; statusAtMs: number }, ReadError>> {
  const known = await knownGroup(ctx, projectId, fingerprint);
  if (!known.ok) return known;
  const change = { status, atMs: ctx.nowMs, by: actorId(ctx.actor) ?? '' };
  await auditedBatch(ctx, [
    statusStatement(ctx.env.DB, projectId, known.value, change),
    auditStatement(ctx, {
      ...{ action: 'error_group.status', target: fingerprint, projectId },
      detail: { from: known.value.status, to: status },
    }),
  ]);
  return ok({ fingerprint, status, statusAtMs: ctx.nowMs });
}
