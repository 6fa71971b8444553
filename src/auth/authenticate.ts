import { auditedBatch } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { readSessionCookie } from './cookies.ts';
import { changesState, sentFrom, verifyCsrf } from './csrf.ts';
import type { AuthError } from './errors.ts';
import { auditMoved, movedFrom } from './moved.ts';
import { revokeReused } from './reuse.ts';
import { judge, type Presented } from './rotation.ts';
import { touchSession } from './rotation-store.ts';
import { isLive, LAST_SEEN_STEP_MS, placeOf, sessionEndMs, type UserActor, userActor } from './session.ts';
import { findSession } from './store.ts';
import { verifySessionToken } from './token.ts';
import type { AuthPorts, Place, SessionRow } from './types.ts';

export interface CookieSession {
  actor: UserActor;
  session: SessionRow;
  /** Of the cookie: the newest, or one in grace. */
  secret: string;
  presented: Exclude<Presented, { kind: 'reused' }>;
  place: Place;
  /** When the cookie stops being accepted. */
  tokenExpiresAtMs: number;
}

/** Who must hear of a session that ends because its cookie was copied. */
export type SessionPorts = Pick<AuthPorts, 'sessionsEnded'>;

/**
 * The session of a request's cookie; null without a cookie or with a dead one, which is the same as not being signed in. The row
 * decides, on every request, so that a revocation holds for every request that starts after it was answered. A token of ours whose secret
 * is out of its grace ends the session.
 */
export async function cookieSession(
  ctx: Ctx,
  ports: SessionPorts,
  request: Request,
): Promise<Result<CookieSession | null, AuthError>> {
  const cookie = readSessionCookie(ctx.config, request);
  if (!cookie.ok) return err({ kind: 'duplicate_session_cookie' });
  const claims = cookie.value === null ? null : await verifySessionToken(ctx.config, cookie.value, ctx.nowMs);
  if (!claims) return ok(null);
  const found = await findSession(ctx.env.DB, claims.sessionId);
  if (!found || found.session.userId !== claims.userId || found.user.disabled || !isLive(found.session, ctx.nowMs))
    return ok(null);
  const { session } = found;
  const actor = userActor({ id: session.userId, ...found.user }, session);
  const presented = judge(session, claims.secret, ctx.nowMs);
  if (presented.kind === 'reused') {
    await revokeReused({ ...ctx, actor }, ports, session);
    return ok(null);
  }
  const place = placeOf(ctx, request.headers.get('user-agent') ?? '');
  await noteRequest({ ...ctx, actor }, session, place);
  const provenAtMs = (presented.kind === 'in_grace' ? presented.provenAtMs : null) ?? session.provenAtMs;
  return ok({
    actor: { ...actor, provenAtMs },
    session,
    secret: claims.secret,
    presented,
    place,
    tokenExpiresAtMs: claims.expiresAtMs,
  });
}

/** Last seen, and where: at most once a minute. Between two notes a session may have moved there and back unseen. */
async function noteRequest(ctx: Ctx, session: SessionRow, place: Place): Promise<void> {
  const notedBeforeMs = ctx.nowMs - LAST_SEEN_STEP_MS;
  if (session.lastSeenAtMs > notedBeforeMs) return;
  const moved = movedFrom(session.last, place);
  await auditedBatch(ctx, [
    touchSession(ctx.env.DB, session.id, { nowMs: ctx.nowMs, notedBeforeMs }, place),
    ...(moved === null ? [] : [auditMoved(ctx, session.id, moved)]),
  ]);
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

/** Of a request that takes long: whether the session that it came with still is one. Keys are for the journal to know. */
export async function isStillSignedIn(ctx: Ctx): Promise<boolean> {
  return ctx.actor.kind !== 'user' || (await sessionEndsAtMs(ctx, ctx.actor.sessionId)) !== null;
}

/** The actor of a cookie request, after the checks that every state-changing one must pass; null when nobody is signed in. */
export async function authenticateCookie(
  ctx: Ctx,
  ports: SessionPorts,
  request: Request,
): Promise<Result<UserActor | null, AuthError>> {
  const found = await cookieSession(ctx, ports, request);
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
