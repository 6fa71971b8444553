import type { CookieFacts, Decision, Facts, Velocity, Verdict } from '../wire/fraud.ts';
import type { SeenClient } from './calls.ts';

/** Of the mean radius, as the haversine formula takes it (IUGG). */
const EARTH_RADIUS_KM = 6371.0088;

/** What is kept of a user, before the event. */
export interface UserProfile {
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  /** Welford's running figures of ln(cents + 1). */
  amounts: { count: number; meanLog: number; m2Log: number; maxCents: number };
  place: { latitude: number; longitude: number; atMs: number } | null;
  country: { code: string; atMs: number } | null;
  verdict: Verdict | null;
}

/** Rows that the facts of one event are made of. */
export interface Loaded {
  /** Null: the user has not been seen before. */
  user: UserProfile | null;
  userVelocity: Velocity;
  /** Null: no device is known. */
  device: {
    velocity: Velocity;
    /** Null: this user is new on it. */
    firstSeenOfUserAtMs: number | null;
    otherDevices: number;
    otherUsers: number;
    verdict: Verdict | null;
  } | null;
  addressVelocity: Velocity | null;
  shared: { accounts: number; types: string[]; fraudAccounts: number };
}

export interface EventSaid {
  nowMs: number;
  eventType: string;
  success: boolean | null;
  amountCents: number | null;
  client: Pick<SeenClient, 'country' | 'place'>;
}

/** The facts of an event from what was known before it. Times that lie in the future, by a clock that was set back, count as now. */
export function buildFacts(said: EventSaid, cookies: CookieFacts, loaded: Loaded): Facts {
  const { nowMs } = said;
  const { user, device, shared } = loaded;
  const since = (atMs: number) => Math.max(0, nowMs - atMs);
  return {
    v: 1,
    eventType: said.eventType,
    success: said.success,
    amountCents: said.amountCents,
    user: loaded.userVelocity,
    device: device?.velocity ?? null,
    address: loaded.addressVelocity,
    userAgeMs: user === null ? 0 : since(user.firstSeenAtMs),
    deviceOfUser: device && {
      sinceMs: device.firstSeenOfUserAtMs === null ? 0 : since(device.firstSeenOfUserAtMs),
      otherDevices: device.otherDevices,
    },
    otherUsersOnDevice: device?.otherUsers ?? 0,
    travel:
      user?.place && said.client.place
        ? { km: distanceKm(user.place, said.client.place), elapsedMs: since(user.place.atMs) }
        : null,
    countryChange:
      user?.country && said.client.country !== null && user.country.code !== said.client.country
        ? { from: user.country.code, to: said.client.country, elapsedMs: since(user.country.atMs) }
        : null,
    amounts: user === null || user.amounts.count === 0 ? null : amountsOf(user.amounts),
    sharedReferences: { accounts: shared.accounts, types: shared.types },
    confirmedFraud: {
      user: user?.verdict === 'fraud',
      device: device?.verdict === 'fraud',
      linkedAccounts: shared.fraudAccounts,
    },
    confirmedLegitimate: { user: user?.verdict === 'legitimate', device: device?.verdict === 'legitimate' },
    cookies,
  };
}

/** The profile after the event, which was decided on. What the event does not say stays as it was. */
export function profileAfter(before: UserProfile | null, said: EventSaid, decision: Decision): UserProfile {
  const { nowMs, client } = said;
  // Of refused payments nothing is learnt: whoever tries amounts would otherwise make them usual. Where nobody said how it went, it went as decided.
  const wentThrough = said.success ?? decision === 'allow';
  const amounts = before?.amounts ?? { count: 0, meanLog: 0, m2Log: 0, maxCents: 0 };
  return {
    firstSeenAtMs: before?.firstSeenAtMs ?? nowMs,
    lastSeenAtMs: nowMs,
    amounts: said.amountCents !== null && wentThrough ? withAmount(amounts, said.amountCents) : amounts,
    place: client.place ? { ...client.place, atMs: nowMs } : (before?.place ?? null),
    country: client.country !== null ? { code: client.country, atMs: nowMs } : (before?.country ?? null),
    verdict: before?.verdict ?? null,
  };
}

/** Great-circle distance (haversine): exact to 0.5 % on the ellipsoid. */
export function distanceKm(
  a: { latitude: number; longitude: number },
  b: { latitude: number; longitude: number },
): number {
  const rad = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (from: number, to: number) => Math.sin(rad(to - from) / 2) ** 2;
  const h =
    half(a.latitude, b.latitude) +
    Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * half(a.longitude, b.longitude);
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Welford 1962: one pass, without the cancellation that sums of squares suffer. */
function withAmount(before: UserProfile['amounts'], cents: number): UserProfile['amounts'] {
  const log = Math.log(cents + 1);
  const count = before.count + 1;
  const meanLog = before.meanLog + (log - before.meanLog) / count;
  return {
    count,
    meanLog,
    m2Log: before.m2Log + (log - before.meanLog) * (log - meanLog),
    maxCents: Math.max(before.maxCents, cents),
  };
}

/** `sdLog` is the sample's; 0 of a single amount. */
function amountsOf({ count, meanLog, m2Log, maxCents }: UserProfile['amounts']): NonNullable<Facts['amounts']> {
  return { count, meanLog, sdLog: count < 2 ? 0 : Math.sqrt(m2Log / (count - 1)), maxCents };
}
