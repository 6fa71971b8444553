import { requireRecentProof, requireRole } from '../auth/index.ts';
import type { Actor, Ctx } from '../env.ts';
import { projectAccess } from '../projects/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ComplianceError } from './errors.ts';

export type Admin = Extract<Actor, { kind: 'user' }>;

/** Registers of compliance are of administrators. What is of one project asks `admittedTo` as well. */
export function admitted(ctx: Ctx): Result<Admin, ComplianceError> {
  const admin = requireRole(ctx, 'admin');
  return admin.ok ? admin : err({ kind: 'auth', error: admin.error });
}

/** Null: of the whole deployment. */
export async function admittedTo(ctx: Ctx, projectId: string | null): Promise<Result<null, ComplianceError>> {
  if (projectId === null) return ok(null);
  const project = await projectAccess(ctx, projectId, 'admin');
  return project.ok ? ok(null) : err({ kind: 'project', error: project.error });
}

/** For what cannot be taken back. */
export function proven(ctx: Ctx): Result<null, ComplianceError> {
  const proof = requireRecentProof(ctx);
  return proof.ok ? proof : err({ kind: 'auth', error: proof.error });
}
