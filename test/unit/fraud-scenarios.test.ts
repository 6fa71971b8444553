import { describe, expect, it } from 'vitest';
import { scoreOf } from '../../src/fraud/risk/score.ts';
import { DEFAULT_SETTINGS } from '../../src/fraud/risk/settings.ts';
import type { Decision, Facts, RuleName } from '../../src/wire/fraud.ts';
import { BARE_FACTS, QUIET_COOKIES, QUIET_FACTS, velocityOf } from '../helpers/fraud-facts.ts';

const HOUR_MS = 3_600_000;
const burst = velocityOf({ lastMinute: [6, 6], last10Minutes: [30, 28], lastHour: [30, 28], lastDay: [30, 28] });

/** What the defaults are chosen by: who must get through, who must be looked at, who must not. */
const SCENARIOS: { who: string; facts: Partial<Facts>; decision: Decision; rules: RuleName[] }[] = [
  { who: 'a customer as always', facts: {}, decision: 'allow', rules: [] },
  { who: 'a first event of which nothing is known', facts: BARE_FACTS, decision: 'allow', rules: [] },
  {
    who: 'a customer with a new telephone',
    facts: {
      deviceOfUser: { sinceMs: 0, otherDevices: 1 },
      cookies: { ...QUIET_COOKIES, session: 'none', device: 'none' },
    },
    decision: 'allow',
    rules: ['new_device'],
  },
  {
    who: 'a customer on holiday, a day after the last event at home',
    facts: {
      travel: { km: 1_800, elapsedMs: 20 * HOUR_MS },
      countryChange: { from: 'DE', to: 'ES', elapsedMs: 20 * HOUR_MS },
    },
    decision: 'allow',
    rules: ['country_change'],
  },
  {
    who: 'an unusual amount from a new device',
    facts: { deviceOfUser: { sinceMs: 600_000, otherDevices: 2 }, amountCents: 250_000 },
    decision: 'review',
    rules: ['amount_unusual', 'new_device'],
  },
  {
    who: 'a session that is used on another continent',
    facts: {
      travel: { km: 9_400, elapsedMs: HOUR_MS },
      countryChange: { from: 'DE', to: 'BR', elapsedMs: HOUR_MS },
      cookies: { ...QUIET_COOKIES, deviceMismatch: true },
    },
    decision: 'deny',
    rules: ['impossible_travel', 'cookie_anomaly', 'country_change'],
  },
  {
    who: 'somebody who tests cards',
    facts: { success: false, user: burst, device: burst, address: burst },
    decision: 'deny',
    rules: ['failure_burst', 'user_velocity', 'device_velocity'],
  },
  {
    who: 'a ring of accounts on one telephone',
    facts: { otherUsersOnDevice: 4, sharedReferences: { accounts: 4, types: ['device'] } },
    decision: 'review',
    rules: ['device_shared', 'reference_overlap'],
  },
  {
    who: 'the same ring once one of it was confirmed as fraud',
    facts: {
      otherUsersOnDevice: 4,
      sharedReferences: { accounts: 4, types: ['device'] },
      confirmedFraud: { user: false, device: false, linkedAccounts: 1 },
    },
    decision: 'deny',
    rules: ['confirmed_fraud', 'device_shared', 'reference_overlap'],
  },
  {
    who: 'a good customer who bets a lot in a hurry',
    facts: {
      user: velocityOf({ lastMinute: [6], last10Minutes: [12], lastHour: [12], lastDay: [12] }),
      confirmedLegitimate: { user: true, device: true },
    },
    decision: 'allow',
    rules: ['user_velocity', 'confirmed_legitimate'],
  },
];

describe('by default', () => {
  it.each(SCENARIOS)('$who: $decision', ({ facts, decision, rules }) => {
    const score = scoreOf({ ...QUIET_FACTS, ...facts }, DEFAULT_SETTINGS);
    expect({ decision: score.decision, rules: score.reasons.map(({ rule }) => rule) }).toEqual({ decision, rules });
  });
});
