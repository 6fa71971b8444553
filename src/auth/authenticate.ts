import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { readSessionCookie } from './cookies.ts';
import { changesState, sentFrom, verifyCsrf } from './csrf.ts';
import type { AuthError } from './errors.ts';
import { isLive, LAST_SEEN_STEP_MS, sessionEndMs, sessionIdOf, type UserActor, userActor } from './session.ts';
import { findSession, touchSession } from './store.ts';
import { verifySessionToken } from './token.ts';
import type { SessionRow } from './types.ts';

export interface CookieSession {
  actor: UserActor;
  session: SessionRow;
  /** The secret of the cookie, to sign its successor with. */
  sid: string;
  /** When the cookie stops being accepted. */
  tokenExpiresAtMs: number;
}

/**
 * The session of a request's cookie; null without a cookie or with a dead one, which is the same as not being signed in. The row
 * decides, on every request, so that a revocation holds for every request that starts after it was answered.
 */
export async function cookieSession(ctx: Ctx, request: Request): Promise<Result<CookieSession | null, AuthError>> {
  const cookie = readSessionCookie(ctx.config, request);
  if (!cookie.ok) return err({ kind: 'duplicate_session_cookie' });
  const claims = cookie.value === null ? null : await verifySessionToken(ctx.config, cookie.value, ctx.nowMs);
  if (!claims) return ok(null);
  const found = await findSession(ctx.env.DB, sessionIdOf(claims.sid));
  if (!found || found.session.userId !== claims.userId || found.user.disabled || !isLive(found.session, ctx.nowMs))
    return ok(null);
  if (ctx.nowMs - found.session.lastSeenAtMs >= LAST_SEEN_STEP_MS) {
    await touchSession(ctx.env.DB, found.session.id, ctx.nowMs).run();
  }
  return ok({
    actor: userActor({ id: found.session.userId, ...found.user }, found.session),
    session: found.session,
    sid: claims.sid,
    tokenExpiresAtMs: claims.expiresAtMs,
  });
}

/**
 * For what outlives the request that it was opened by, such as a socket: when the session ends if nobody uses it again, null when it has
 * ended already.
 */
export async function sessionEndsAtMs(ctx: Ctx, sessionId: string): Promise<number | null> {
  const found = await findSession(ctx.env.DB, sessionId);
  if (!found || found.user.disabled || !isLive(found.session, ctx.nowMs)) return null;
  return sessionEndMs(found.session);
}

/** The actor of a cookie request, after the checks that every state-changing one must pass; null when nobody is signed in. */
export async function authenticateCookie(ctx: Ctx, request: Request): Promise<Result<UserActor | null, AuthError>> {
  const found = await cookieSession(ctx, request);
  if (!found.ok || found.value === null) return found.ok ? ok(null) : found;
  const { actor } = found.value;
  if (changesState(request.method)) {
    // `unsaid` is no browser, so no victim's cookie is borrowed: there the token alone proves that the caller has read an answer of ours.
    if (sentFrom(request) === 'other') return err({ kind: 'cross_site_request' });
    if (!verifyCsrf(ctx.config, actor.sessionId, request.headers.get('x-csrf-token') ?? ''))
      return err({ kind: 'csrf_failed' });
  }
  return ok(actor);
}
