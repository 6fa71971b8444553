import { Hono } from 'hono';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { pageOf, parsePage } from '../shared/page.ts';
import { createUser } from './create-user.ts';
import { type AuthError, authProblem } from './errors.ts';
import { countFactors, type FactorCounts, resetFactors } from './factors/index.ts';
import { requireRecentProof, requireRole } from './guard.ts';
import { createUserSchema, updateUserSchema } from './schema.ts';
import { listUserRows } from './store.ts';
import type { AuthPorts, UserRow } from './types.ts';
import { updateUser } from './update-user.ts';

const deny = (c: AppContext, error: AuthError): Response => refuse(c, authProblem(error));

/** `/api/users`, for administrators. */
export function userRoutes(makePorts: (ctx: Ctx) => AuthPorts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/', async function listUsersRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return deny(c, caller.error);
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    const rows = await listUserRows(ctx.env.DB, page.value);
    return c.json(pageOf(await publicUsers(ctx, rows), page.value.limit));
  });

  app.post('/', async function createUserRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return deny(c, caller.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return deny(c, proof.error);
    const body = await readJsonBody(c.req.raw, createUserSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await createUser(ctx, makePorts(ctx), body.value);
    return done.ok ? c.json(await publicUser(ctx, done.value), 201) : deny(c, done.error);
  });

  app.patch('/:id', async function updateUserRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return deny(c, caller.error);
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return deny(c, proof.error);
    const body = await readJsonBody(c.req.raw, updateUserSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = body.value.resetFactors
      ? await resetFactors(ctx, makePorts(ctx), c.req.param('id'), body.value.password ?? null)
      : await updateUser(ctx, makePorts(ctx), c.req.param('id'), body.value);
    return done.ok ? c.json(await publicUser(ctx, done.value)) : deny(c, done.error);
  });

  return app;
}

/** With what somebody has beside the password: it is what still stands after an administrator has set a new one. */
type PublicUser = Omit<UserRow, 'passwordHash'> & { factors: FactorCounts };

async function publicUser(ctx: Ctx, user: UserRow): Promise<PublicUser> {
  return shown(user, (await countFactors(ctx.env.DB, [user.id]))[0]);
}

async function publicUsers(ctx: Ctx, users: readonly UserRow[]): Promise<PublicUser[]> {
  const ids = users.map(({ id }) => id);
  const factors = await countFactors(ctx.env.DB, ids);
  return users.map((user, i) => shown(user, factors[i]));
}

function shown(
  { passwordHash: _, ...user }: UserRow,
  factors: FactorCounts = { totp: false, passkeys: 0 },
): PublicUser {
  return { ...user, factors };
}
