import type { RuleName } from '../../wire/fraud.ts';
import { browserChanged, cookieAnomaly } from './rules/cookies.ts';
import { deviceShared, newDevice } from './rules/device.ts';
import { amountUnusual, failureBurst } from './rules/history.ts';
import { referenceOverlap } from './rules/links.ts';
import { countryChange, impossibleTravel } from './rules/place.ts';
import { addressVelocity, deviceVelocity, userVelocity } from './rules/velocity.ts';
import { confirmedFraud, confirmedLegitimate } from './rules/verdicts.ts';
import type { Rule } from './types.ts';

export const RULES: Readonly<Record<RuleName, Rule>> = {
  user_velocity: userVelocity,
  device_velocity: deviceVelocity,
  address_velocity: addressVelocity,
  new_device: newDevice,
  device_shared: deviceShared,
  impossible_travel: impossibleTravel,
  country_change: countryChange,
  amount_unusual: amountUnusual,
  failure_burst: failureBurst,
  reference_overlap: referenceOverlap,
  cookie_anomaly: cookieAnomaly,
  browser_changed: browserChanged,
  confirmed_fraud: confirmedFraud,
  confirmed_legitimate: confirmedLegitimate,
};

/**
 * What many honest people have in common with a thief: their country, the looks of their browser, and a device, which may be what the customer takes
 * a fingerprint for (deviceId of a login).
 */
export const WEAK_RULES: ReadonlySet<RuleName> = new Set<RuleName>([
  'new_device',
  'device_shared',
  'country_change',
  'browser_changed',
]);
