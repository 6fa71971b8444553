import type { Ctx } from '../../env.ts';
import { randomSecret } from '../../shared/ids.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuthError } from '../errors.ts';
import type { UserActor } from '../session.ts';
import { insertChallenge } from './challenge-store.ts';
import { CHALLENGE_MS, MAX_LIVE } from './challenges.ts';
import { factorsOf } from './factor-store.ts';
import type { Site } from './types.ts';
import { type CreationOptions, creationOptions } from './webauthn.ts';

/** What a browser needs to make a passkey for the caller; authenticators that have one already are told so. */
export async function startPasskey(
  ctx: Ctx,
  site: Site,
  { userId, username, sessionId }: UserActor,
): Promise<Result<{ challenge: string; options: CreationOptions }, AuthError>> {
  const db = ctx.env.DB;
  const challenge = randomSecret(32);
  const row = {
    challenge,
    userId,
    kind: 'registration',
    binding: sessionId,
    expiresAtMs: ctx.nowMs + CHALLENGE_MS,
  } as const;
  const { meta } = await insertChallenge(db, row, ctx.nowMs, MAX_LIVE).run();
  if (meta.changes !== 1) return err({ kind: 'login_throttled', retryAfterMs: CHALLENGE_MS });
  const { passkeys } = await factorsOf(db, userId);
  return ok({ challenge, options: await creationOptions(site, challenge, { id: userId, username }, passkeys) });
}
