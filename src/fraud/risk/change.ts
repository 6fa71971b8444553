import { type RiskSettings, RULE_NAMES, type RuleName, type RuleSetting } from '../../wire/fraud.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

/** What a change of the settings names; null there is the default again (RFC 7396). */
export interface SettingsChange {
  reviewAt?: number | null;
  denyAt?: number | null;
  rules?: { [name in RuleName]?: { [field in keyof RuleSetting]?: RuleSetting[field] | null } | null };
}

/** The settings with the change made; the version stays. Whether reviewAt is below denyAt then is for the caller to see. */
export function changedSettings(settings: RiskSettings, change: SettingsChange): RiskSettings {
  const rules = { ...settings.rules };
  for (const name of RULE_NAMES) {
    const of = change.rules?.[name];
    if (of === undefined) continue;
    const [now, usual] = [settings.rules[name], DEFAULT_SETTINGS.rules[name]];
    rules[name] =
      of === null
        ? usual
        : {
            enabled: chosen(of.enabled, now.enabled, usual.enabled),
            points: chosen(of.points, now.points, usual.points),
            threshold: chosen(of.threshold, now.threshold, usual.threshold),
          };
  }
  return {
    version: settings.version,
    reviewAt: chosen(change.reviewAt, settings.reviewAt, DEFAULT_SETTINGS.reviewAt),
    denyAt: chosen(change.denyAt, settings.denyAt, DEFAULT_SETTINGS.denyAt),
    rules,
  };
}

/** What differs, by the names that a change has: the values before, and after it. Both empty where nothing does. */
export function differences(
  before: RiskSettings,
  after: RiskSettings,
): { before: SettingsChange; after: SettingsChange } {
  const from: SettingsChange = {};
  const to: SettingsChange = {};
  for (const name of ['reviewAt', 'denyAt'] as const) {
    if (before[name] === after[name]) continue;
    from[name] = before[name];
    to[name] = after[name];
  }
  for (const name of RULE_NAMES) {
    const [old, next] = [before.rules[name], after.rules[name]];
    if (old.enabled === next.enabled && old.points === next.points && old.threshold === next.threshold) continue;
    from.rules = { ...from.rules, [name]: old };
    to.rules = { ...to.rules, [name]: next };
  }
  return { before: from, after: to };
}

function chosen<T>(change: T | null | undefined, now: T, usual: T): T {
  return change === undefined ? now : (change ?? usual);
}
