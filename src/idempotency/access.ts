import { authProblem, requireRecentProof, requireRole } from '../auth/index.ts';
import type { AccessCheck, Ctx } from '../env.ts';
import { projectAccess, projectProblem } from '../projects/index.ts';
import type { Problem } from '../shared/problem.ts';
import { unreachable } from '../shared/result.ts';
import type { MadeChange } from './errors.ts';
import type { AuditedChange } from './store.ts';

/**
 * Asks again what the route asked when it ran: whoever has lost a right since is refused the answer as the route would refuse the request.
 * Null when all of it holds.
 */
export async function refusalOfReplay(ctx: Ctx, checks: readonly AccessCheck[]): Promise<Problem | null> {
  for (const check of checks) {
    const problem = await refusalBy(ctx, check);
    if (problem !== null) return problem;
  }
  return null;
}

/** Of what was changed under a claim, what the caller may still know of. */
export async function visibleChanges(ctx: Ctx, changes: readonly AuditedChange[]): Promise<MadeChange[]> {
  const visible: MadeChange[] = [];
  for (const { action, target, projectId } of changes) {
    const check: AccessCheck =
      projectId === null ? { kind: 'role', role: 'admin' } : { kind: 'project', projectId, action: 'read' };
    if ((await refusalBy(ctx, check)) === null) visible.push({ action, target });
  }
  return visible;
}

async function refusalBy(ctx: Ctx, check: AccessCheck): Promise<Problem | null> {
  switch (check.kind) {
    case 'role': {
      const caller = requireRole(ctx, check.role);
      return caller.ok ? null : authProblem(caller.error);
    }
    case 'project': {
      const project = await projectAccess(ctx, check.projectId, check.action);
      return project.ok ? null : projectProblem(project.error);
    }
    case 'proof': {
      const proof = requireRecentProof(ctx);
      return proof.ok ? null : authProblem(proof.error);
    }
    default:
      return unreachable(check);
  }
}
