import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildFacts,
  distanceKm,
  type EventSaid,
  type Loaded,
  profileAfter,
  type UserProfile,
} from '../../src/fraud/facts.ts';
import { normaliseReference, referenceOf } from '../../src/fraud/identity.ts';
import { addressBucket } from '../../src/shared/address.ts';
import { resendDelayMs } from '../../src/shared/resend-policy.ts';
import type { CookieFacts, Velocity } from '../../src/wire/fraud.ts';

const NOW_MS = 1_790_000_000_000;
const nothing = { events: 0, failures: 0 };
const velocity: Velocity = { lastMinute: nothing, last10Minutes: nothing, lastHour: nothing, lastDay: nothing };
const cookies: CookieFacts = {
  session: 'none',
  device: 'none',
  deviceMismatch: false,
  duplicated: false,
  browserChanged: false,
};
const empty: Loaded = {
  ...{ user: null, userVelocity: velocity, device: null, addressVelocity: null },
  shared: { accounts: 0, types: [], fraudAccounts: 0 },
};
const said = (more: Partial<EventSaid> = {}): EventSaid => ({
  ...{ nowMs: NOW_MS, eventType: 'payment', success: true, amountCents: null, client: { country: null, place: null } },
  ...more,
});
const BERLIN = { latitude: 52.52, longitude: 13.405 };
const NEW_YORK = { latitude: 40.7128, longitude: -74.006 };

describe('the facts of an event', () => {
  it('of somebody new say nothing of the past', () => {
    expect(buildFacts(said(), cookies, empty)).toMatchObject({
      ...{
        v: 1,
        userAgeMs: 0,
        deviceOfUser: null,
        otherUsersOnDevice: 0,
        travel: null,
        countryChange: null,
        amounts: null,
      },
      confirmedFraud: { user: false, device: false, linkedAccounts: 0 },
    });
  });

  it('measure the way from the last event that had a place, over events that had none', () => {
    const first = profileAfter(null, said({ client: { country: 'DE', place: BERLIN } }), 'allow');
    const between = profileAfter(first, said({ nowMs: NOW_MS + 1_000 }), 'allow');
    const facts = buildFacts(said({ nowMs: NOW_MS + 3_600_000, client: { country: 'US', place: NEW_YORK } }), cookies, {
      ...empty,
      user: between,
    });
    expect(facts.travel?.km).toBeCloseTo(6_385, -1);
    expect(facts.travel?.elapsedMs).toBe(3_600_000);
    expect(facts.countryChange).toEqual({ from: 'DE', to: 'US', elapsedMs: 3_600_000 });
    expect(facts.userAgeMs).toBe(3_600_000);
  });

  it('never count backwards when the clock was set back', () => {
    const user = profileAfter(null, said({ client: { country: 'DE', place: BERLIN } }), 'allow');
    const facts = buildFacts(said({ nowMs: NOW_MS - 5_000, client: { country: 'FR', place: BERLIN } }), cookies, {
      ...empty,
      user,
    });
    expect([facts.userAgeMs, facts.travel?.elapsedMs, facts.countryChange?.elapsedMs]).toEqual([0, 0, 0]);
  });

  it('learn nothing from amounts that were refused', () => {
    const user = profileAfter(
      profileAfter(null, said({ amountCents: 100 }), 'allow'),
      said({ amountCents: 999_999, success: false }),
      'allow',
    );
    expect(user.amounts).toMatchObject({ count: 1, maxCents: 100 });
  });

  it('have the mean and deviation of all amounts, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e12 }), { minLength: 2, maxLength: 50 }), (amounts) => {
        const user = amounts.reduce<UserProfile | null>(
          (before, cents) => profileAfter(before, said({ amountCents: cents }), 'allow'),
          null,
        );
        const facts = buildFacts(said(), cookies, { ...empty, user });
        const logs = amounts.map((cents) => Math.log(cents + 1));
        const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
        const sd = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1));
        expect(facts.amounts?.meanLog).toBeCloseTo(mean, 8);
        expect(facts.amounts?.sdLog).toBeCloseTo(sd, 8);
        expect(facts.amounts?.maxCents).toBe(Math.max(...amounts));
      }),
    );
  });

  it('amounts are not learnt from what was refused, here or there', () => {
    const learnt = (success: boolean | null, decision: 'allow' | 'review' | 'deny') =>
      profileAfter(null, said({ amountCents: 100, success }), decision).amounts.count;
    const all = (['allow', 'review', 'deny'] as const).map((decision) =>
      [true, null, false].map((success) => learnt(success, decision)),
    );
    expect(all).toEqual([
      [1, 1, 0],
      [1, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('distances: none to itself, the same both ways, half the equator to the other side', () => {
    expect(distanceKm(BERLIN, BERLIN)).toBe(0);
    expect(distanceKm(BERLIN, NEW_YORK)).toBe(distanceKm(NEW_YORK, BERLIN));
    expect(distanceKm({ latitude: 0, longitude: -90 }, { latitude: 0, longitude: 90 })).toBeCloseTo(
      Math.PI * 6371.0088,
      6,
    );
    expect(distanceKm({ latitude: 0, longitude: 179.9 }, { latitude: 0, longitude: -179.9 })).toBeLessThan(23);
  });
});

describe('identifiers', () => {
  it.each([
    ['phone', '+49 (170) 12.34-567', '+491701234567'],
    ['phone', '0049170 1234567', '+491701234567'],
    ['phone', '0170/1234567', '01701234567'],
    ['phone', '+49 (0) 170 1234567', '+491701234567'],
    ['phone', '0049 (0)170 1234567', '+491701234567'],
    ['phone', '＋４９ １７０ １２３４５６７', '+491701234567'],
    ['email', 'jose\u0301@example.com', 'jos\u00e9@example.com'],
    ['phone', 'call me', null],
    ['phone', '+1234567890123456', null],
    ['email', '  Who@Example.COM ', 'who@example.com'],
    ['email', 'who@', null],
    ['email', 'a b@c.de', null],
    ['device', ' x ', 'x'],
    ['device', '  ', null],
  ] as const)('%s %j is %j', (type, text, expected) => {
    expect(normaliseReference(type, text)).toBe(expected);
  });

  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['300.1.1.1', null],
    ['1:2:3', null],
    ['1::2::3', null],
    ['unknown', null],
    ['', null],
  ])('the address %j counts as %j', (text, expected) => {
    expect(addressBucket(text)).toBe(expected);
  });

  it('have references by key and kind', () => {
    const [one, two] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
    const all = [
      referenceOf(one, 'phone', '1'),
      referenceOf(one, 'email', '1'),
      referenceOf(two, 'phone', '1'),
      referenceOf(one, 'phone', '2'),
    ];
    expect(new Set(all).size).toBe(4);
    for (const reference of all) expect(reference).toMatch(/^[\w-]{22}$/);
  });
});

it('a journal that is away is asked after 1 s, and never less often than once a minute', () => {
  expect([1, 2, 3, 6, 7, 100].map(resendDelayMs)).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000]);
});
