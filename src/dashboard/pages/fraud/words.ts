import type { Decision, Verdict } from '../../api/fraud-types.ts';
import type { Tone } from '../../components/status-dot.tsx';
import { CUT } from './reason-steps.ts';

/** Names of rules for people, and what their threshold counts. A rule that is not here has the name that the server gives it. */
const RULES: Record<string, { name: string; unit: string }> = {
  user_velocity: { name: 'Many events of the user', unit: 'events in 10 min' },
  device_velocity: { name: 'Many events of the device', unit: 'events in 10 min' },
  address_velocity: { name: 'Many events of the address', unit: 'events in 10 min' },
  new_device: { name: 'New device', unit: 'minutes known' },
  device_shared: { name: 'Several accounts on the device', unit: 'other accounts' },
  impossible_travel: { name: 'Impossible travel', unit: 'km/h' },
  country_change: { name: 'Change of country', unit: 'hours' },
  amount_unusual: { name: 'Unusual amount', unit: 'standard deviations' },
  failure_burst: { name: 'Burst of failures', unit: 'failures in 10 min' },
  reference_overlap: { name: 'Shared phone, e-mail or device', unit: 'other accounts' },
  cookie_anomaly: { name: 'Cookies that do not fit', unit: 'anomalies' },
  browser_changed: { name: 'Browser changed', unit: '' },
  confirmed_fraud: { name: 'Confirmed fraud nearby', unit: 'linked accounts' },
  confirmed_legitimate: { name: 'Confirmed as legitimate', unit: '' },
  [CUT]: { name: 'Cut', unit: '' },
};

export function ruleName(rule: string): string {
  return RULES[rule]?.name ?? rule;
}

export function ruleUnit(rule: string): string {
  return RULES[rule]?.unit ?? '';
}

export const RULE_OPTIONS: readonly string[] = Object.keys(RULES).filter((rule) => rule !== CUT);

export const DECISION_WORDS: Record<Decision, string> = { allow: 'Allow', review: 'Review', deny: 'Deny' };
export const DECISION_TONES: Record<Decision, Tone> = { allow: 'ok', review: 'warn', deny: 'bad' };
export const VERDICT_WORDS: Record<Verdict, string> = { fraud: 'Fraud', legitimate: 'Legitimate', unsure: 'Unsure' };
export const VERDICT_TONES: Record<Verdict, Tone> = { fraud: 'bad', legitimate: 'ok', unsure: 'off' };

/** Cents of whatever the product's currency is: the event does not name one. */
export function amountWords(cents: number | null): string {
  if (cents === null) return '';
  return (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
