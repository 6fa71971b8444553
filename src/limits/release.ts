import { auditedBatch, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { projectLimiter } from './client.ts';

/** Empties the quarantine list of a project the caller was granted `admin` on. Records keep their attribute `quarantined`. */
export async function releaseQuarantine(ctx: Ctx, projectId: string): Promise<{ released: number }> {
  await auditedBatch(ctx, [
    auditStatement(ctx, { action: 'cardinality.release', target: projectId, projectId, detail: {} }),
  ]);
  return { released: await projectLimiter(ctx.env, projectId).releaseQuarantine() };
}
