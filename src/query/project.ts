import type { Ctx } from '../env.ts';
import { takeQuery } from '../limits/index.ts';
import { namedProject, type ProjectAction } from '../projects/index.ts';
import { err, type Result } from '../shared/result.ts';
import type { ReadError } from './errors.ts';

export const NOBODY: ReadError = { kind: 'project', error: { kind: 'unauthenticated' } };

/** As namedProject, in the words of the read side. */
export async function projectOf(
  ctx: Ctx,
  named: string | undefined,
  action: ProjectAction,
): Promise<Result<string, ReadError>> {
  const project = await namedProject(ctx, named, action);
  return project.ok ? project : err({ kind: 'project', error: project.error });
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
