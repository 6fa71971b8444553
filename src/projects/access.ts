import { hasRole } from '../auth/index.ts';
import type { Actor, Ctx, Role } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ProjectAction } from '../wire/access.ts';
import type { ProjectError } from './errors.ts';
import { findProject } from './store.ts';
import type { Project } from './types.ts';

export type { ProjectAction };

const LEAST_ROLE: Readonly<Record<ProjectAction, Role>> = {
  read: 'viewer',
  export: 'analyst',
  write: 'analyst',
  admin: 'admin',
};
/** `query` reads and takes away; everything else a key does on the read side needs `admin`. Sending data is decided on the write side. */
const SCOPES_FOR: Readonly<Record<ProjectAction, readonly string[]>> = {
  read: ['query', 'admin'],
  export: ['query', 'admin'],
  write: ['admin'],
  admin: ['admin'],
};

/**
 * The one place that scopes by project: every read, export and change of a project's data asks here first. Whether the project exists
 * is told only to who may see it. An administrator may still manage a disabled project, or it could never be enabled again.
 */
export async function projectAccess(
  ctx: Ctx,
  projectId: string,
  action: ProjectAction,
): Promise<Result<Project, ProjectError>> {
  ctx.claim?.checks.push({ kind: 'project', projectId, action });
  if (ctx.actor.kind === 'anonymous') return err({ kind: 'unauthenticated' });
  const project = seesProject(ctx.actor, projectId) ? await findProject(ctx.env.DB, projectId) : null;
  if (!project) return err({ kind: 'not_found' });
  if (ctx.facts) ctx.facts.projectId = projectId;
  const lacking = whatIsLacking(ctx.actor, action);
  if (lacking !== null) return err({ kind: 'forbidden', detail: lacking });
  if (project.disabled && !(action === 'admin' && ctx.actor.kind === 'user')) return err({ kind: 'project_disabled' });
  return ok(project);
}

/** The projects that somebody may read, for lists that go beyond one; null is all. */
export function readableProjects({ actor }: Ctx): Result<readonly string[] | null, ProjectError> {
  if (actor.kind === 'anonymous') return err({ kind: 'unauthenticated' });
  const lacking = whatIsLacking(actor, 'read');
  return lacking === null ? ok(visibleProjects(actor)) : err({ kind: 'forbidden', detail: lacking });
}

/** What concerns the deployment and no project: administrators, and keys with the scope `admin`. */
export function deploymentAccess({ actor }: Ctx): Result<null, ProjectError> {
  if (actor.kind === 'anonymous') return err({ kind: 'unauthenticated' });
  const lacking = whatIsLacking(actor, 'admin');
  return lacking === null ? ok(null) : err({ kind: 'forbidden', detail: lacking });
}

/** Of somebody who was let into a project: whether what only administrators see is shown. Lets nobody in. */
export function mayAdminister(actor: Actor): boolean {
  return whatIsLacking(actor, 'admin') === null;
}

/** Ids of the projects whose existence the actor may know; null is all. */
function visibleProjects(actor: Actor): readonly string[] | null {
  switch (actor.kind) {
    case 'anonymous':
      return [];
    case 'user':
      return actor.projectIds;
    case 'key':
      return [actor.projectId];
    case 'system':
      return null;
  }
}

function seesProject(actor: Actor, projectId: string): boolean {
  return visibleProjects(actor)?.includes(projectId) ?? true;
}

/** What the actor would need for the action, in any project that it sees; null when nothing is lacking. */
function whatIsLacking(actor: Actor, action: ProjectAction): string | null {
  switch (actor.kind) {
    case 'anonymous':
      return 'This needs a session or a key.';
    case 'user':
      return hasRole(actor, LEAST_ROLE[action]) ? null : `This needs the role ${LEAST_ROLE[action]}.`;
    case 'key':
      return SCOPES_FOR[action].some((scope) => actor.scopes.includes(scope))
        ? null
        : `This needs a key with the scope ${SCOPES_FOR[action].join(' or ')}.`;
    case 'system':
      return null;
  }
}
