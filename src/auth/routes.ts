import { Hono } from 'hono';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { pageOf, parsePage } from '../shared/page.ts';
import { cookieSession } from './authenticate.ts';
import { changePassword } from './change-password.ts';
import { clearedCookies, cookieNames, deviceCookie, readDeviceCookie, sessionCookies } from './cookies.ts';
import { csrfToken, sentFrom } from './csrf.ts';
import { endAllSessions, endSession } from './end-sessions.ts';
import { type AuthError, authProblem } from './errors.ts';
import { siteOf } from './factors/index.ts';
import { requireUser } from './guard.ts';
import { listEvents } from './list-events.ts';
import { login } from './login.ts';
import type { LoginAnswer } from './open-session.ts';
import { refresh } from './refresh.ts';
import { loginSchema, passwordSchema, setupSchema, stepUpSchema } from './schema.ts';
import { refreshAtMs, SESSION_IDLE_MS, type SessionGrant, sessionEndMs } from './session.ts';
import { checkSetupToken, setup } from './setup.ts';
import { stepUp } from './step-up.ts';
import { listSessionRows } from './store.ts';
import type { AuthPorts } from './types.ts';

const deny = (c: AppContext, error: AuthError): Response => refuse(c, authProblem(error));

/** `/api/auth`. `setup` and `login` are public and must stay outside of `identify`; the rest relies on it. */
export function authRoutes(makePorts: (ctx: Ctx) => AuthPorts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.post('/setup', async function setupRoute(c) {
    const ctx = c.get('ctx');
    if (!cookieNames(ctx.config, new URL(c.req.url))) return deny(c, { kind: 'insecure_transport' });
    const allowed = await checkSetupToken(ctx, /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? null);
    if (!allowed.ok) return deny(c, allowed.error);
    const body = await readJsonBody(c.req.raw, setupSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await setup(ctx, makePorts(ctx), body.value);
    return done.ok ? c.json(done.value, 201) : deny(c, done.error);
  });

  app.post('/login', async function loginRoute(c) {
    const ctx = c.get('ctx');
    const startedMs = performance.now();
    if (!cookieNames(ctx.config, new URL(c.req.url))) return deny(c, { kind: 'insecure_transport' });
    // There is no session to bind a token to yet; this keeps another site from signing its visitor in as somebody else. A program that
    // signs in has a password and no cookie that could be borrowed, so it need not say where it comes from.
    if (sentFrom(c.req.raw) === 'other') return deny(c, { kind: 'cross_site_request' });
    const body = await readJsonBody(c.req.raw, loginSchema);
    if (!body.ok) return refuse(c, body.error);
    const current = await cookieSession(ctx, makePorts(ctx), c.req.raw);
    if (!current.ok) return deny(c, current.error);
    const done = await login(ctx, makePorts(ctx), {
      ...body.value,
      userAgent: c.req.header('user-agent') ?? '',
      deviceToken: readDeviceCookie(ctx.config, c.req.raw),
      replaces: current.value?.session ?? null,
      site: siteOf(new URL(c.req.url)),
    });
    return done.ok ? answerLogin(c, done.value, startedMs) : deny(c, done.error);
  });

  app.post('/refresh', async function refreshRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const current = await cookieSession(ctx, makePorts(ctx), c.req.raw);
    if (!current.ok) return deny(c, current.error);
    // Ended between identify and here, or while it was refreshed.
    const grant = current.value && (await refresh(ctx, current.value));
    if (!grant) return deny(c, { kind: 'unauthenticated' });
    setCookies(c, grant);
    return c.json({ csrf: grant.csrf, ...endsOf(grant) });
  });

  app.post('/logout', async function logoutRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const done = await endSession(ctx, makePorts(ctx), caller.value, caller.value.sessionId, 'session.logout');
    if (!done.ok) return deny(c, done.error);
    clearCookies(c);
    return c.body(null, 204);
  });

  app.post('/revoke-all', async function revokeAllRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const done = await endAllSessions(ctx, makePorts(ctx), caller.value);
    if (!done.ok) return deny(c, done.error);
    clearCookies(c);
    c.header('clear-site-data', '"cache", "storage"');
    return c.body(null, 204);
  });

  app.get('/me', async function meRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const { userId, username, role, projectIds, sessionId } = caller.value;
    const current = await cookieSession(ctx, makePorts(ctx), c.req.raw);
    if (!current.ok) return deny(c, current.error);
    if (!current.value) return deny(c, { kind: 'unauthenticated' });
    const { session, tokenExpiresAtMs } = current.value;
    const csrf = csrfToken(ctx.config, sessionId);
    return c.json({
      ...{ userId, username, role, projectIds, sessionId, csrf },
      expiresAt: tokenExpiresAtMs,
      refreshAt: refreshAtMs(session, tokenExpiresAtMs),
      nowMs: ctx.nowMs,
    });
  });

  app.get('/sessions', async function listSessionsRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    const { userId, sessionId } = caller.value;
    const live = { nowMs: ctx.nowMs, idleSinceMs: ctx.nowMs - SESSION_IDLE_MS };
    const rows = await listSessionRows(ctx.env.DB, userId, live, page.value);
    const items = rows.map((session) => ({
      id: session.id,
      createdAtMs: session.createdAtMs,
      lastSeenAtMs: session.lastSeenAtMs,
      expiresAtMs: sessionEndMs(session),
      userAgent: session.opened.userAgent,
      address: session.opened.address,
      country: session.opened.country,
      lastAddress: session.last.address,
      lastCountry: session.last.country,
      lastUserAgent: session.last.userAgent,
      current: session.id === sessionId,
    }));
    return c.json(pageOf(items, page.value.limit));
  });

  app.get('/events', async function listEventsRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const page = await listEvents(ctx, caller.value, { limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    return page.ok ? c.json(page.value) : deny(c, page.error);
  });

  app.delete('/sessions/:id', async function revokeSessionRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const done = await endSession(ctx, makePorts(ctx), caller.value, c.req.param('id'), 'session.revoke');
    if (!done.ok) return deny(c, done.error);
    if (c.req.param('id') === caller.value.sessionId) clearCookies(c);
    return c.body(null, 204);
  });

  app.post('/step-up', async function stepUpRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const body = await readJsonBody(c.req.raw, stepUpSchema);
    if (!body.ok) return refuse(c, body.error);
    const current = await cookieSession(ctx, makePorts(ctx), c.req.raw);
    if (!current.ok) return deny(c, current.error);
    if (!current.value) return deny(c, { kind: 'unauthenticated' });
    const deviceToken = readDeviceCookie(ctx.config, c.req.raw);
    const done = await stepUp(ctx, current.value, { proof: body.value, deviceToken, site: siteOf(new URL(c.req.url)) });
    if (!done.ok) return deny(c, done.error);
    setCookies(c, done.value);
    return c.json({ provenAt: ctx.nowMs, csrf: done.value.csrf, ...endsOf(done.value) });
  });

  app.post('/password', async function passwordRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    if (!caller.ok) return deny(c, caller.error);
    const body = await readJsonBody(c.req.raw, passwordSchema);
    if (!body.ok) return refuse(c, body.error);
    const userAgent = c.req.header('user-agent') ?? '';
    const deviceToken = readDeviceCookie(ctx.config, c.req.raw);
    const done = await changePassword(ctx, makePorts(ctx), caller.value, { ...body.value, userAgent, deviceToken });
    if (!done.ok) return deny(c, done.error);
    const { grant, factors } = done.value;
    setCookies(c, grant);
    return c.json({ csrf: grant.csrf, ...endsOf(grant), factors });
  });

  return app;
}

/** What every way of signing in answers. */
export function answerLogin(c: AppContext, { user, grant, deviceToken }: LoginAnswer, startedMs: number): Response {
  setCookies(c, grant);
  const names = cookieNames(c.get('ctx').config, new URL(c.req.url));
  if (names) c.header('set-cookie', deviceCookie(names, deviceToken), { append: true });
  c.header('x-login-time', (performance.now() - startedMs).toFixed(1));
  return c.json({
    userId: user.id,
    username: user.username,
    role: user.role,
    csrf: grant.csrf,
    message: `Signed in as ${user.username}.`,
    ...endsOf(grant),
  });
}

function setCookies(c: AppContext, { token, csrf, maxAgeSeconds }: SessionGrant): void {
  const names = cookieNames(c.get('ctx').config, new URL(c.req.url));
  const lines = names && token !== null ? sessionCookies(names, { token, csrf, maxAgeSeconds }) : [];
  for (const line of lines) c.header('set-cookie', line, { append: true });
}

function endsOf({ expiresAtMs, refreshAtMs }: SessionGrant): { expiresAt: number; refreshAt: number } {
  return { expiresAt: expiresAtMs, refreshAt: refreshAtMs };
}

function clearCookies(c: AppContext): void {
  const names = cookieNames(c.get('ctx').config, new URL(c.req.url));
  for (const line of names ? clearedCookies(names) : []) c.header('set-cookie', line, { append: true });
}
