import { actorId, auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { unknownProjects } from '../../projects/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { LogSettings, LogSettingsAnswer } from '../../wire/log-settings.ts';
import { findLogSettings, saveLogSettings } from './log-settings-store.ts';

export async function readLogSettings(ctx: Ctx): Promise<LogSettingsAnswer> {
  return (await findLogSettings(ctx.env.DB)) ?? { projectId: null, changedAtMs: null };
}

/** Error: what is wrong, where the project is not there. Other isolates hear of it within a minute. */
export async function changeLogSettings(
  ctx: Ctx,
  { projectId }: LogSettings,
): Promise<Result<LogSettingsAnswer, { pointer: string; reason: string }[]>> {
  const { DB } = ctx.env;
  if (projectId !== null && (await unknownProjects(DB, [projectId])).length > 0)
    return err([{ pointer: '/projectId', reason: 'must be one of the projects' }]);
  await auditedBatch(ctx, [
    saveLogSettings(DB, projectId, ctx.nowMs, actorId(ctx.actor) ?? ''),
    auditStatement(ctx, { action: 'log_settings.change', target: 'log_settings', projectId, detail: { projectId } }),
  ]);
  return ok({ projectId, changedAtMs: ctx.nowMs });
}
