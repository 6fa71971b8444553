import type { Decision, Verdict } from '../../../wire/fraud.ts';
import type { Tone } from '../../components/status-dot.tsx';
import { CUT } from './reason-steps.ts';

/** Names of rules for people. A rule that is not here has the name that the server gives it. */
const RULES: Record<string, string> = {
  user_velocity: 'Many events of the user',
  device_velocity: 'Many events of the device',
  address_velocity: 'Many events of the address',
  new_device: 'New device',
  device_shared: 'Several accounts on the device',
  impossible_travel: 'Impossible travel',
  country_change: 'Change of country',
  amount_unusual: 'Unusual amount',
  failure_burst: 'Burst of failures',
  reference_overlap: 'Shared phone, e-mail or device',
  cookie_anomaly: 'Cookies that do not fit',
  browser_changed: 'Browser changed',
  confirmed_fraud: 'Confirmed fraud nearby',
  confirmed_legitimate: 'Confirmed as legitimate',
  [CUT]: 'Cut',
};

export function ruleName(rule: string): string {
  return RULES[rule] ?? rule;
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

export const REFERENCE_WORDS: Readonly<Record<string, string>> = { phone: 'Phone', email: 'E-mail', device: 'Device' };
