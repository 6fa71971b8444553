import { auditedBatch, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ProjectError } from './errors.ts';
import { pushProjectState } from './push.ts';
import type { UpdateProjectInput } from './schema.ts';
import { findProject, updateProject as updateProjectRow } from './store.ts';
import type { KeyRevocationPort, Project } from './types.ts';

/**
 * Renames, disables, enables or limits a project the caller was granted `admin` on. Disabling is in force at the journals, and limits at the
 * limiter, before the answer.
 */
export async function updateProject(
  ctx: Ctx,
  port: KeyRevocationPort,
  projectId: string,
  { name, disabled, limits }: UpdateProjectInput,
): Promise<Result<Project, ProjectError>> {
  const detail = {
    ...(name === undefined ? {} : { name }),
    ...(disabled === undefined ? {} : { disabled }),
    ...(limits === undefined ? {} : { limits }),
  };
  await auditedBatch(ctx, [
    updateProjectRow(ctx.env.DB, projectId, { name: name ?? null, disabled: disabled ?? null, limits: limits ?? null }),
    auditStatement(ctx, { action: 'project.update', target: projectId, projectId, detail }),
  ]);
  // Also when the row already said so: a repeat after revocation_pending must reach the journals.
  const pushed =
    disabled === undefined && limits === undefined ? ok(null) : await pushProjectState(ctx, port, projectId);
  if (!pushed.ok) return pushed;
  const project = await findProject(ctx.env.DB, projectId);
  return project ? ok(project) : err({ kind: 'not_found' });
}
