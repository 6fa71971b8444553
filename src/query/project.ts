import type { Ctx } from '../env.ts';
import { takeQuery } from '../limits/index.ts';
import { type ProjectAction, projectAccess } from '../projects/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ReadError } from './errors.ts';

export const NOBODY: ReadError = { kind: 'project', error: { kind: 'unauthenticated' } };

/** The project that is meant, once it is sure that the caller may do this there. A key means its own. */
export async function projectOf(
  ctx: Ctx,
  named: string | undefined,
  action: ProjectAction,
): Promise<Result<string, ReadError>> {
  if (ctx.actor.kind === 'anonymous') return err(NOBODY);
  const projectId = named || (ctx.actor.kind === 'key' ? ctx.actor.projectId : '');
  if (projectId === '') return err({ kind: 'invalid_input', errors: [{ pointer: '/project', reason: 'is missing' }] });
  const project = await projectAccess(ctx, projectId, action);
  return project.ok ? ok(project.value.id) : err({ kind: 'project', error: project.error });
}

/** The same for what searches: counted, once it is sure that the caller may ask, so that nobody uses up what others may. */
export async function queriedProject(
  ctx: Ctx,
  named: string | undefined,
  action: ProjectAction,
): Promise<Result<string, ReadError>> {
  const project = await projectOf(ctx, named, action);
  if (!project.ok) return project;
  const refused = await takeQuery(ctx, project.value);
  return refused ? err({ kind: 'limit', error: refused }) : project;
}
