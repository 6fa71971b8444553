import { Hono } from 'hono';
import { countRefused, idempotencyKeyOf } from '../ingest/index.ts';
import { refundQuota } from '../limits/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { openFraudSession, register, revokeFraudSessions } from './change-account.ts';
import { clientOf } from './client.ts';
import { clearedFraudCookies, openedCookies, readFraudCookies } from './cookies.ts';
import { decideEvent } from './decide-event.ts';
import { type FraudError, fraudProblem } from './errors.ts';
import { eventSchema, loginSchema, registerSchema, revokeSchema, type SaidClient } from './input.ts';
import { openSent } from './send.ts';

const deny = (c: AppContext, error: FraudError): Response => refuse(c, fraudProblem(error));

/**
 * The write side of fraud: called by the customer's server, with a server's key, for its end users. It passes the browser's `Cookie` header on, and
 * the `Set-Cookie` lines of the answer back.
 */
export function fraudRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.post('/api/fraud/login', async function postFraudLogin(c) {
    const ctx = c.get('ctx');
    const sent = await openSent(c, loginSchema, 0);
    if (!sent.ok) return deny(c, sent.error);
    const { userId, embedded, client } = sent.value.body;
    const opened = await openFraudSession(ctx, sent.value, seenBy(c, client));
    if (!opened.ok) return deny(c, opened.error);
    const { session, device, sessionId, sessionExpiresAtMs, deviceKnown } = opened.value;
    setCookies(c, openedCookies(ctx.config, new URL(c.req.url), { session, device }, embedded === true));
    return c.json({ userId, sessionId, sessionExpiresAt: sessionExpiresAtMs, deviceKnown });
  });

  routes.post('/api/fraud/event', async function postFraudEvent(c) {
    const ctx = c.get('ctx');
    const sent = await openSent(c, eventSchema, 1);
    if (!sent.ok) return deny(c, sent.error);
    const key = idempotencyKeyOf(c);
    if (!key.ok) {
      const { sender } = sent.value;
      await refundQuota(ctx, sender, 1);
      await countRefused(ctx, sender, key.error);
      return deny(c, { kind: 'sender', error: key.error });
    }
    const seen = { ...seenBy(c, sent.value.body.client), idempotencyKey: key.value };
    const decided = await decideEvent(ctx, sent.value, seen);
    if (!decided.ok) return deny(c, decided.error);
    if (decided.value.replayed) c.header('idempotent-replayed', 'true');
    return c.json(decided.value.answer);
  });

  routes.post('/api/fraud/register', async function postFraudRegister(c) {
    const sent = await openSent(c, registerSchema, 0);
    if (!sent.ok) return deny(c, sent.error);
    const registered = await register(c.get('ctx'), sent.value);
    if (!registered.ok) return deny(c, registered.error);
    const { references, linkedAccounts } = registered.value;
    return c.json({ userId: sent.value.body.userId, references, linkedAccounts });
  });

  routes.post('/api/fraud/revoke', async function postFraudRevoke(c) {
    const ctx = c.get('ctx');
    const sent = await openSent(c, revokeSchema, 0);
    if (!sent.ok) return deny(c, sent.error);
    const revoked = await revokeFraudSessions(ctx, sent.value);
    if (!revoked.ok) return deny(c, revoked.error);
    setCookies(c, clearedFraudCookies(ctx.config, new URL(c.req.url)));
    return c.json({ userId: sent.value.body.userId, sessionsRevoked: revoked.value.sessions });
  });

  return routes;
}

function seenBy(c: AppContext, said: SaidClient | null | undefined) {
  const { config } = c.get('ctx');
  return {
    client: clientOf(c.req.raw, said),
    cookies: readFraudCookies(config, new URL(c.req.url), c.req.header('cookie') ?? ''),
  };
}

function setCookies(c: AppContext, lines: readonly string[]): void {
  for (const line of lines) c.header('set-cookie', line, { append: true });
}
