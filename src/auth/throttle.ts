import type { Config, Ctx } from '../env.ts';
import { addressBucket } from '../shared/address.ts';
import { hmacSha256Base64Url } from '../shared/hash.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { AuthError } from './errors.ts';
import { usernameKey } from './store.ts';
import { admitByAccount, admitByAddress, forgetAttempts, refundAttempt, refundLock } from './throttle-store.ts';

/**
 * By account: consecutive failures, each within an hour of the one before. The fifth locks for 30 s, each further one for twice as
 * long up to 15 minutes. People mistype two or three times; a guesser gets about 100 tries a day, against passwords of 12 characters
 * or more. A browser that has signed in before (device.ts) counts for itself, so that strangers who know a name do not lock its owner out of
 * it. Accepted weakness: they keep the owner from signing in with a new browser. Open sessions are not touched, and `POST /api/auth/setup`
 * resets an administrator.
 */
export const ACCOUNT_POLICY = {
  failures: 5,
  firstLockMs: 30_000,
  longestLockMs: 15 * 60_000,
  memoryMs: 3_600_000,
} as const;
/** By address: 30 failures in 5 minutes, over all accounts. An office behind one address stays below; a list of leaked passwords does not. */
export const ADDRESS_POLICY = { failures: 30, windowMs: 5 * 60_000 } as const;

/**
 * Takes one attempt from both budgets before any hash is computed, so that attempts in parallel cannot pass together, or says how long
 * to wait. The address comes first: attempts from a blocked address must not lock other people's accounts.
 */
export async function admitAttempt(
  ctx: Ctx,
  username: string,
  deviceId: string | null,
): Promise<Result<{ lockedUntilMs: number }, AuthError>> {
  const byAddress = await admitAddress(ctx);
  if (!byAddress.ok) return byAddress;
  const subject = accountSubject(ctx.config, username, deviceId);
  const byAccount = await admitByAccount(ctx.env.DB, subject, ctx.nowMs, ACCOUNT_POLICY);
  if (byAccount.kind === 'blocked')
    return err({ kind: 'login_throttled', retryAfterMs: byAccount.untilMs - ctx.nowMs });
  return ok({ lockedUntilMs: byAccount.lockedUntilMs });
}

/** The address alone, for what has no account. Settle with settleAddress. */
export async function admitAddress(ctx: Ctx): Promise<Result<null, AuthError>> {
  const untilMs = await admitByAddress(ctx.env.DB, addressSubject(ctx), ctx.nowMs, ADDRESS_POLICY);
  return untilMs === null ? ok(null) : err({ kind: 'login_throttled', retryAfterMs: untilMs - ctx.nowMs });
}

/**
 * After a correct password: the account starts anew, the address gets its attempt back. A known browser starts itself anew only, or each
 * sign-in of the owner would hand a guesser five more tries.
 */
export function settleAttempt(ctx: Ctx, username: string, deviceId: string | null): D1PreparedStatement[] {
  return [forgetAttempts(ctx.env.DB, accountSubject(ctx.config, username, deviceId)), settleAddress(ctx)];
}

/**
 * After a right password that is not all yet: this attempt counts for nothing, and those before it are not forgotten. Its own lock is lifted as
 * well, or after a few failures the second factor could not be shown before its challenge is over.
 */
export function refundAccount(
  ctx: Ctx,
  username: string,
  deviceId: string | null,
  { lockedUntilMs }: { lockedUntilMs: number },
): D1PreparedStatement[] {
  return [refundLock(ctx.env.DB, accountSubject(ctx.config, username, deviceId), lockedUntilMs), settleAddress(ctx)];
}

export function forgetAccount(ctx: Ctx, username: string): D1PreparedStatement {
  return forgetAttempts(ctx.env.DB, accountSubject(ctx.config, username, null));
}

export function settleAddress(ctx: Ctx): D1PreparedStatement {
  return refundAttempt(ctx.env.DB, addressSubject(ctx));
}

/** Keyed, so that the table names neither people nor the password that somebody typed as a name. New secrets start counting anew. */
function subjectOf(config: Config, kind: 'account' | 'device' | 'address', value: string): string {
  return hmacSha256Base64Url(config.sessionSecrets[0].secret, `throttle ${kind}\n${value}`);
}

function accountSubject(config: Config, username: string, deviceId: string | null): string {
  const name = usernameKey(username);
  return deviceId === null ? subjectOf(config, 'account', name) : subjectOf(config, 'device', `${deviceId}\n${name}`);
}

/** What an address is counted by. */
export function addressSubject(ctx: Ctx): string {
  return subjectOf(ctx.config, 'address', addressBucket(ctx.address) ?? ctx.address);
}
