import { auditedBatch } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ProjectError } from './errors.ts';
import { confirmKey, confirmProject, findProject } from './store.ts';
import type { ApiKey, KeyRevocationPort } from './types.ts';

/** Tells the journals when a key ends. On failure the row stays as it is, unconfirmed, and cron or a repeat of the request pushes again. */
export async function pushRevocation(
  ctx: Ctx,
  port: KeyRevocationPort,
  key: Pick<ApiKey, 'id' | 'projectId'>,
  revokedAtMs: number,
): Promise<Result<null, ProjectError>> {
  const told = await attempt(ctx, key.id, () => port.revokeKey(key.projectId, key.id, revokedAtMs));
  if (!told) return err({ kind: 'revocation_pending' });
  await auditedBatch(ctx, [confirmKey(ctx.env.DB, key.id, revokedAtMs, ctx.config.journalShards)]);
  return ok(null);
}

/**
 * Tells the journals whether the project is disabled, and its limiter the limits, as its row says now. Two changes at once may reach them in the wrong order;
 * the confirmation then finds that the row has moved on, and the newer state is pushed again, a few times before cron takes over.
 */
export async function pushProjectState(
  ctx: Ctx,
  port: KeyRevocationPort,
  projectId: string,
): Promise<Result<null, ProjectError>> {
  for (let round = 0; round < 3; round++) {
    const project = await findProject(ctx.env.DB, projectId);
    if (!project) return err({ kind: 'not_found' });
    const told = await attempt(ctx, projectId, async () => {
      await port.setProjectDisabled(projectId, project.disabled);
      await port.setProjectLimits(projectId, project.limits);
    });
    if (!told) return err({ kind: 'revocation_pending' });
    const [confirmed] = await auditedBatch(ctx, [confirmProject(ctx.env.DB, project, ctx.config.journalShards)]);
    if (hasChanged(confirmed)) return ok(null);
  }
  return err({ kind: 'revocation_pending' });
}

async function attempt(ctx: Ctx, target: string, push: () => Promise<void>): Promise<boolean> {
  try {
    await push();
    return true;
  } catch (cause) {
    log('error', 'journal_not_told', { requestId: ctx.requestId, target, cause: String(cause) });
    return false;
  }
}
