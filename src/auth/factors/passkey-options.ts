import type { Ctx } from '../../env.ts';
import { randomSecret } from '../../shared/ids.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuthError } from '../errors.ts';
import type { UserActor } from '../session.ts';
import { addressSubject } from '../throttle.ts';
import { insertChallenge } from './challenge-store.ts';
import { CHALLENGE_MS, MAX_LIVE } from './challenges.ts';
import { factorsOf } from './factor-store.ts';
import type { Site } from './types.ts';
import { type RequestOptions, requestOptions } from './webauthn.ts';

export interface PasskeyOptions {
  challenge: string;
  options: RequestOptions;
}

/** A challenge for signing in with a passkey alone, or, for somebody who is signed in, for a step-up of that session with one of their own. */
export async function passkeyOptions(
  ctx: Ctx,
  site: Site,
  caller: UserActor | null,
): Promise<Result<PasskeyOptions, AuthError>> {
  const db = ctx.env.DB;
  const challenge = randomSecret(32);
  const kind = caller === null ? 'sign_in' : 'step_up';
  const binding = caller?.sessionId ?? addressSubject(ctx);
  const row = {
    challenge,
    kind,
    userId: caller?.userId ?? null,
    binding,
    expiresAtMs: ctx.nowMs + CHALLENGE_MS,
  } as const;
  const { meta } = await insertChallenge(db, row, ctx.nowMs, MAX_LIVE).run();
  if (meta.changes !== 1) return err({ kind: 'login_throttled', retryAfterMs: CHALLENGE_MS });
  const own = caller === null ? [] : (await factorsOf(db, caller.userId)).passkeys;
  return ok({ challenge, options: await requestOptions(site, challenge, own) });
}
