import fc from 'fast-check';
import { THRESHOLDS } from '../../src/fraud/risk/settings.ts';
import {
  type CookieFacts,
  type Facts,
  type RiskSettings,
  RULE_NAMES,
  type RuleName,
  type RuleSetting,
  type Velocity,
} from '../../src/wire/fraud.ts';

export function velocityOf(
  counts: Partial<Record<keyof Velocity, [events: number, failures?: number]>> = {},
): Velocity {
  const of = (window: keyof Velocity) => {
    const [events, failures = 0] = counts[window] ?? [0];
    return { events, failures };
  };
  return {
    lastMinute: of('lastMinute'),
    last10Minutes: of('last10Minutes'),
    lastHour: of('lastHour'),
    lastDay: of('lastDay'),
  };
}

export const QUIET_COOKIES: CookieFacts = {
  session: 'valid',
  device: 'known',
  deviceMismatch: false,
  duplicated: false,
  browserChanged: false,
};

/** Of a customer who does what they always do; no rule holds for them. */
export const QUIET_FACTS: Facts = {
  v: 1,
  eventType: 'payment',
  success: true,
  amountCents: 4_000,
  user: velocityOf(),
  device: velocityOf(),
  address: velocityOf(),
  userAgeMs: 90 * 86_400_000,
  deviceOfUser: { sinceMs: 60 * 86_400_000, otherDevices: 1 },
  otherUsersOnDevice: 0,
  travel: { km: 3, elapsedMs: 3_600_000 },
  countryChange: null,
  amounts: { count: 20, meanLog: Math.log(4_001), sdLog: 0.5, maxCents: 9_000 },
  sharedReferences: { accounts: 0, types: [] },
  confirmedFraud: { user: false, device: false, linkedAccounts: 0 },
  confirmedLegitimate: { user: false, device: false },
  cookies: QUIET_COOKIES,
};

/** Of an event that names a user and nothing else. */
export const BARE_FACTS: Facts = {
  ...QUIET_FACTS,
  success: null,
  amountCents: null,
  device: null,
  address: null,
  userAgeMs: 0,
  deviceOfUser: null,
  travel: null,
  amounts: null,
  cookies: { ...QUIET_COOKIES, session: 'none', device: 'none' },
};

const counts = fc.integer({ min: 0, max: 500 });
const velocity: fc.Arbitrary<Velocity> = fc
  .array(fc.record({ events: counts, failures: counts }), { minLength: 4, maxLength: 4 })
  .map((parts) => {
    // A longer time has at least the events of a shorter one.
    const at = (i: number) => ({
      events: Math.max(...parts.slice(0, i + 1).map(({ events }) => events)),
      failures: Math.max(...parts.slice(0, i + 1).map(({ failures }) => failures)),
    });
    return { lastMinute: at(0), last10Minutes: at(1), lastHour: at(2), lastDay: at(3) };
  });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const spanMs = fc.integer({ min: 0, max: 40 * 86_400_000 });
const country = fc.constantFrom('DE', 'GB', 'US', 'BR');

export const anyFacts: fc.Arbitrary<Facts> = fc.record({
  v: fc.constant(1 as const),
  eventType: fc.constantFrom('login', 'payment', 'withdrawal'),
  success: maybe(fc.boolean()),
  amountCents: maybe(fc.integer({ min: 0, max: 100_000_000 })),
  user: velocity,
  device: maybe(velocity),
  address: maybe(velocity),
  userAgeMs: spanMs,
  deviceOfUser: maybe(fc.record({ sinceMs: spanMs, otherDevices: fc.integer({ min: 0, max: 5 }) })),
  otherUsersOnDevice: fc.integer({ min: 0, max: 20 }),
  travel: maybe(fc.record({ km: fc.double({ min: 0, max: 20_037, noNaN: true }), elapsedMs: spanMs })),
  countryChange: maybe(fc.record({ from: country, to: country, elapsedMs: spanMs })),
  amounts: maybe(
    fc.record({
      count: fc.integer({ min: 1, max: 500 }),
      meanLog: fc.double({ min: 0, max: 18, noNaN: true }),
      sdLog: fc.double({ min: 0, max: 4, noNaN: true }),
      maxCents: fc.integer({ min: 0, max: 100_000_000 }),
    }),
  ),
  sharedReferences: fc.record({
    accounts: fc.integer({ min: 0, max: 20 }),
    types: fc.subarray(['phone', 'email', 'device']),
  }),
  confirmedFraud: fc.record({
    user: fc.boolean(),
    device: fc.boolean(),
    linkedAccounts: fc.integer({ min: 0, max: 5 }),
  }),
  confirmedLegitimate: fc.record({ user: fc.boolean(), device: fc.boolean() }),
  cookies: fc.record({
    session: fc.constantFrom('none', 'valid', 'expired', 'revoked', 'unknown', 'of_another_user'),
    device: fc.constantFrom('none', 'known', 'unknown', 'revoked'),
    deviceMismatch: fc.boolean(),
    duplicated: fc.boolean(),
    browserChanged: fc.boolean(),
  }),
});

function anySetting(rule: RuleName): fc.Arbitrary<RuleSetting> {
  const { min, max, whole } = THRESHOLDS[rule];
  return fc.record({
    enabled: fc.boolean(),
    points: fc.integer({ min: 0, max: 100 }),
    threshold: whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true }),
  });
}

export const anySettings: fc.Arbitrary<RiskSettings> = fc
  .record({
    version: fc.integer({ min: 0, max: 1_000 }),
    denyAt: fc.integer({ min: 1, max: 100 }),
    reviewShare: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    rules: fc.record(
      Object.fromEntries(RULE_NAMES.map((rule) => [rule, anySetting(rule)])) as Record<
        RuleName,
        fc.Arbitrary<RuleSetting>
      >,
    ),
  })
  .map(({ version, denyAt, reviewShare, rules }) => ({
    version,
    denyAt,
    reviewAt: Math.floor(denyAt * reviewShare),
    rules,
  }));
