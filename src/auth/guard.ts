import type { Actor, Ctx, Role } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { UserActor } from './session.ts';

export type GuardError = { kind: 'unauthenticated' } | { kind: 'forbidden'; detail: string };

/** OWASP ASVS 5.0, 7.5.3 asks for it before a highly sensitive change; half an hour lets one set up a project without being asked at each step. */
export const PROOF_MS = 30 * 60_000;

/** A signed-in person, of any role: what is about one's own account is not for keys. */
export function requireUser(actor: Actor): Result<UserActor, GuardError> {
  if (actor.kind === 'anonymous') return err({ kind: 'unauthenticated' });
  if (actor.kind !== 'user')
    return err({ kind: 'forbidden', detail: 'This needs a signed-in user; a key cannot do it.' });
  return ok(actor);
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, analyst: 1, admin: 2 };

export function hasRole(actor: UserActor, least: Role): boolean {
  return RANK[actor.role] >= RANK[least];
}

/** For routes that concern the whole deployment. What concerns a project goes through projectAccess. */
export function requireRole(ctx: Ctx, least: Role): Result<UserActor, GuardError> {
  ctx.claim?.checks.push({ kind: 'role', role: least });
  const user = requireUser(ctx.actor);
  if (!user.ok) return user;
  if (!hasRole(user.value, least)) return err({ kind: 'forbidden', detail: `This needs the role ${least}.` });
  return user;
}

/** Of who acts on what a stolen session must not change, whoever they are otherwise: keys prove themselves with each request. Call it last. */
export function requireRecentProof(ctx: Ctx): Result<null, { kind: 'step_up_required' }> {
  ctx.claim?.checks.push({ kind: 'proof' });
  const { actor, nowMs } = ctx;
  if (actor.kind !== 'user') return ok(null);
  return nowMs - actor.provenAtMs < PROOF_MS ? ok(null) : err({ kind: 'step_up_required' });
}
