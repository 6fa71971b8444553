import { auditedBatch, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { err, type Result } from '../shared/result.ts';
import { knownDevice } from './device.ts';
import type { AuthError } from './errors.ts';
import { askSecondFactor, type Site } from './factors/index.ts';
import { type LoginAnswer, openSession, type SignInOrigin } from './open-session.ts';
import { hashPassword, needsRehash, UNKNOWN_USER_HASH, verifyPassword } from './password.ts';
import { findUserByName, replacePasswordHash } from './store.ts';
import { admitAttempt, refundAccount } from './throttle.ts';
import type { AuthPorts, UserRow } from './types.ts';

export interface LoginInput extends SignInOrigin {
  username: string;
  password: string;
  /** Where the browser is, for its passkeys. */
  site: Site;
}

/**
 * Checks name and password and opens a session, or says what second factor is missing. An unknown or disabled user costs the same work and gets the
 * same answer as a wrong password, and so does one with a second factor.
 */
export async function login(
  ctx: Ctx,
  ports: AuthPorts,
  input: LoginInput,
  verify: typeof verifyPassword = verifyPassword,
): Promise<Result<LoginAnswer, AuthError>> {
  const deviceId = knownDevice(ctx.config, input.username, input.deviceToken);
  // Side by side: who is looked up is told nobody who is not admitted.
  const [admitted, user] = await Promise.all([
    admitAttempt(ctx, input.username, deviceId),
    findUserByName(ctx.env.DB, input.username),
  ]);
  if (!admitted.ok) return admitted;

  const correct = verify(input.password, user?.passwordHash ?? UNKNOWN_USER_HASH);
  if (!user || !correct || user.disabled) return refuse(ctx, user);

  if (needsRehash(user.passwordHash)) {
    // Before a challenge is bound to the hash.
    const passwordHash = hashPassword(input.password);
    const [replaced] = await auditedBatch(ctx, [
      replacePasswordHash(ctx.env.DB, user.id, user.passwordHash, passwordHash),
    ]);
    if (!hasChanged(replaced)) return refuse(ctx, user);
    user.passwordHash = passwordHash;
  }
  const asked = await askSecondFactor(ctx, user, input.site);
  if (asked) {
    // Not settled: codes are guessed against the same count as passwords, which a right password must not start anew.
    await ctx.env.DB.batch(refundAccount(ctx, user.username, deviceId, admitted.value));
    return err(asked);
  }
  const opened = await openSession(ctx, ports, {
    ...{ user, deviceId, factor: null },
    origin: input,
  });
  // The user was disabled, or got another password, while the hash was computed.
  return opened ?? refuse(ctx, user);
}

async function refuse(ctx: Ctx, user: UserRow | null): Promise<Result<never, AuthError>> {
  // The attempted name is not kept: people type their password into the wrong field.
  const detail = { disabled: user?.disabled ?? false };
  await auditedBatch(ctx, [
    auditStatement(ctx, {
      action: 'session.login_failed',
      target: user?.id ?? 'unknown',
      projectId: null,
      detail,
    }),
  ]);
  return err({ kind: 'invalid_credentials' });
}
