import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { type ProjectAction, projectAccess } from './access.ts';
import type { ProjectError } from './errors.ts';
import type { Project } from './types.ts';

/** The project that a request names, once it is sure that the caller may do this there. A key that names none means its own. */
export async function wholeNamedProject(
  ctx: Ctx,
  named: string | undefined,
  action: ProjectAction,
): Promise<Result<Project, ProjectError>> {
  if (ctx.actor.kind === 'anonymous') return err({ kind: 'unauthenticated' });
  const projectId = named || (ctx.actor.kind === 'key' ? ctx.actor.projectId : '');
  if (projectId === '') return err({ kind: 'invalid_input', errors: [{ pointer: '/project', reason: 'is missing' }] });
  return projectAccess(ctx, projectId, action);
}

/** Its id. */
export async function namedProject(
  ctx: Ctx,
  named: string | undefined,
  action: ProjectAction,
): Promise<Result<string, ProjectError>> {
  const project = await wholeNamedProject(ctx, named, action);
  return project.ok ? ok(project.value.id) : project;
}
