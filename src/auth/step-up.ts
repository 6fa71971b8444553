import { auditedBatch, auditIfChanged, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { CookieSession } from './authenticate.ts';
import { knownDevice } from './device.ts';
import type { AuthError } from './errors.ts';
import {
  type Factor,
  type FactorProof,
  factorsOf,
  hasFactor,
  methodsOf,
  proveFactor,
  type Site,
} from './factors/index.ts';
import { verifyPassword } from './password.ts';
import { rotateProven } from './refresh.ts';
import type { SessionGrant } from './session.ts';
import { findUser } from './store.ts';
import { admitAttempt, settleAttempt } from './throttle.ts';

export interface StepUpInput {
  proof: { password: string } | FactorProof;
  deviceToken: string | null;
  /** Where the browser is, for its passkeys. */
  site: Site;
}

/**
 * In a session that is open: the password again, or a second factor where there is one, proves for PROOF_MS (guard.ts) that whoever acts is no thief of
 * the cookie. Attempts count like those at sign-in: a borrowed session is no oracle.
 */
export async function stepUp(
  ctx: Ctx,
  cookie: CookieSession,
  { proof, deviceToken, site }: StepUpInput,
): Promise<Result<SessionGrant, AuthError>> {
  if (!('password' in proof)) {
    const factor = await proveFactor(ctx, cookie.actor, proof, { site, deviceToken });
    return factor.ok ? grantProof(ctx, cookie, factor.value) : factor;
  }
  const { username, userId } = cookie.actor;
  const factors = await factorsOf(ctx.env.DB, userId);
  // Or a copied cookie and the password would be enough to switch the factor off.
  if (hasFactor(factors)) return err({ kind: 'second_factor_needed', methods: methodsOf(factors) });
  const deviceId = knownDevice(ctx.config, username, deviceToken);
  const admitted = await admitAttempt(ctx, username, deviceId);
  if (!admitted.ok) return admitted;
  const user = await findUser(ctx.env.DB, userId);
  if (!user || !verifyPassword(proof.password, user.passwordHash)) return refuseProof(ctx, cookie, 'password');
  const granted = await grantProof(ctx, cookie, 'password');
  if (granted.ok) await ctx.env.DB.batch(settleAttempt(ctx, username, deviceId));
  return granted;
}

/** What proved who it is, in the audit trail. */
type ProofMethod = 'password' | Factor;

/** After a proof was checked: a new secret for the session, which from now on stands for the proof. */
async function grantProof(ctx: Ctx, cookie: CookieSession, by: ProofMethod): Promise<Result<SessionGrant, AuthError>> {
  const target = cookie.session.id;
  const grant = await rotateProven(ctx, cookie, [
    auditIfChanged(ctx, { action: 'session.step_up', target, projectId: null, detail: { by } }),
  ]);
  // A new password, a revocation or another role came in between, and ended the session.
  return grant === null ? err({ kind: 'unauthenticated' }) : ok(grant);
}

async function refuseProof(ctx: Ctx, cookie: CookieSession, by: 'password'): Promise<Result<never, AuthError>> {
  await auditedBatch(ctx, [
    auditStatement(ctx, {
      action: 'session.step_up_failed',
      target: cookie.session.id,
      projectId: null,
      detail: { by },
    }),
  ]);
  return err({ kind: 'invalid_credentials' });
}
