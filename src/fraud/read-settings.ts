import type { Ctx } from '../env.ts';
import { WEAK_RULES } from './risk/rules.ts';
import { DEFAULT_SETTINGS, THRESHOLDS, type ThresholdBounds } from './risk/settings.ts';
import { type RiskSettings, RULE_NAMES, type RuleName } from './risk/types.ts';
import { findSettings, type StoredSettings } from './settings-store.ts';

export interface SettingsAnswer extends RiskSettings {
  /** Null for a project that has the defaults still. */
  changedAtMs: number | null;
  changedBy: string | null;
  /** False while the object that scores has not been told of this version. */
  confirmed: boolean;
  defaults: Omit<RiskSettings, 'version'>;
  /** Bounds of the thresholds, and which rules count as weak. */
  thresholds: Record<RuleName, ThresholdBounds & { weak: boolean }>;
}

/** The rules of a project the caller was granted `read` on, with what there is to know for changing them. */
export async function readSettings(ctx: Ctx, projectId: string): Promise<SettingsAnswer> {
  return answerOf(await findSettings(ctx.env.DB, projectId));
}

/** The settings that scores are made with. */
export async function currentSettings(ctx: Ctx, projectId: string): Promise<RiskSettings> {
  return (await findSettings(ctx.env.DB, projectId))?.settings ?? DEFAULT_SETTINGS;
}

function answerOf(stored: StoredSettings | null): SettingsAnswer {
  const { version: _, ...defaults } = DEFAULT_SETTINGS;
  const thresholds = Object.fromEntries(
    RULE_NAMES.map((rule) => [rule, { ...THRESHOLDS[rule], weak: WEAK_RULES.has(rule) }]),
  ) as SettingsAnswer['thresholds'];
  return {
    ...(stored?.settings ?? DEFAULT_SETTINGS),
    changedAtMs: stored?.changedAtMs ?? null,
    changedBy: stored?.changedBy ?? null,
    confirmed: stored?.confirmed ?? true,
    defaults,
    thresholds,
  };
}
