import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { ok } from '../shared/result.ts';
import { deviceToken } from './device.ts';
import { closeSockets } from './end-sessions.ts';
import { grantSession, newSession, type SessionGrant, userActor } from './session.ts';
import { insertSession, noteLogin, revokeSession } from './store.ts';
import { settleAttempt } from './throttle.ts';
import type { AuthPorts, SessionRow, UserRow } from './types.ts';

/** Of the browser that signs in. */
export interface SignInOrigin {
  userAgent: string;
  /** What this browser kept of a former sign-in (device.ts); null where there was none. */
  deviceToken: string | null;
  /** The session that the browser's cookie still held; it ends, because its cookie is overwritten. */
  replaces: Pick<SessionRow, 'id' | 'userId'> | null;
}

export interface LoginAnswer {
  user: UserRow;
  grant: SessionGrant;
  deviceToken: string;
}

export interface Opening {
  /** As it was when the proof was checked. */
  user: UserRow;
  origin: SignInOrigin;
  /** The browser, where it is known (device.ts). */
  deviceId: string | null;
  /** What was shown besides, or instead of, the password; null for a password alone. */
  factor: string | null;
}

/** Opens the session of somebody who has proven everything. Null where the user was disabled, or got another password, since it was read. */
export async function openSession(
  ctx: Ctx,
  ports: AuthPorts,
  { user, origin, deviceId, factor }: Opening,
): Promise<{ ok: true; value: LoginAnswer } | null> {
  const db = ctx.env.DB;
  const session = newSession(ctx, user.id, origin.userAgent);
  const signedIn: Ctx = { ...ctx, actor: userActor(user, session.row) };
  const [inserted] = await auditedBatch(signedIn, [
    insertSession(db, session.row, user.passwordHash),
    auditIfChanged(signedIn, {
      action: 'session.login',
      target: session.row.id,
      projectId: null,
      detail: { userId: user.id, ...(factor === null ? {} : { factor }) },
    }),
    noteLogin(db, user.id, ctx.nowMs),
  ]);
  if (!hasChanged(inserted)) return null;

  const after = settleAttempt(ctx, user.username, deviceId);
  const { replaces } = origin;
  if (replaces !== null) {
    after.push(
      revokeSession(db, replaces.id, ctx.nowMs),
      auditIfChanged(signedIn, { action: 'session.replace', target: replaces.id, projectId: null, detail: {} }),
    );
  }
  await auditedBatch(signedIn, after);
  // A hub that cannot be told is logged, told again by cron, and keeps nobody from signing in: its sockets are of this same browser.
  if (replaces !== null) await closeSockets(ctx, ports, replaces.userId, replaces.id);
  return ok({
    user,
    grant: await grantSession(ctx.config, session.secret, session.row, ctx.nowMs),
    deviceToken: deviceToken(ctx.config, user.username, deviceId),
  });
}
