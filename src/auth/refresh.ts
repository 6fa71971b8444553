import { auditedBatch } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { randomSecret } from '../shared/ids.ts';
import type { CookieSession } from './authenticate.ts';
import { csrfToken } from './csrf.ts';
import { auditMoved, movedFrom } from './moved.ts';
import { judge, newestFrom, refreshOf, rotate } from './rotation.ts';
import { rotateSession } from './rotation-store.ts';
import { grantSession, isLive, refreshAtMs, type SessionGrant } from './session.ts';
import { findSession } from './store.ts';
import type { SessionRow } from './types.ts';

const NONCE_BYTES = 16;

/**
 * A successor of the cookie's secret, unless one was made just now, and the idle limit moved, never past the absolute one. Whoever comes with a secret that was superseded within
 * its grace gets the newest there is. Null when the session has ended meanwhile.
 */
export async function refresh(ctx: Ctx, cookie: CookieSession): Promise<SessionGrant | null> {
  if (cookie.presented.kind === 'in_grace') return grantNewest(ctx, cookie, cookie.session);
  const next = refreshOf(cookie.session, ctx.nowMs);
  if (next === 'repeat') return grantSession(ctx.config, cookie.secret, cookie.session, ctx.nowMs);
  if (next === 'keep') return keepCookie(ctx, cookie, cookie.session);
  const rotated = await rotateRow(ctx, cookie, cookie.session, cookie.secret, null, []);
  if (rotated !== null) return rotated;
  // Another tab was faster: its successor is ours too.
  const session = await liveSession(ctx, cookie.session.id);
  return session && grantNewest(ctx, cookie, session);
}

/**
 * The same with a proof of who it is: always a new secret, also of a cookie in grace, so that a copy of the old one has no part in the proof.
 * `audit` is written with it, or not at all. Null when the session has ended meanwhile.
 */
export async function rotateProven(
  ctx: Ctx,
  cookie: CookieSession,
  audit: readonly D1PreparedStatement[],
): Promise<SessionGrant | null> {
  // Each turn that is lost is another rotation that happened, and those are bounded: ends.
  for (let session: SessionRow | null = cookie.session; session; session = await liveSession(ctx, session.id)) {
    const newest = newestOf(ctx, cookie, session);
    if (newest === null) return null;
    const rotated = await rotateRow(ctx, cookie, session, newest, ctx.nowMs, audit);
    if (rotated !== null) return rotated;
  }
  return null;
}

async function liveSession(ctx: Ctx, sessionId: string): Promise<SessionRow | null> {
  const found = await findSession(ctx.env.DB, sessionId);
  return found && !found.user.disabled && isLive(found.session, ctx.nowMs) ? found.session : null;
}

function newestOf(ctx: Ctx, { secret }: CookieSession, session: SessionRow): string | null {
  const presented = judge(session, secret, ctx.nowMs);
  if (presented.kind === 'current') return secret;
  return presented.kind === 'in_grace' ? newestFrom(ctx.config, session, secret, presented.index) : null;
}

async function grantNewest(ctx: Ctx, cookie: CookieSession, session: SessionRow): Promise<SessionGrant | null> {
  const presented = judge(session, cookie.secret, ctx.nowMs);
  if (presented.kind === 'in_grace' && presented.provenAtMs !== null) {
    // The newest secret stands for a proof that this holder did not give. Where it is the same browser, the answer to the proof brings the cookie.
    return keepCookie(ctx, cookie, session);
  }
  const newest = newestOf(ctx, cookie, session);
  return newest === null ? null : grantSession(ctx.config, newest, session, ctx.nowMs);
}

function keepCookie(ctx: Ctx, { tokenExpiresAtMs: expiresAtMs }: CookieSession, session: SessionRow): SessionGrant {
  const csrf = csrfToken(ctx.config, session.id);
  return { token: null, csrf, expiresAtMs, refreshAtMs: refreshAtMs(session, expiresAtMs), maxAgeSeconds: 0 };
}

/** Null when the newest secret is another by now, or the session has ended. */
async function rotateRow(
  ctx: Ctx,
  { place }: CookieSession,
  session: SessionRow,
  newest: string,
  provenAtMs: number | null,
  audit: readonly D1PreparedStatement[],
): Promise<SessionGrant | null> {
  const { secret, state } = rotate(ctx.config, session, newest, {
    nonce: randomSecret(NONCE_BYTES),
    nowMs: ctx.nowMs,
    provenAtMs: provenAtMs === null ? null : session.provenAtMs,
  });
  const moved = movedFrom(session.last, place);
  const { id: sessionId } = session;
  const [updated] = await auditedBatch(ctx, [
    rotateSession(ctx.env.DB, { sessionId, from: session, to: state, nowMs: ctx.nowMs, provenAtMs, place }),
    ...audit,
    ...(moved === null ? [] : [auditMoved(ctx, sessionId, moved)]),
  ]);
  return hasChanged(updated) ? grantSession(ctx.config, secret, { ...session, ...state }, ctx.nowMs) : null;
}
