import {
  type LoginInput,
  type LoginOutcome,
  MAX_REFERENCES_PER_TYPE,
  type RegisterInput,
  type RegisterOutcome,
} from '../../src/fraud/calls.ts';
import { DEVICE_TTL_MS, SESSION_TTL_MS } from '../../src/fraud/cookies.ts';
import { sha256Hex } from '../../src/shared/hash.ts';
import { randomId, randomSecret } from '../../src/shared/ids.ts';
import type { Verdict } from '../../src/wire/fraud.ts';
import { linkDevice, type Stores } from './recorder.ts';

/**
 * Opens a session. Its id is always new: what a browser presents is never adopted (session fixation), and a session that it had ends. The device is
 * the one that the customer names, or that of a device cookie which we gave; another cookie is none.
 */
export function openSession(stores: Stores, input: LoginInput): Extract<LoginOutcome, { kind: 'opened' }> {
  const { sessions, profiles, key } = stores;
  const { userId, nowMs, cookies, client } = input;
  if (cookies.session !== null) sessions.delete(sha256Hex(cookies.session));
  const known = cookies.device === null ? null : sessions.deviceOf(sha256Hex(cookies.device), nowMs);
  const named = input.deviceId === null ? null : key.referenceOf('device', input.deviceId);
  const isSame = known !== null && (named === null || named === known);
  const device = isSame && cookies.device !== null ? cookies.device : randomSecret();
  const deviceRef = named ?? known ?? key.referenceOf('device', device);
  sessions.keepDevice(sha256Hex(device), { deviceRef, userId, expiresAtMs: nowMs + DEVICE_TTL_MS });

  profiles.noteUser(userId, nowMs);
  const isNew = linkDevice(stores, userId, deviceRef, nowMs);
  const session = randomSecret();
  const [id, expiresAtMs] = [randomId('fses'), nowMs + SESSION_TTL_MS];
  const { browser, os } = client;
  sessions.insert(sha256Hex(session), { id, userId, deviceRef, browser, os, createdAtMs: nowMs, expiresAtMs });
  return { kind: 'opened', session, device, sessionId: id, sessionExpiresAtMs: expiresAtMs, deviceKnown: !isNew };
}

/** All references or none. */
export function registerReferences(
  { profiles, references, key }: Stores,
  { userId, nowMs, references: named }: RegisterInput,
): RegisterOutcome {
  const hashed = named.map(({ type, text }) => ({ type, reference: key.referenceOf(type, text) }));
  for (const { type, reference } of hashed) {
    const isFull = references.countOf(userId, type) >= MAX_REFERENCES_PER_TYPE;
    if (isFull && !references.has(userId, type, reference))
      return { kind: 'too_many_references', limit: MAX_REFERENCES_PER_TYPE };
  }
  profiles.noteUser(userId, nowMs);
  for (const { type, reference } of hashed) references.add(userId, type, reference, nowMs);
  return {
    kind: 'registered',
    references: hashed.map((item) => ({ ...item, accounts: references.accounts(item.type, item.reference) })),
    linkedAccounts: references.shared(userId).accounts,
  };
}

/** In a transaction. The newest verdict on a user and a device counts; one that comes behind a newer one changes nothing. */
export function applyVerdict(
  { events, profiles }: Pick<Stores, 'events' | 'profiles'>,
  { eventId, verdict, atMs }: { eventId: string; verdict: Verdict; atMs: number },
): 'applied' | 'unknown_event' {
  const event = events.find(eventId);
  if (!event) return 'unknown_event';
  if (events.decidedAtMs(eventId) > atMs) return 'applied';
  events.decide(eventId, verdict, atMs);
  profiles.mark('user', event.userId, eventId, verdict, atMs);
  if (event.deviceRef !== null) profiles.mark('device', event.deviceRef, eventId, verdict, atMs);
  return 'applied';
}
