import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { randomId } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { AuthError } from './errors.ts';
import { hashPassword, passwordWeakness } from './password.ts';
import type { CreateUserInput } from './schema.ts';
import { insertUser } from './store.ts';
import type { AuthPorts, UserRow } from './types.ts';

export async function createUser(
  ctx: Ctx,
  ports: AuthPorts,
  input: CreateUserInput,
): Promise<Result<UserRow, AuthError>> {
  const { username, role, projectIds } = input;
  const weakness = passwordWeakness(input.password, username);
  if (weakness !== null) return err({ kind: 'invalid_input', pointer: '/password', reason: weakness });
  const grants = await checkGrants(ports, role, projectIds);
  if (!grants.ok) return grants;

  const user: UserRow = {
    id: randomId('usr'),
    username,
    passwordHash: hashPassword(input.password),
    role,
    projectIds,
    disabled: false,
    createdAtMs: ctx.nowMs,
    lastLoginAtMs: null,
  };
  const detail = { username, role, projectIds };
  const [inserted] = await auditedBatch(ctx, [
    insertUser(ctx.env.DB, user),
    auditIfChanged(ctx, { action: 'user.create', target: user.id, projectId: null, detail }),
  ]);
  return hasChanged(inserted) ? ok(user) : err({ kind: 'username_taken' });
}

/** Administrators see everything, so a list would be a lie; a project that does not exist is a typing error. */
export async function checkGrants(
  ports: AuthPorts,
  role: UserRow['role'],
  projectIds: readonly string[] | null,
): Promise<Result<null, AuthError>> {
  if (projectIds === null) return ok(null);
  if (role === 'admin') {
    return err({
      kind: 'invalid_input',
      pointer: '/projectIds',
      reason: 'must be null for an administrator, who sees all projects',
    });
  }
  const [unknown] = await ports.unknownProjects(projectIds);
  if (unknown === undefined) return ok(null);
  return err({
    kind: 'invalid_input',
    pointer: `/projectIds/${projectIds.indexOf(unknown)}`,
    reason: 'there is no such project',
  });
}
