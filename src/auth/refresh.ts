import type { Ctx } from '../env.ts';
import type { CookieSession } from './authenticate.ts';
import { grantSession, type SessionGrant } from './session.ts';
import { touchSession } from './store.ts';

/** Moves the idle limit: the same session, a new cookie, never past the absolute limit. */
export async function refresh(ctx: Ctx, { session, sid }: CookieSession): Promise<SessionGrant> {
  await touchSession(ctx.env.DB, session.id, ctx.nowMs).run();
  return grantSession(ctx.config, sid, session, ctx.nowMs);
}
