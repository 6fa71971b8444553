import { actorId, auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { RulesAnswer } from '../wire/fraud.ts';
import type { JsonObject } from '../wire/record.ts';
import { pushSettings } from './push-settings.ts';
import { currentSettings, readSettings } from './read-settings.ts';
import { changedSettings, differences, type SettingsChange } from './risk/change.ts';
import type { RiskError } from './risk-errors.ts';
import type { RiskObject } from './risk-object.ts';
import { REVIEW_BELOW_DENY } from './settings-schema.ts';
import { saveSettings } from './settings-store.ts';

/**
 * Changes the rules of a project the caller was granted `admin` on; in force at the object before the answer. `version` is the one that the change was
 * made from. A change that the settings have already is answered as made, whatever version it names, so that a repeat after settings_pending
 * reaches the object. Errors: invalid (reviewAt is not below denyAt), settings_changed, settings_pending.
 */
export async function changeSettings(
  ctx: Ctx,
  object: RiskObject,
  projectId: string,
  { version, ...change }: SettingsChange & { version: number },
): Promise<Result<RulesAnswer, RiskError>> {
  const before = await currentSettings(ctx, projectId);
  const wanted = changedSettings(before, change);
  const difference = differences(before, wanted);
  if (Object.keys(difference.after).length > 0) {
    if (version !== before.version) return err({ kind: 'settings_changed', version: before.version });
    if (wanted.reviewAt >= wanted.denyAt) return err({ kind: 'invalid', errors: [REVIEW_BELOW_DENY] });
    const after = { ...wanted, version: version + 1 };
    const detail = { version: after.version, ...(difference as unknown as JsonObject) };
    const [saved] = await auditedBatch(ctx, [
      saveSettings(ctx.env.DB, projectId, after, { atMs: ctx.nowMs, by: actorId(ctx.actor) ?? '' }),
      auditIfChanged(ctx, { action: 'fraud_rules.change', target: projectId, projectId, detail }),
    ]);
    if (!hasChanged(saved)) {
      return err({ kind: 'settings_changed', version: (await currentSettings(ctx, projectId)).version });
    }
  }
  const pushed = await pushSettings(ctx, object, projectId);
  return pushed.ok ? ok(await readSettings(ctx, projectId)) : pushed;
}
