import { describe, expect, it } from 'vitest';
import { MAX_COUNTED } from '../../src/fraud/risk/facts.ts';
import { RULES } from '../../src/fraud/risk/rules.ts';
import { DEFAULT_SETTINGS } from '../../src/fraud/risk/settings.ts';
import { type CookieFacts, type Facts, RULE_NAMES, type RuleName } from '../../src/wire/fraud.ts';
import { BARE_FACTS, QUIET_COOKIES, QUIET_FACTS, velocityOf } from '../helpers/fraud-facts.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface Case {
  rule: RuleName;
  says: string;
  facts: Partial<Facts>;
  threshold?: number;
  /** Null where the rule does not hold. */
  detail: string | null;
  /** Where they are not the setting's. */
  points?: number;
}

const cookies = (change: Partial<CookieFacts>): Partial<Facts> => ({ cookies: { ...QUIET_COOKIES, ...change } });
const fraud = (user: boolean, device: boolean, linkedAccounts: number): Partial<Facts> => ({
  confirmedFraud: { user, device, linkedAccounts },
});
const steady = (count: number, sdLog: number, maxCents: number) => ({
  count,
  meanLog: Math.log(1_001),
  sdLog,
  maxCents,
});

const CASES: Case[] = [
  {
    rule: 'user_velocity',
    says: 'the eighth event in 10 minutes is usual',
    facts: { user: velocityOf({ last10Minutes: [7], lastHour: [7], lastDay: [7] }) },
    detail: null,
  },
  {
    rule: 'user_velocity',
    says: 'the ninth is not',
    facts: { user: velocityOf({ last10Minutes: [8], lastHour: [8], lastDay: [8] }) },
    detail: '9 events of this user in 10 minutes; 8 are usual at most',
  },
  {
    rule: 'user_velocity',
    says: 'half of the threshold is usual in a minute',
    facts: { user: velocityOf({ lastMinute: [3], last10Minutes: [3] }) },
    detail: null,
  },
  {
    rule: 'user_velocity',
    says: 'more than half of it is not',
    facts: { user: velocityOf({ lastMinute: [4], last10Minutes: [4] }) },
    detail: '5 events of this user in a minute; 4 are usual at most',
  },
  {
    rule: 'user_velocity',
    says: 'three times as many are usual in an hour',
    facts: { user: velocityOf({ lastHour: [23], lastDay: [23] }) },
    detail: null,
  },
  {
    rule: 'user_velocity',
    says: 'more than that are not',
    facts: { user: velocityOf({ lastHour: [24], lastDay: [24] }) },
    detail: '25 events of this user in an hour; 24 are usual at most',
  },
  {
    rule: 'user_velocity',
    says: 'the eighty-first event of a day is too many',
    facts: { user: velocityOf({ lastDay: [80] }) },
    detail: '81 events of this user in a day; 80 are usual at most',
  },
  {
    rule: 'user_velocity',
    says: 'the time that is exceeded most is told',
    facts: { user: velocityOf({ lastMinute: [8], last10Minutes: [40], lastHour: [40], lastDay: [40] }) },
    detail: '41 events of this user in 10 minutes; 8 are usual at most',
  },
  {
    rule: 'user_velocity',
    says: 'a count that stopped is told as such',
    facts: { user: velocityOf({ last10Minutes: [MAX_COUNTED], lastHour: [MAX_COUNTED], lastDay: [MAX_COUNTED] }) },
    detail: 'More than 500 events of this user in 10 minutes; 8 are usual at most',
  },
  {
    rule: 'user_velocity',
    says: 'a limit beyond what is counted is never passed',
    threshold: 60,
    facts: { user: velocityOf({ lastDay: [MAX_COUNTED] }) },
    detail: null,
  },
  {
    rule: 'user_velocity',
    says: 'one event may be all that is usual',
    threshold: 1,
    facts: { user: velocityOf({ lastMinute: [1], last10Minutes: [1], lastHour: [1], lastDay: [1] }) },
    detail: '2 events of this user in a minute; 1 is usual',
  },
  {
    rule: 'device_velocity',
    says: 'the twelfth event in 10 minutes is usual',
    facts: { device: velocityOf({ last10Minutes: [11] }) },
    detail: null,
  },
  {
    rule: 'device_velocity',
    says: 'the thirteenth is not',
    facts: { device: velocityOf({ last10Minutes: [12] }) },
    detail: '13 events from this device in 10 minutes; 12 are usual at most',
  },
  {
    rule: 'address_velocity',
    says: 'the fortieth event in 10 minutes is usual',
    facts: { address: velocityOf({ last10Minutes: [39] }) },
    detail: null,
  },
  {
    rule: 'address_velocity',
    says: 'the forty-first is not',
    facts: { address: velocityOf({ last10Minutes: [40] }) },
    detail: '41 events from this address in 10 minutes; 40 are usual at most',
  },
  {
    rule: 'new_device',
    says: 'the first device of a user is usual',
    facts: { deviceOfUser: { sinceMs: 0, otherDevices: 0 } },
    detail: null,
  },
  {
    rule: 'new_device',
    says: 'a second one is new at first',
    facts: { deviceOfUser: { sinceMs: 0, otherDevices: 1 } },
    detail: 'A device new to this user, first seen just now; the user has 1 other device, and one is new for 12 hours',
  },
  {
    rule: 'new_device',
    says: 'and just before its time is over',
    facts: { deviceOfUser: { sinceMs: 12 * HOUR_MS - 1, otherDevices: 2 } },
    detail:
      'A device new to this user, first seen 12 hours ago; the user has 2 other devices, and one is new for 12 hours',
  },
  {
    rule: 'new_device',
    says: 'and not from then on',
    facts: { deviceOfUser: { sinceMs: 12 * HOUR_MS, otherDevices: 2 } },
    detail: null,
  },
  { rule: 'device_shared', says: 'two others are a household', facts: { otherUsersOnDevice: 2 }, detail: null },
  {
    rule: 'device_shared',
    says: 'three are not',
    facts: { otherUsersOnDevice: 3 },
    detail: '3 other users on this device within 30 days; from 3 on it counts',
  },
  {
    rule: 'impossible_travel',
    says: 'an airliner makes 900 km in an hour',
    facts: { travel: { km: 1_000, elapsedMs: HOUR_MS } },
    detail: null,
  },
  {
    rule: 'impossible_travel',
    says: 'and no more',
    facts: { travel: { km: 1_001, elapsedMs: HOUR_MS } },
    detail: '1,001 km from the last place in 60 minutes; 900 km/h are possible',
  },
  {
    rule: 'impossible_travel',
    says: 'London to New York takes longer than half an hour',
    facts: { travel: { km: 5_570, elapsedMs: 35 * MINUTE_MS } },
    detail: '5,570 km from the last place in 35 minutes; 900 km/h are possible',
  },
  {
    rule: 'impossible_travel',
    says: 'a place may be wrong by 100 km in no time',
    facts: { travel: { km: 100, elapsedMs: 0 } },
    detail: null,
  },
  {
    rule: 'impossible_travel',
    says: 'but not by more',
    facts: { travel: { km: 101, elapsedMs: 0 } },
    detail: '101 km from the last place in 0 seconds; 900 km/h are possible',
  },
  {
    rule: 'country_change',
    says: 'another country just within a day counts',
    facts: { countryChange: { from: 'DE', to: 'BR', elapsedMs: 24 * HOUR_MS - 1 } },
    detail: 'From DE to BR in 24 hours; within 24 hours it counts',
  },
  {
    rule: 'country_change',
    says: 'a day later it does not',
    facts: { countryChange: { from: 'DE', to: 'BR', elapsedMs: 24 * HOUR_MS } },
    detail: null,
  },
  {
    rule: 'amount_unusual',
    says: 'an amount three deviations above the mean is the last usual one',
    facts: { amountCents: Math.floor(1_001 * Math.exp(1.5)) - 1, amounts: steady(20, 0.5, 2_000) },
    detail: null,
  },
  {
    rule: 'amount_unusual',
    says: 'more than that is not',
    facts: { amountCents: Math.ceil(1_001 * Math.exp(1.5)), amounts: steady(20, 0.5, 2_000) },
    detail: 'An amount of 44.87; of 20 before, 10.00 is usual and 20.00 the most',
  },
  {
    rule: 'amount_unusual',
    says: 'what the user paid before is usual, however rare',
    facts: { amountCents: 50_000, amounts: steady(20, 0.5, 50_000) },
    detail: null,
  },
  {
    rule: 'amount_unusual',
    says: 'who always pays the same may pay twice that',
    facts: { amountCents: 2_000, amounts: steady(20, 0, 1_000) },
    detail: null,
  },
  {
    rule: 'amount_unusual',
    says: 'and not three times it',
    facts: { amountCents: 3_000, amounts: steady(20, 0, 1_000) },
    detail: 'An amount of 30.00; of 20 before, 10.00 is usual and 10.00 the most',
  },
  {
    rule: 'amount_unusual',
    says: 'four amounts say nothing of what is usual',
    facts: { amountCents: 900_000, amounts: steady(4, 0.5, 2_000) },
    detail: null,
  },
  {
    rule: 'amount_unusual',
    says: 'five do',
    facts: { amountCents: 900_000, amounts: steady(5, 0.5, 2_000) },
    detail: 'An amount of 9,000.00; of 5 before, 10.00 is usual and 20.00 the most',
  },
  {
    rule: 'amount_unusual',
    says: 'an event without an amount has no unusual one',
    facts: { amountCents: null, amounts: steady(20, 0.5, 2_000) },
    detail: null,
  },
  {
    rule: 'failure_burst',
    says: 'the fourth failure is bad luck',
    facts: { success: false, user: velocityOf({ last10Minutes: [3, 3] }) },
    detail: null,
  },
  {
    rule: 'failure_burst',
    says: 'the fifth is a burst',
    facts: { success: false, user: velocityOf({ last10Minutes: [4, 4] }) },
    detail: '5 failures of this user in 10 minutes; from 5 on it counts',
  },
  {
    rule: 'failure_burst',
    says: 'a success after five failures is part of it',
    facts: { success: true, device: velocityOf({ last10Minutes: [5, 5] }) },
    detail: '5 failures from this device in 10 minutes; from 5 on it counts',
  },
  {
    rule: 'failure_burst',
    says: 'an event that says nothing of success adds no failure',
    facts: { success: null, user: velocityOf({ last10Minutes: [4, 4] }) },
    detail: null,
  },
  {
    rule: 'failure_burst',
    says: 'an address may fail four times as often',
    facts: { success: false, address: velocityOf({ last10Minutes: [18, 18] }) },
    detail: null,
  },
  {
    rule: 'failure_burst',
    says: 'and not more',
    facts: { success: false, address: velocityOf({ last10Minutes: [19, 19] }) },
    detail: '20 failures from this address in 10 minutes; from 20 on it counts',
  },
  {
    rule: 'reference_overlap',
    says: 'a couple shares a phone',
    facts: { sharedReferences: { accounts: 1, types: ['phone'] } },
    detail: null,
  },
  {
    rule: 'reference_overlap',
    says: 'three accounts do not',
    facts: { sharedReferences: { accounts: 2, types: ['phone', 'email'] } },
    detail: '2 other accounts have the same phone, e-mail; from 2 on it counts',
  },
  ...(['none', 'valid', 'expired'] as const).map(
    (session): Case => ({
      rule: 'cookie_anomaly',
      says: `a session cookie that is ${session} is usual`,
      facts: cookies({ session, device: 'none' }),
      detail: null,
    }),
  ),
  {
    rule: 'cookie_anomaly',
    says: 'the session of another user is none of theirs',
    facts: cookies({ session: 'of_another_user' }),
    detail: '1 anomaly of the cookies: the session cookie is of another user',
  },
  {
    rule: 'cookie_anomaly',
    says: 'a revoked session is told',
    facts: cookies({ session: 'revoked' }),
    detail: '1 anomaly of the cookies: the session cookie was revoked',
  },
  {
    rule: 'cookie_anomaly',
    says: 'invented cookies are told',
    facts: cookies({ session: 'unknown', device: 'unknown', duplicated: true }),
    detail:
      '3 anomalies of the cookies: the session cookie is none that was given out; the device cookie is none that was given out; a fraud cookie was sent twice',
  },
  {
    rule: 'cookie_anomaly',
    says: 'a threshold of two lets one pass',
    threshold: 2,
    facts: cookies({ deviceMismatch: true }),
    detail: null,
  },
  {
    rule: 'cookie_anomaly',
    says: 'a threshold of two holds for two',
    threshold: 2,
    facts: cookies({ deviceMismatch: true, duplicated: true }),
    detail: '2 anomalies of the cookies: the session was opened on another device; a fraud cookie was sent twice',
  },
  {
    rule: 'browser_changed',
    says: 'another browser is told',
    facts: cookies({ browserChanged: true }),
    detail: 'The browser or operating system is another one than the session was opened with',
  },
  {
    rule: 'confirmed_fraud',
    says: 'a confirmed user counts in full',
    facts: fraud(true, false, 0),
    detail: 'Confirmed as fraud before: this user',
  },
  {
    rule: 'confirmed_fraud',
    says: 'a confirmed device of another user counts half, with its links or without',
    facts: fraud(false, true, 2),
    points: 40,
    detail: 'Confirmed as fraud before: this device, 2 linked accounts',
  },
  {
    rule: 'confirmed_fraud',
    says: 'a link counts half',
    facts: fraud(false, false, 1),
    points: 40,
    detail: 'Confirmed as fraud before: 1 linked account',
  },
  {
    rule: 'confirmed_fraud',
    says: 'fewer links than the threshold do not count',
    threshold: 2,
    facts: fraud(false, false, 1),
    detail: null,
  },
  {
    rule: 'confirmed_legitimate',
    says: 'a confirmed user on a confirmed device has less to explain',
    facts: { confirmedLegitimate: { user: true, device: true } },
    points: -20,
    detail: 'This user and device were confirmed as legitimate before',
  },
  {
    rule: 'confirmed_legitimate',
    says: 'on another device half of it',
    facts: { confirmedLegitimate: { user: true, device: false } },
    points: -10,
    detail: 'This user was confirmed as legitimate before, on another device',
  },
  {
    rule: 'confirmed_legitimate',
    says: 'a device says nothing of another user',
    facts: { confirmedLegitimate: { user: false, device: true } },
    detail: null,
  },
  ...[fraud(true, false, 0), fraud(false, true, 0), fraud(false, false, 1)].map(
    (confirmed): Case => ({
      rule: 'confirmed_legitimate',
      says: `nothing is offset where fraud is confirmed: ${JSON.stringify(confirmed.confirmedFraud)}`,
      facts: { confirmedLegitimate: { user: true, device: true }, ...confirmed },
      detail: null,
    }),
  ),
];

describe('a rule', () => {
  it.each(CASES)('$rule: $says', ({ rule, facts, threshold, detail, points }) => {
    const setting = DEFAULT_SETTINGS.rules[rule];
    const found = RULES[rule]({ ...QUIET_FACTS, ...facts }, { ...setting, threshold: threshold ?? setting.threshold });
    expect(found).toEqual(detail === null ? null : { points: points ?? setting.points, detail });
  });

  it.each(RULE_NAMES)('%s has a case in which it holds', (rule) => {
    expect(CASES.some((known) => known.rule === rule && known.detail !== null)).toBe(true);
  });

  it.each(RULE_NAMES)('%s holds neither for a quiet customer nor for an event that names only its user', (rule) => {
    expect(RULES[rule](QUIET_FACTS, DEFAULT_SETTINGS.rules[rule])).toBeNull();
    expect(RULES[rule](BARE_FACTS, DEFAULT_SETTINGS.rules[rule])).toBeNull();
  });
});
