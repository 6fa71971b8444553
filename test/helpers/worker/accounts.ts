import { env } from 'cloudflare:workers';
import { auditedBatch } from '../../../src/audit/index.ts';
import { grantSession, newSession } from '../../../src/auth/session.ts';
import { insertSession, insertUser } from '../../../src/auth/store.ts';
import type { Role } from '../../../src/env.ts';
import { createKey as createKeyVerb } from '../../../src/projects/create-key.ts';
import { createProject as createProjectVerb } from '../../../src/projects/create-project.ts';
import type { Project, Scope } from '../../../src/projects/index.ts';
import { randomId } from '../../../src/shared/ids.ts';
import { callApp, type SignedIn } from './call-app.ts';
import { testCtx } from './context.ts';

export const PASSWORD = 'correct horse battery staple';
/** Of PASSWORD, computed once: a hash costs 130 ms, and most tests need a user, not a sign-in. */
const PASSWORD_HASH = '$scrypt$ln=14,r=8,p=5$2rQwRs8qWsfjYMVlPKKpug$speqmrp2zXPXl_bMot15wfsbiRWfoPcHuHU2fIeZTgs';

export interface TestUser {
  id: string;
  username: string;
  role: Role;
}

/** A user with PASSWORD, written straight to the table. */
export async function createUser(options: {
  role: Role;
  username?: string;
  projectIds?: readonly string[] | null;
}): Promise<TestUser> {
  const id = randomId('usr');
  const username = options.username ?? id;
  const user = { id, username, role: options.role, projectIds: options.projectIds ?? null };
  const rest = { passwordHash: PASSWORD_HASH, disabled: false, createdAtMs: Date.now(), lastLoginAtMs: null };
  await auditedBatch(testCtx(), [insertUser(env.DB, { ...user, ...rest })]);
  return { id, username, role: options.role };
}

/** A session as sign-in would open it, without its hash. `nowMs` dates it. */
export async function signIn(user: TestUser, nowMs = Date.now()): Promise<SignedIn> {
  const ctx = testCtx({ nowMs });
  const { secret, row } = newSession(ctx, user.id, 'test');
  await auditedBatch(ctx, [insertSession(env.DB, row, PASSWORD_HASH)]);
  const grant = await grantSession(ctx.config, secret, row, nowMs);
  return { userId: user.id, sessionId: row.id, cookie: `gsession=${grant.token}`, csrf: grant.csrf };
}

/** A user of this role with an open session. */
export async function signInAs(role: Role, projectIds: readonly string[] | null = null): Promise<SignedIn> {
  return signIn(await createUser({ role, projectIds }));
}

/** The real thing over HTTP: costs a hash. */
export async function login(username: string, password = PASSWORD): Promise<SignedIn> {
  const answer = await callApp('POST', '/api/auth/login', { body: { username, password } });
  if (answer.status !== 200) throw new Error(`sign-in of ${username} answered ${answer.status}`);
  const cookie = answer.cookies.get('gsession')?.split(';', 1)[0] ?? '';
  const me = await callApp('GET', '/api/auth/me', { headers: { cookie } });
  return { userId: answer.body.userId, sessionId: me.body.sessionId, cookie, csrf: answer.body.csrf };
}

export function createProject(name = 'Test project'): Promise<Project> {
  return createProjectVerb(testCtx(), { name });
}

/** A key of the project; `key` is its text. */
export function createKey(
  projectId: string,
  scopes: Scope[] = ['ingest'],
  origins: string[] | null = null,
  recordsPerDay: number | null = null,
): Promise<{ id: string; key: string }> {
  return createKeyVerb(testCtx(), projectId, {
    ...{ name: 'test', scopes, origins },
    quota: recordsPerDay === null ? null : { recordsPerDay },
  });
}
