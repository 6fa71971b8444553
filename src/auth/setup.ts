import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { constantTimeEqual } from '../shared/hash.ts';
import { randomId } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { closeSockets } from './end-sessions.ts';
import type { AuthError } from './errors.ts';
import { clearFactors, factorsOf, methodsOf } from './factors/index.ts';
import { hashPassword, passwordWeakness } from './password.ts';
import type { SetupInput } from './schema.ts';
import { findUserByName, insertUser, revokeUserSessionsIfChanged, updateUser } from './store.ts';
import { admitAddress, forgetAccount, settleAddress } from './throttle.ts';
import type { AuthPorts, UserRow } from './types.ts';

export interface SetupAnswer {
  userId: string;
  username: string;
  created: boolean;
}

/** The route exists only while a setup token is configured, and answers only to it. Guesses are throttled by address, and lock nobody else out. */
export async function checkSetupToken(ctx: Ctx, bearer: string | null): Promise<Result<null, AuthError>> {
  if (ctx.config.setupToken === null) return err({ kind: 'not_found' });
  if (bearer === null) return err({ kind: 'invalid_setup_token' });
  const admitted = await admitAddress(ctx);
  if (!admitted.ok) return admitted;
  if (!constantTimeEqual(bearer, ctx.config.setupToken)) return err({ kind: 'invalid_setup_token' });
  await settleAddress(ctx).run();
  return ok(null);
}

/**
 * Creates an administrator, or gives an existing one a new password, takes its second factors away, enables it and ends its sessions. Whoever holds the setup token
 * owns the deployment, so this is also the way back in when every administrator is locked out.
 */
export async function setup(ctx: Ctx, ports: AuthPorts, input: SetupInput): Promise<Result<SetupAnswer, AuthError>> {
  const weakness = passwordWeakness(input.password, input.username);
  if (weakness !== null) return err({ kind: 'invalid_input', pointer: '/password', reason: weakness });

  const existing = await findUserByName(ctx.env.DB, input.username);
  const passwordHash = hashPassword(input.password);
  return existing ? recover(ctx, ports, existing, passwordHash) : create(ctx, input.username, passwordHash);
}

async function create(ctx: Ctx, username: string, passwordHash: string): Promise<Result<SetupAnswer, AuthError>> {
  const user: UserRow = {
    id: randomId('usr'),
    username,
    passwordHash,
    role: 'admin',
    projectIds: null,
    disabled: false,
    createdAtMs: ctx.nowMs,
    lastLoginAtMs: null,
  };
  const [inserted] = await auditedBatch(ctx, [
    insertUser(ctx.env.DB, user),
    auditIfChanged(ctx, {
      action: 'user.setup',
      target: user.id,
      projectId: null,
      detail: { username, role: 'admin' },
    }),
  ]);
  if (!hasChanged(inserted)) return err({ kind: 'username_taken' });
  return ok({ userId: user.id, username, created: true });
}

async function recover(
  ctx: Ctx,
  ports: AuthPorts,
  user: UserRow,
  passwordHash: string,
): Promise<Result<SetupAnswer, AuthError>> {
  if (user.role !== 'admin') return err({ kind: 'not_an_administrator' });
  const db = ctx.env.DB;
  const factorsCleared = methodsOf(await factorsOf(db, user.id));
  await auditedBatch(ctx, [
    ...clearFactors(db, user.id),
    updateUser(db, user.id, { role: null, projectIds: undefined, disabled: false, passwordHash }),
    auditIfChanged(ctx, {
      action: 'user.recover',
      target: user.id,
      projectId: null,
      detail: { wasDisabled: user.disabled, factorsCleared },
    }),
    revokeUserSessionsIfChanged(db, user.id, ctx.nowMs),
    forgetAccount(ctx, user.username),
  ]);
  const closed = await closeSockets(ctx, ports, user.id, null);
  return closed.ok ? ok({ userId: user.id, username: user.username, created: false }) : closed;
}
