import { auditedBatch } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { RiskError } from './risk-errors.ts';
import { orNull, type RiskObject } from './risk-object.ts';
import { confirmSettings, findSettings } from './settings-store.ts';

/**
 * Tells the object the settings as their row says now, unless it has confirmed them. Two changes at once may reach it in the wrong order; the
 * confirmation then finds that the row has moved on, and the newer settings are pushed again, a few times before cron takes over. Error:
 * settings_pending.
 */
export async function pushSettings(ctx: Ctx, object: RiskObject, projectId: string): Promise<Result<null, RiskError>> {
  for (let round = 0; round < 3; round++) {
    const stored = await findSettings(ctx.env.DB, projectId);
    // In a later round what was just pushed may have come after the newer settings, and taken their place.
    if (stored === null || (stored.confirmed && round === 0)) return ok(null);
    const { settings } = stored;
    const told = await orNull(ctx, projectId, 'settings', async () => {
      await object.configure(settings);
      return true;
    });
    if (told === null) return err({ kind: 'settings_pending' });
    const [confirmed] = await auditedBatch(ctx, [confirmSettings(ctx.env.DB, projectId, settings.version)]);
    if (hasChanged(confirmed)) return ok(null);
  }
  return err({ kind: 'settings_pending' });
}
