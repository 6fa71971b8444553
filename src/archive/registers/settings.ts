import { actorId, auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import type { ArchiveSettings } from '../../wire/archive.ts';
import { readSettings, saveSettingsStatement } from './settings-store.ts';

/** In force with the next run of the cron. The last word counts; what was there before is in the audit trail. */
export async function changeSettings(ctx: Ctx, projectId: string, settings: ArchiveSettings): Promise<ArchiveSettings> {
  const { DB } = ctx.env;
  const by = { nowMs: ctx.nowMs, by: actorId(ctx.actor) ?? '' };
  await auditedBatch(ctx, [
    saveSettingsStatement(DB, projectId, settings, by),
    auditIfChanged(ctx, {
      ...{ action: 'archive_settings.change', target: projectId, projectId },
      detail: { ...settings, retentionDaysByStream: { ...settings.retentionDaysByStream } },
    }),
  ]);
  return (await readSettings(DB, projectId)).settings;
}
