import type { Actor, Config, Ctx } from '../env.ts';
import { sha256Hex } from '../shared/hash.ts';
import { randomSecret } from '../shared/ids.ts';
import { csrfToken } from './csrf.ts';
import { signSessionToken } from './token.ts';
import type { SessionRow, UserRow } from './types.ts';

/** OWASP ASVS 3.3.2 (level 2): reauthentication after 12 hours, here after 12 hours without a request. */
export const SESSION_IDLE_MS = 12 * 3_600_000;
/** However busy it is, a session ends after a week. */
export const SESSION_ABSOLUTE_MS = 7 * 24 * 3_600_000;
/** "Last seen" is written at most this often, so that reading a dashboard does not write to D1 with every request. */
export const LAST_SEEN_STEP_MS = 60_000;
const MAX_USER_AGENT_CHARS = 256;

/** One-way: who reads the session table cannot make a cookie of it, even with the signing secret. 128 bits of the hash. */
export function sessionIdOf(sid: string): string {
  return `ses_${sha256Hex(sid).slice(0, 32)}`;
}

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
  sid: string;
  row: SessionRow;
}

export function newSession(ctx: Ctx, userId: string, userAgent: string): NewSession {
  const sid = randomSecret(32);
  return {
    sid,
    row: {
      id: sessionIdOf(sid),
      userId,
      createdAtMs: ctx.nowMs,
      lastSeenAtMs: ctx.nowMs,
      expiresAtMs: ctx.nowMs + SESSION_ABSOLUTE_MS,
      revokedAtMs: null,
      provenAtMs: ctx.nowMs,
      userAgent: userAgent.slice(0, MAX_USER_AGENT_CHARS),
      address: ctx.address,
    },
  };
}

/** What a client gets of a session: the cookie values and when they stop being accepted. */
export interface SessionGrant {
  token: string;
  csrf: string;
  /** The idle limit from now, or the absolute limit if that comes first. Whole seconds. */
  expiresAtMs: number;
  maxAgeSeconds: number;
}

export async function grantSession(
  config: Config,
  sid: string,
  session: SessionRow,
  nowMs: number,
): Promise<SessionGrant> {
  const expiresAtMs = Math.floor(Math.min(nowMs + SESSION_IDLE_MS, session.expiresAtMs) / 1000) * 1000;
  const token = await signSessionToken(config, { userId: session.userId, sid, expiresAtMs }, nowMs);
  return {
    token,
    csrf: csrfToken(config, session.id),
    expiresAtMs,
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
