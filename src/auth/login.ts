import { auditIfChanged, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { deviceToken, knownDevice } from './device.ts';
import { closeSockets } from './end-sessions.ts';
import type { AuthError } from './errors.ts';
import { hashPassword, needsRehash, UNKNOWN_USER_HASH, verifyPassword } from './password.ts';
import { grantSession, newSession, type SessionGrant, userActor } from './session.ts';
import { findUserByName, insertSession, noteLogin, replacePasswordHash, revokeSession } from './store.ts';
import { admitAttempt, settleAttempt } from './throttle.ts';
import type { AuthPorts, SessionRow, UserRow } from './types.ts';

export interface LoginInput {
  username: string;
  password: string;
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

/** Checks name and password and opens a session. An unknown or disabled user costs the same work and gets the same answer as a wrong password. */
export async function login(
  ctx: Ctx,
  ports: AuthPorts,
  input: LoginInput,
  verify: typeof verifyPassword = verifyPassword,
): Promise<Result<LoginAnswer, AuthError>> {
  const deviceId = knownDevice(ctx.config, input.username, input.deviceToken);
  const admitted = await admitAttempt(ctx, input.username, deviceId);
  if (!admitted.ok) return admitted;

  const db = ctx.env.DB;
  const user = await findUserByName(db, input.username);
  const correct = verify(input.password, user?.passwordHash ?? UNKNOWN_USER_HASH);
  if (!user || !correct || user.disabled) return refuse(ctx, user);

  const session = newSession(ctx, user.id, input.userAgent);
  const signedIn: Ctx = { ...ctx, actor: userActor(user, session.row) };
  const [inserted] = await db.batch([
    insertSession(db, session.row, user.passwordHash),
    auditIfChanged(signedIn, {
      action: 'session.login',
      target: session.row.id,
      projectId: null,
      detail: { userId: user.id },
    }),
    noteLogin(db, user.id, ctx.nowMs),
  ]);
  // The user was disabled, or got another password, while the hash was computed.
  if (inserted?.meta.changes !== 1) return refuse(ctx, user);

  const after = settleAttempt(ctx, input.username, deviceId);
  if (needsRehash(user.passwordHash))
    after.push(replacePasswordHash(db, user.id, user.passwordHash, hashPassword(input.password)));
  const { replaces } = input;
  if (replaces !== null) {
    after.push(
      revokeSession(db, replaces.id, ctx.nowMs),
      auditIfChanged(signedIn, { action: 'session.replace', target: replaces.id, projectId: null, detail: {} }),
    );
  }
  await db.batch(after);
  // A hub that cannot be told is logged, told again by cron, and keeps nobody from signing in: its sockets are of this same browser.
  if (replaces !== null) await closeSockets(ctx, ports, replaces.userId, replaces.id);
  return ok({
    user,
    grant: await grantSession(ctx.config, session.secret, session.row, ctx.nowMs),
    deviceToken: deviceToken(ctx.config, user.username, deviceId),
  });
}

async function refuse(ctx: Ctx, user: UserRow | null): Promise<Result<never, AuthError>> {
  // The attempted name is not kept: people type their password into the wrong field.
  const detail = { disabled: user?.disabled ?? false };
  await auditStatement(ctx, {
    action: 'session.login_failed',
    target: user?.id ?? 'unknown',
    projectId: null,
    detail,
  }).run();
  return err({ kind: 'invalid_credentials' });
}
