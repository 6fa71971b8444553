import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, type Result } from '../../shared/result.ts';
import { knownDevice } from '../device.ts';
import type { AuthError } from '../errors.ts';
import { type LoginAnswer, openSession, type SignInOrigin } from '../open-session.ts';
import { findUser } from '../store.ts';
import { admitAddress } from '../throttle.ts';
import type { AuthPorts } from '../types.ts';
import { takeChallenge } from './challenge-store.ts';
import { findPasskey } from './factor-store.ts';
import { provePasskey } from './prove-passkey.ts';
import type { PasskeyLoginInput } from './schema.ts';
import type { Site } from './types.ts';

/**
 * Signs in with a passkey alone: it is two factors by itself, the device and what unlocks it. Nobody guesses a signature, so the account is not
 * throttled and its owner not locked out by guesses of the password; the address is.
 */
export async function passkeyLogin(
  ctx: Ctx,
  ports: AuthPorts,
  site: Site,
  { challenge, credential }: PasskeyLoginInput,
  origin: SignInOrigin,
): Promise<Result<LoginAnswer, AuthError>> {
  const admitted = await admitAddress(ctx);
  if (!admitted.ok) return admitted;
  const db = ctx.env.DB;
  if (!(await takeChallenge(db, 'sign_in', challenge, ctx.nowMs))) return err({ kind: 'challenge_invalid' });
  const passkey = await findPasskey(db, credential.id);
  if (!passkey) return refuse(ctx, null, 'unknown passkey');
  // WebAuthn 7.2, step 6: who was not named before is named by the authenticator.
  if (!credential.response.userHandle) return refuse(ctx, passkey.userId, 'no user handle');
  const user = await findUser(db, passkey.userId);
  if (!user || user.disabled) return refuse(ctx, passkey.userId, 'disabled');
  const proven = await provePasskey(ctx, site, challenge, credential, passkey);
  if (!proven.ok) return refuse(ctx, user.id, proven.error.reason);
  const deviceId = knownDevice(ctx.config, user.username, origin.deviceToken);
  const opened = await openSession(ctx, ports, { user, origin, deviceId, factor: 'passkey' });
  return opened ?? refuse(ctx, user.id, 'disabled');
}

async function refuse(ctx: Ctx, userId: string | null, reason: string): Promise<Result<never, AuthError>> {
  await auditedBatch(ctx, [
    auditStatement(ctx, {
      action: 'session.login_failed',
      target: userId ?? 'unknown',
      projectId: null,
      detail: { factor: 'passkey', reason },
    }),
  ]);
  return err({ kind: 'passkey_refused' });
}
