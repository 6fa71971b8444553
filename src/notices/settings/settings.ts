import { actorId, auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { NoticeSettings, NoticeSettingsAnswer } from '../../wire/jobs.ts';
import type { NoticePorts } from '../types.ts';
import { findSettings, saveSettings } from './settings-store.ts';

export async function readSettings(ctx: Ctx, ports: NoticePorts): Promise<NoticeSettingsAnswer> {
  const [stored, destinations] = await Promise.all([findSettings(ctx.env.DB), ports.list(ctx)]);
  const { destinationIds = [], changedAtMs = null } = stored ?? {};
  return { destinationIds, changedAtMs, destinations };
}

/** `origin`: of the request, for links in what is sent. Error: invalid, where a destination is not there. */
export async function changeSettings(
  ctx: Ctx,
  ports: NoticePorts,
  { destinationIds }: NoticeSettings,
  origin: string,
): Promise<Result<NoticeSettingsAnswer, { pointer: string; reason: string }[]>> {
  const known = new Set((await ports.find(ctx, destinationIds)).map(({ id }) => id));
  const errors = destinationIds.flatMap((id, i) =>
    known.has(id) ? [] : [{ pointer: `/destinationIds/${i}`, reason: 'must be a destination of one of the projects' }],
  );
  if (errors.length > 0) return err(errors);
  const settings = { destinationIds, origin, changedAtMs: ctx.nowMs };
  await auditedBatch(ctx, [
    saveSettings(ctx.env.DB, settings, actorId(ctx.actor) ?? ''),
    auditStatement(ctx, {
      action: 'notice_settings.change',
      target: 'notice_settings',
      projectId: null,
      detail: { destinationIds },
    }),
  ]);
  return ok(await readSettings(ctx, ports));
}
