import {
  type RiskSettings,
  RULE_NAMES,
  type RuleName,
  type RuleSetting,
  type ThresholdBounds,
} from '../../wire/fraud.ts';

const whole = (unit: string, min: number, max: number): ThresholdBounds => ({ unit, min, max, whole: true });

export const THRESHOLDS: Readonly<Record<RuleName, ThresholdBounds>> = {
  user_velocity: whole('events in 10 minutes', 1, 400),
  device_velocity: whole('events in 10 minutes', 1, 400),
  address_velocity: whole('events in 10 minutes', 1, 400),
  new_device: whole('minutes', 1, 43_200),
  device_shared: whole('other users', 1, 100),
  impossible_travel: { unit: 'km/h', min: 100, max: 10_000, whole: false },
  country_change: whole('hours', 1, 720),
  amount_unusual: { unit: 'standard deviations', min: 1, max: 10, whole: false },
  failure_burst: whole('failures in 10 minutes', 2, 100),
  reference_overlap: whole('other accounts', 1, 100),
  cookie_anomaly: whole('anomalies', 1, 6),
  browser_changed: whole('none', 1, 1),
  confirmed_fraud: whole('linked accounts', 1, 100),
  confirmed_legitimate: whole('none', 1, 1),
};

const on = (points: number, threshold: number): RuleSetting => ({ enabled: true, points, threshold });

/**
 * What a project has that never changed anything. A rule alone leads to a review at most (but for a reviewer's verdict on the very user); two
 * strong ones together, such as failures and their velocity from one device, to a refusal. They are judged on the demo's traffic and the scenarios
 * of test/unit/fraud-scenarios.test.ts, not on a customer's: that is what the dry run is for.
 */
export const DEFAULT_SETTINGS: RiskSettings = {
  version: 0,
  reviewAt: 40,
  denyAt: 75,
  rules: {
    user_velocity: on(25, 8),
    device_velocity: on(25, 12),
    address_velocity: on(15, 40),
    new_device: on(15, 720),
    device_shared: on(30, 3),
    impossible_travel: on(40, 900),
    country_change: on(10, 24),
    amount_unusual: on(25, 3),
    failure_burst: on(35, 5),
    reference_overlap: on(25, 2),
    cookie_anomaly: on(30, 1),
    browser_changed: on(10, 1),
    confirmed_fraud: on(80, 1),
    confirmed_legitimate: on(20, 1),
  },
};

/** Settings as they were stored, with the defaults of rules that have been added since. */
export function completeSettings(
  stored: Pick<RiskSettings, 'version' | 'reviewAt' | 'denyAt'> & { rules: Partial<Record<RuleName, RuleSetting>> },
): RiskSettings {
  const rules = { ...DEFAULT_SETTINGS.rules };
  for (const name of RULE_NAMES) rules[name] = stored.rules[name] ?? rules[name];
  return { version: stored.version, reviewAt: stored.reviewAt, denyAt: stored.denyAt, rules };
}
