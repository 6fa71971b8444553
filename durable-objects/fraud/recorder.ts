import type { EventDecision, EventInput, PresentedCookies, SeenClient } from '../../src/fraud/calls.ts';
import { buildFacts, type Loaded, profileAfter, type UserProfile } from '../../src/fraud/facts.ts';
import { scoreOf } from '../../src/fraud/risk/score.ts';
import { sha256Hex } from '../../src/shared/hash.ts';
import type { CookieFacts, FraudEvent, RiskSettings } from '../../src/wire/fraud.ts';
import { IDEMPOTENCY_TTL_MS } from '../../src/wire/limits.ts';
import type { CookieStore } from './cookie-store.ts';
import type { EventStore } from './event-store.ts';
import type { MetaStore } from './meta-store.ts';
import type { ProfileStore } from './profile-store.ts';
import type { ProjectKey } from './project-key.ts';
import type { ReferenceStore } from './reference-store.ts';
import type { SessionRow, SessionStore } from './session-store.ts';

const HOUR_MS = 3_600_000;
/** The last seen stay: a browser that never sends its cookie back is another device at each sign-in. */
const MAX_DEVICES_PER_USER = 100;

export interface Stores {
  cookies: CookieStore;
  meta: MetaStore;
  events: EventStore;
  sessions: SessionStore;
  profiles: ProfileStore;
  references: ReferenceStore;
  key: ProjectKey;
}

export type Judged =
  /** `batch` names the append that the event goes with. */
  | { kind: 'new' | 'repeat'; decision: EventDecision; seq: number; batch: number }
  | { kind: 'no_user' }
  | { kind: 'key_reused' };

/** Writes where the record of an event waits, and names the append that it goes with. */
export type Place = (event: FraudEvent, seq: number) => number;

/** Decides and writes one event. To be called inside a transaction. */
export function judge(stores: Stores, settings: RiskSettings, input: EventInput, place: Place): Judged {
  const { meta, events, profiles, key } = stores;
  const { keyId, nowMs, idempotency, client } = input;
  const seen = idempotency && meta.answer(keyId, idempotency.key, nowMs);
  if (seen && seen.payload !== idempotency?.payload) return { kind: 'key_reused' };
  if (seen) {
    const decision = JSON.parse(seen.answer) as EventDecision;
    return { kind: 'repeat', decision, seq: seen.seq, batch: seen.batch };
  }

  const cookies = readCookies(stores.sessions, input);
  const userId = input.userId ?? cookies.session?.userId ?? null;
  if (userId === null) return { kind: 'no_user' };
  const addressRef = client.address === null ? null : key.referenceOf('address', client.address);
  const user = profiles.user(userId);
  const loaded = load(stores, { userId, user, deviceRef: cookies.deviceRef, addressRef, nowMs });
  const facts = buildFacts(input, cookies.facts, loaded);
  const { riskScore, decision, reasons, rulesVersion } = scoreOf(facts, settings);

  const event: FraudEvent = {
    ...{ id: input.eventId, atMs: nowMs, userId, eventType: input.eventType, success: input.success },
    ...{ sessionId: cookies.session?.id ?? null, amountCents: input.amountCents, gateway: input.gateway },
    ...{ metadata: input.metadata, deviceRef: cookies.deviceRef, addressRef, country: client.country },
    ...{ riskScore, decision, reasons, rulesVersion, facts, verdict: null },
  };
  const seq = events.nextSeq();
  events.insert(seq, event);
  profiles.writeUser(userId, profileAfter(user, input, decision), riskScore);
  if (cookies.deviceRef !== null) linkDevice(stores, userId, cookies.deviceRef, nowMs);
  meta.count(Math.floor(nowMs / HOUR_MS), [`decision:${decision}`, ...reasons.map(({ rule }) => `rule:${rule}`)]);
  const batch = place(event, seq);
  const answer: EventDecision = {
    ...{ eventId: event.id, userId, riskScore, decision, reasons, rulesVersion },
    session: cookies.facts.session,
  };
  if (idempotency) {
    meta.rememberAnswer(keyId, idempotency.key, {
      ...{ payload: idempotency.payload, answer: JSON.stringify(answer), seq, batch },
      expiresAtMs: nowMs + IDEMPOTENCY_TTL_MS,
    });
  }
  return { kind: 'new', decision: answer, seq, batch };
}

/** That a user was seen on a device; the device is then a reference of his account too, which cross-lookup finds. True the first time. */
export function linkDevice(
  { profiles, references }: Pick<Stores, 'profiles' | 'references'>,
  userId: string,
  deviceRef: string,
  nowMs: number,
): boolean {
  const isNew = profiles.link(userId, deviceRef, nowMs);
  if (isNew) {
    references.add(userId, 'device', deviceRef, nowMs);
    for (const forgotten of profiles.forgetDevices(userId, MAX_DEVICES_PER_USER))
      references.remove(userId, 'device', forgotten);
  }
  return isNew;
}

function load(
  { events, profiles, references }: Stores,
  of: { userId: string; user: UserProfile | null; deviceRef: string | null; addressRef: string | null; nowMs: number },
): Loaded {
  const { userId, user, deviceRef, addressRef, nowMs } = of;
  return {
    user,
    userVelocity: events.velocity('user_id', userId, nowMs),
    device:
      deviceRef === null
        ? null
        : {
            velocity: events.velocity('device_ref', deviceRef, nowMs),
            ...profiles.device(deviceRef, userId, nowMs),
          },
    addressVelocity: addressRef === null ? null : events.velocity('address_ref', addressRef, nowMs),
    shared: references.shared(userId),
  };
}

interface ReadCookies {
  facts: CookieFacts;
  /** Only one that is valid, and of the user that the event names. */
  session: SessionRow | null;
  deviceRef: string | null;
}

function readCookies(
  sessions: SessionStore,
  input: { cookies: PresentedCookies; userId: string | null; client: SeenClient; nowMs: number },
): ReadCookies {
  const { cookies, userId, client, nowMs } = input;
  const hash = cookies.session === null ? null : sha256Hex(cookies.session);
  const row = hash === null ? null : sessions.find(hash);
  const state = stateOf(sessions, hash, row, userId, nowMs);
  const opened = state === 'valid' || state === 'of_another_user' ? row : null;
  const deviceHash = cookies.device === null ? null : sha256Hex(cookies.device);
  const known = deviceHash === null ? null : sessions.deviceOf(deviceHash, nowMs);
  const unknown = () => (deviceHash !== null && sessions.isRevoked(deviceHash) ? 'revoked' : 'unknown');
  const differs = (was: string | null, is: string | null) => was !== null && is !== null && was !== is;
  return {
    facts: {
      session: state,
      device: deviceHash === null ? 'none' : known === null ? unknown() : 'known',
      deviceMismatch: opened !== null && cookies.device !== null && known !== opened.deviceRef,
      duplicated: cookies.duplicated,
      browserChanged: opened !== null && (differs(opened.browser, client.browser) || differs(opened.os, client.os)),
    },
    session: state === 'valid' ? row : null,
    deviceRef: known ?? (state === 'valid' ? (row?.deviceRef ?? null) : null),
  };
}

function stateOf(
  sessions: SessionStore,
  hash: string | null,
  row: SessionRow | null,
  userId: string | null,
  nowMs: number,
): CookieFacts['session'] {
  if (hash === null) return 'none';
  if (row === null) return sessions.isRevoked(hash) ? 'revoked' : 'unknown';
  if (row.expiresAtMs <= nowMs) return 'expired';
  return userId === null || row.userId === userId ? 'valid' : 'of_another_user';
}
