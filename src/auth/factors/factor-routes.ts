import { Hono } from 'hono';
import type { Ctx } from '../../env.ts';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { cookieSession } from '../authenticate.ts';
import { cookieNames, readDeviceCookie } from '../cookies.ts';
import { sentFrom } from '../csrf.ts';
import { type AuthError, authProblem } from '../errors.ts';
import { requireRecentProof, requireUser } from '../guard.ts';
import type { SignInOrigin } from '../open-session.ts';
import { answerLogin } from '../routes.ts';
import type { UserActor } from '../session.ts';
import type { AuthPorts } from '../types.ts';
import { addPasskey } from './add-passkey.ts';
import { confirmTotp } from './confirm-totp.ts';
import { listFactors } from './list-factors.ts';
import { passkeyLogin } from './passkey-login.ts';
import { passkeyOptions } from './passkey-options.ts';
import { disableTotp, removePasskey } from './remove-factor.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';
import { addPasskeySchema, emptySchema, passkeyLoginSchema, secondFactorSchema, totpConfirmSchema } from './schema.ts';
import { completeLogin } from './second-factor.ts';
import { startPasskey } from './start-passkey.ts';
import { startTotp } from './start-totp.ts';
import { siteOf } from './types.ts';

const deny = (c: AppContext, error: AuthError): Response => refuse(c, authProblem(error));
const siteFor = (c: AppContext) => siteOf(new URL(c.req.url));

/**
 * `/api/auth`, as far as it is about second factors. `login/second-factor`, `passkeys/options` and `passkeys/login` are public and must stay outside
 * of `identify`; the rest relies on it.
 */
export function factorRoutes(makePorts: (ctx: Ctx) => AuthPorts): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.post('/login/second-factor', async function secondFactorRoute(c) {
    const ctx = c.get('ctx');
    const startedMs = performance.now();
    const refusal = refuseOutside(c);
    if (refusal) return deny(c, refusal);
    const body = await readJsonBody(c.req.raw, secondFactorSchema);
    if (!body.ok) return refuse(c, body.error);
    const origin = await originOf(c, makePorts);
    if (!origin.ok) return deny(c, origin.error);
    const done = await completeLogin(ctx, makePorts(ctx), siteFor(c), body.value, origin.value);
    return done.ok ? answerLogin(c, done.value, startedMs) : deny(c, done.error);
  });

  app.post('/passkeys/options', async function passkeyOptionsRoute(c) {
    const ctx = c.get('ctx');
    const refusal = refuseOutside(c);
    if (refusal) return deny(c, refusal);
    const body = await readJsonBody(c.req.raw, emptySchema);
    if (!body.ok) return refuse(c, body.error);
    const current = await cookieSession(ctx, makePorts(ctx), c.req.raw);
    if (!current.ok) return deny(c, current.error);
    const done = await passkeyOptions(ctx, siteFor(c), current.value?.actor ?? null);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  app.post('/passkeys/login', async function passkeyLoginRoute(c) {
    const ctx = c.get('ctx');
    const startedMs = performance.now();
    const refusal = refuseOutside(c);
    if (refusal) return deny(c, refusal);
    const body = await readJsonBody(c.req.raw, passkeyLoginSchema);
    if (!body.ok) return refuse(c, body.error);
    const origin = await originOf(c, makePorts);
    if (!origin.ok) return deny(c, origin.error);
    const done = await passkeyLogin(ctx, makePorts(ctx), siteFor(c), body.value, origin.value);
    return done.ok ? answerLogin(c, done.value, startedMs) : deny(c, done.error);
  });

  app.get('/factors', async function listFactorsRoute(c) {
    const ctx = c.get('ctx');
    const caller = requireUser(ctx.actor);
    return caller.ok ? c.json(await listFactors(ctx, caller.value)) : deny(c, caller.error);
  });

  app.post('/factors/totp', async function startTotpRoute(c) {
    const ctx = c.get('ctx');
    const caller = proven(ctx);
    if (!caller.ok) return deny(c, caller.error);
    const done = await startTotp(ctx, caller.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  app.post('/factors/totp/confirm', async function confirmTotpRoute(c) {
    const ctx = c.get('ctx');
    const caller = proven(ctx);
    if (!caller.ok) return deny(c, caller.error);
    const body = await readJsonBody(c.req.raw, totpConfirmSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await confirmTotp(ctx, caller.value, body.value.code);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  app.delete('/factors/totp', async function disableTotpRoute(c) {
    const ctx = c.get('ctx');
    const caller = proven(ctx);
    if (!caller.ok) return deny(c, caller.error);
    await disableTotp(ctx, caller.value);
    return c.body(null, 204);
  });

  app.post('/factors/recovery-codes', async function renewRecoveryCodesRoute(c) {
    const ctx = c.get('ctx');
    const caller = proven(ctx);
    if (!caller.ok) return deny(c, caller.error);
    const done = await renewRecoveryCodes(ctx, caller.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  app.post('/passkeys/registration', async function startPasskeyRoute(c) {
    const ctx = c.get('ctx');
    const caller = proven(ctx);
    if (!caller.ok) return deny(c, caller.error);
    const done = await startPasskey(ctx, siteFor(c), caller.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  app.post('/passkeys', async function addPasskeyRoute(c) {
    const ctx = c.get('ctx');
    const caller = proven(ctx);
    if (!caller.ok) return deny(c, caller.error);
    const body = await readJsonBody(c.req.raw, addPasskeySchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await addPasskey(ctx, siteFor(c), caller.value, body.value);
    return done.ok ? c.json(done.value, 201) : deny(c, done.error);
  });

  app.delete('/passkeys/:id', async function removePasskeyRoute(c) {
    const ctx = c.get('ctx');
    const caller = proven(ctx);
    if (!caller.ok) return deny(c, caller.error);
    await removePasskey(ctx, caller.value, c.req.param('id'));
    return c.body(null, 204);
  });

  return app;
}

/** Who changes what stands between a thief and the account has just proven who they are. */
function proven(ctx: Ctx): Result<UserActor, AuthError> {
  const caller = requireUser(ctx.actor);
  if (!caller.ok) return caller;
  const recent = requireRecentProof(ctx);
  return recent.ok ? caller : recent;
}

/** The same as of `POST /api/auth/login`: no cookie over plain HTTP, and no page of another site signs its visitor in. */
function refuseOutside(c: AppContext): AuthError | null {
  if (!cookieNames(c.get('ctx').config, new URL(c.req.url))) return { kind: 'insecure_transport' };
  return sentFrom(c.req.raw) === 'other' ? { kind: 'cross_site_request' } : null;
}

async function originOf(c: AppContext, makePorts: (ctx: Ctx) => AuthPorts): Promise<Result<SignInOrigin, AuthError>> {
  const ctx = c.get('ctx');
  const current = await cookieSession(ctx, makePorts(ctx), c.req.raw);
  if (!current.ok) return err(current.error);
  return ok({
    userAgent: c.req.header('user-agent') ?? '',
    deviceToken: readDeviceCookie(ctx.config, c.req.raw),
    replaces: current.value?.session ?? null,
  });
}
