import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, type Result } from '../../shared/result.ts';
import { knownDevice } from '../device.ts';
import type { AuthError } from '../errors.ts';
import { type LoginAnswer, openSession, type SignInOrigin } from '../open-session.ts';
import { findUser } from '../store.ts';
import { admitAttempt } from '../throttle.ts';
import type { AuthPorts } from '../types.ts';
import { passwordBinding } from './ask-second-factor.ts';
import { findChallenge, takeChallenge, tryChallenge } from './challenge-store.ts';
import { MAX_TRIES } from './challenges.ts';
import { findPasskey } from './factor-store.ts';
import { proveCode } from './prove-code.ts';
import { provePasskey } from './prove-passkey.ts';
import type { SecondFactorInput } from './schema.ts';
import type { Factor, Site } from './types.ts';

/**
 * The second half of a sign-in: the challenge says whose password was right, the code or the passkey is the rest. A wrong one counts as a failed
 * sign-in of the account; after five the challenge is over. The challenge opens one session at most.
 */
export async function completeLogin(
  ctx: Ctx,
  ports: AuthPorts,
  site: Site,
  input: SecondFactorInput,
  origin: SignInOrigin,
): Promise<Result<LoginAnswer, AuthError>> {
  const db = ctx.env.DB;
  const found = await findChallenge(db, 'second_factor', input.challenge, ctx.nowMs, MAX_TRIES);
  const user = found?.userId ? await findUser(db, found.userId) : null;
  if (!found || !user || user.disabled || found.binding !== passwordBinding(user.passwordHash)) {
    return err({ kind: 'challenge_invalid' });
  }
  const deviceId = knownDevice(ctx.config, user.username, origin.deviceToken);
  const admitted = await admitAttempt(ctx, user.username, deviceId);
  if (!admitted.ok) return admitted;
  // After that: who is told to wait has not been looked at, and keeps the try.
  const tried = await tryChallenge(db, 'second_factor', input.challenge, ctx.nowMs, MAX_TRIES).run();
  if (tried.meta.changes !== 1) return err({ kind: 'challenge_invalid' });

  const proven = await prove(ctx, site, user.id, input);
  if (!proven.ok) {
    await auditedBatch(ctx, [
      auditStatement(ctx, {
        action: 'session.second_factor_failed',
        target: user.id,
        projectId: null,
        detail: proven.error,
      }),
    ]);
    return err({ kind: 'second_factor_failed' });
  }
  if (!(await takeChallenge(db, 'second_factor', input.challenge, ctx.nowMs)))
    return err({ kind: 'challenge_invalid' });
  const opened = await openSession(ctx, ports, { user, origin, deviceId, factor: proven.value });
  return opened ?? err({ kind: 'challenge_invalid' });
}

async function prove(
  ctx: Ctx,
  site: Site,
  userId: string,
  input: SecondFactorInput,
): Promise<Result<Factor, { factor: string; reason: string }>> {
  if ('code' in input) {
    const factor = await proveCode(ctx, userId, input.code);
    return factor ? { ok: true, value: factor } : err({ factor: 'code', reason: 'wrong, or used before' });
  }
  const passkey = await findPasskey(ctx.env.DB, input.credential.id);
  if (passkey?.userId !== userId) return err({ factor: 'passkey', reason: 'not a passkey of this user' });
  const done = await provePasskey(ctx, site, input.challenge, input.credential, passkey);
  return done.ok ? { ok: true, value: 'passkey' } : err({ factor: 'passkey', reason: done.error.reason });
}
