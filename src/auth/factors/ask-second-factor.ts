import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
import { sha256Hex } from '../../shared/hash.ts';
import { randomSecret } from '../../shared/ids.ts';
import type { AuthError } from '../errors.ts';
import { insertChallenge } from './challenge-store.ts';
import { CHALLENGE_MS, MAX_LIVE } from './challenges.ts';
import { factorsOf } from './factor-store.ts';
import { hasFactor, methodsOf, type Site } from './types.ts';
import { requestOptions } from './webauthn.ts';

/** The password hash that was right when the challenge was made: another password since voids it. */
export function passwordBinding(passwordHash: string): string {
  return sha256Hex(`second factor\n${passwordHash}`);
}

/** After the right password: what else this user must show, or null where nothing. Call it for nobody whose password was not right. */
export async function askSecondFactor(
  ctx: Ctx,
  user: { id: string; passwordHash: string },
  site: Site,
): Promise<Extract<AuthError, { kind: 'second_factor_required' | 'login_throttled' }> | null> {
  const db = ctx.env.DB;
  const factors = await factorsOf(db, user.id);
  if (!hasFactor(factors)) return null;
  const challenge = randomSecret(32);
  const row = {
    challenge,
    kind: 'second_factor',
    userId: user.id,
    binding: passwordBinding(user.passwordHash),
    expiresAtMs: ctx.nowMs + CHALLENGE_MS,
  } as const;
  const methods = methodsOf(factors);
  const [inserted] = await auditedBatch(ctx, [
    insertChallenge(db, row, ctx.nowMs, MAX_LIVE),
    auditStatement(ctx, {
      action: 'session.second_factor_asked',
      target: user.id,
      projectId: null,
      detail: { methods },
    }),
  ]);
  if (!hasChanged(inserted)) return { kind: 'login_throttled', retryAfterMs: CHALLENGE_MS };
  const passkey = factors.passkeys.length > 0 ? await requestOptions(site, challenge, factors.passkeys) : null;
  return { kind: 'second_factor_required', challenge, methods, passkey };
}
