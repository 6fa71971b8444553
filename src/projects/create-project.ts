import { auditedBatch, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { randomId } from '../shared/ids.ts';
import { DEFAULT_PROJECT_LIMITS } from '../wire/limits.ts';
import { insertProject } from './store.ts';
import type { Project } from './types.ts';

export async function createProject(ctx: Ctx, { name }: { name: string }): Promise<Project> {
  const project: Project = {
    id: randomId('prj'),
    name,
    createdAtMs: ctx.nowMs,
    disabled: false,
    limits: DEFAULT_PROJECT_LIMITS,
  };
  await auditedBatch(ctx, [
    insertProject(ctx.env.DB, project),
    auditStatement(ctx, { action: 'project.create', target: project.id, projectId: project.id, detail: { name } }),
  ]);
  return project;
}
