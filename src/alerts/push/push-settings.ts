import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AlertError } from '../errors.ts';
import { orAway } from '../object.ts';
import { confirmSettings, readSettings } from './settings-store.ts';

/**
 * Tells the project's object all rules and silences as their rows say now, unless it has confirmed them. It keeps the newest version, so that of two
 * changes at once the order of arrival does not matter; a version that moved on meanwhile was pushed by whoever moved it. `origin`: of the request, for
 * links in notices; null where there is none. Error: alerts_pending.
 */
export async function pushSettings(
  ctx: Ctx,
  projectId: string,
  origin: string | null,
  made: string | null = null,
): Promise<Result<null, AlertError>> {
  const stored = await readSettings(ctx.env.DB, projectId, ctx.nowMs);
  if (stored === null || stored.confirmed) return ok(null);
  const { confirmed: _, ...settings } = stored;
  const told = await orAway(ctx, projectId, 'settings', async (object) => {
    await object.configure({ ...settings, origin });
    return true;
  });
  if (told === null) return err({ kind: 'alerts_pending', id: made });
  await confirmSettings(ctx.env.DB, projectId, settings.version).run();
  return ok(null);
}
