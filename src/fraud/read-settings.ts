import type { Ctx } from '../env.ts';
import { type RiskSettings, RULE_NAMES, type RulesAnswer } from '../wire/fraud.ts';
import { WEAK_RULES } from './risk/rules.ts';
import { DEFAULT_SETTINGS, THRESHOLDS } from './risk/settings.ts';
import { findSettings, type StoredSettings } from './settings-store.ts';

/** The rules of a project the caller was granted `read` on, with what there is to know for changing them. */
export async function readSettings(ctx: Ctx, projectId: string): Promise<RulesAnswer> {
  return answerOf(await findSettings(ctx.env.DB, projectId));
}

/** The settings that scores are made with. */
export async function currentSettings(ctx: Ctx, projectId: string): Promise<RiskSettings> {
  return (await findSettings(ctx.env.DB, projectId))?.settings ?? DEFAULT_SETTINGS;
}

function answerOf(stored: StoredSettings | null): RulesAnswer {
  const { version: _, ...defaults } = DEFAULT_SETTINGS;
  const thresholds = Object.fromEntries(
    RULE_NAMES.map((rule) => [rule, { ...THRESHOLDS[rule], weak: WEAK_RULES.has(rule) }]),
  ) as RulesAnswer['thresholds'];
  return {
    ...(stored?.settings ?? DEFAULT_SETTINGS),
    changedAtMs: stored?.changedAtMs ?? null,
    changedBy: stored?.changedBy ?? null,
    confirmed: stored?.confirmed ?? true,
    defaults,
    thresholds,
  };
}
