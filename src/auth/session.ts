import type { Actor, Config, Ctx } from '../env.ts';
import { sha256Hex } from '../shared/hash.ts';
import { randomId, randomSecret } from '../shared/ids.ts';
import { csrfToken } from './csrf.ts';
import { signSessionToken } from './token.ts';
import type { Place, SessionRow, UserRow } from './types.ts';

/** OWASP ASVS 3.3.2 (level 2): reauthentication after 12 hours, here after 12 hours without a request. */
export const SESSION_IDLE_MS = 12 * 3_600_000;
/** However busy it is, a session ends after a week. */
export const SESSION_ABSOLUTE_MS = 7 * 24 * 3_600_000;
/** "Last seen" is written at most this often, so that reading a dashboard does not write to D1 with every request. */
export const LAST_SEEN_STEP_MS = 60_000;
const MAX_USER_AGENT_CHARS = 256;

/** Due so long after a rotation: a stolen cookie is noticed when it or its original is used after the next one. */
export const REFRESH_AFTER_MS = 15 * 60_000;
/** A session that is about to end is not refreshed in ever shorter steps. */
const SHORTEST_REFRESH_MS = 1_000;

/** When a session ends if nobody uses it again: the idle limit, or the absolute limit if that comes first. */
export function sessionEndMs(session: Pick<SessionRow, 'expiresAtMs' | 'lastSeenAtMs'>): number {
  return Math.min(session.expiresAtMs, session.lastSeenAtMs + SESSION_IDLE_MS);
}

export function isLive(
  session: Pick<SessionRow, 'revokedAtMs' | 'expiresAtMs' | 'lastSeenAtMs'>,
  nowMs: number,
): boolean {
  return session.revokedAtMs === null && nowMs < sessionEndMs(session);
}

export interface NewSession {
  /** Exists in the cookie only. */
  secret: string;
  row: SessionRow;
}

/** Always with an id and a secret of its own: nothing that the browser sent becomes part of it (session fixation). */
export function newSession(ctx: Ctx, userId: string, userAgent: string): NewSession {
  const secret = randomSecret(32);
  const place = placeOf(ctx, userAgent);
  return {
    secret,
    row: {
      id: randomId('ses'),
      userId,
      createdAtMs: ctx.nowMs,
      lastSeenAtMs: ctx.nowMs,
      expiresAtMs: ctx.nowMs + SESSION_ABSOLUTE_MS,
      revokedAtMs: null,
      provenAtMs: ctx.nowMs,
      secretHash: sha256Hex(secret),
      superseded: [],
      opened: place,
      last: place,
    },
  };
}

export function placeOf({ address, country }: Pick<Ctx, 'address' | 'country'>, userAgent: string): Place {
  return { address, country: country(), userAgent: userAgent.slice(0, MAX_USER_AGENT_CHARS) };
}

/** When the newest secret of the session was made. */
function rotatedAtMs({ superseded, createdAtMs }: Pick<SessionRow, 'superseded' | 'createdAtMs'>): number {
  return superseded.at(-1)?.at ?? createdAtMs;
}

/** When a client should ask for the next secret, Unix ms; half of what is left where that comes first. In the past where it is overdue. */
export function refreshAtMs(session: Pick<SessionRow, 'superseded' | 'createdAtMs'>, expiresAtMs: number): number {
  const fromMs = rotatedAtMs(session);
  const half = Math.max(SHORTEST_REFRESH_MS, Math.floor((expiresAtMs - fromMs) / 2));
  return fromMs + Math.min(REFRESH_AFTER_MS, half);
}

/** What a client gets of a session: the cookie values and when they stop being accepted. */
export interface SessionGrant {
  /** Null: the client keeps the cookie that it has. */
  token: string | null;
  csrf: string;
  /** The idle limit from now, or the absolute limit if that comes first. Whole seconds. */
  expiresAtMs: number;
  refreshAtMs: number;
  maxAgeSeconds: number;
}

export async function grantSession(
  config: Config,
  secret: string,
  session: SessionRow,
  nowMs: number,
): Promise<SessionGrant> {
  const expiresAtMs = Math.floor(Math.min(nowMs + SESSION_IDLE_MS, session.expiresAtMs) / 1000) * 1000;
  const claims = { userId: session.userId, sessionId: session.id, secret, expiresAtMs };
  const token = await signSessionToken(config, claims, nowMs);
  return {
    token,
    csrf: csrfToken(config, session.id),
    expiresAtMs,
    refreshAtMs: refreshAtMs(session, expiresAtMs),
    maxAgeSeconds: Math.max(0, Math.floor((expiresAtMs - nowMs) / 1000)),
  };
}

export type UserActor = Extract<Actor, { kind: 'user' }>;

export function userActor(
  user: Pick<UserRow, 'id' | 'username' | 'role' | 'projectIds'>,
  session: Pick<SessionRow, 'id' | 'provenAtMs'>,
): UserActor {
  const { id, username, role } = user;
  const projectIds = role === 'admin' ? null : user.projectIds;
  return {
    kind: 'user',
    userId: id,
    username,
    role,
    sessionId: session.id,
    provenAtMs: session.provenAtMs,
    projectIds,
  };
}
