import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { deviceToken } from '../../src/auth/device.ts';
import { siteOf } from '../../src/auth/factors/index.ts';
import { completeLogin } from '../../src/auth/factors/second-factor.ts';
import { totpCode } from '../../src/auth/factors/totp.ts';
import { ADDRESS_POLICY } from '../../src/auth/throttle.ts';
import { createUser, signIn } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { challengeFor, enableTotp, forgetSteps } from '../helpers/worker/factors.ts';
import { authPortsOf, recordingPorts } from '../helpers/worker/ports.ts';

const LOCK_MS = 30_000;

/** Somebody whose password was right, and whose second factor is asked for. */
async function asked() {
  const user = await createUser({ role: 'analyst' });
  const { secret } = await enableTotp(await signIn(user));
  await forgetSteps(user.id);
  const challenge = await challengeFor(user);
  return { user, secret, challenge, rightAt: (nowMs: number) => totpCode(secret, nowMs) };
}

let here = '';
let tests = 0;
// Or one test would use up what the next may fail by its address.
beforeEach(() => {
  here = `198.51.100.${++tests}`;
});

interface Try {
  challenge: string;
  code: string;
  nowMs?: number;
  address?: string;
  device?: string | null;
}

/** What became of it: `in`, or why not. */
async function send({ challenge, code, nowMs = Date.now(), address = here, device = null }: Try) {
  const ctx = testCtx({ nowMs, address, actor: { kind: 'anonymous' } });
  const origin = { userAgent: '', deviceToken: device, replaces: null };
  const ports = authPortsOf(recordingPorts(), env.DB);
  const done = await completeLogin(ctx, ports, siteOf(new URL(ORIGIN)), { challenge, code }, origin);
  return done.ok ? 'in' : done.error.kind;
}

const wrongPassword = (username: string, address: string) =>
  callApp('POST', '/api/auth/login', { body: { username, password: 'not the password' }, address });

describe('a second factor that is told to wait', () => {
  it('for the account has used none of its tries: after the wait the code is taken', async () => {
    const { user, challenge, rightAt } = await asked();
    for (let i = 0; i < 5; i++) expect((await wrongPassword(user.username, '192.0.2.81')).status).toBe(401);
    for (let i = 0; i < 6; i++) expect(await send({ challenge, code: rightAt(Date.now()) })).toBe('login_throttled');
    const nowMs = Date.now() + LOCK_MS;
    expect(await send({ challenge, code: rightAt(nowMs), nowMs })).toBe('in');
  });

  it('for the address has used none either', async () => {
    const { challenge, rightAt } = await asked();
    const address = '192.0.2.82';
    for (let i = 0; i < ADDRESS_POLICY.failures; i++) await wrongPassword(`nobody-${i}`, address);
    const code = rightAt(Date.now());
    for (let i = 0; i < 6; i++) expect(await send({ challenge, code, address })).toBe('login_throttled');
    expect(await send({ challenge, code })).toBe('in');
  });
});

describe('guessing second factors', () => {
  it('ends after five wrong codes of a challenge, although each browser is counted for itself', async () => {
    const { user, challenge, rightAt } = await asked();
    const [one, other] = [1, 2].map(() => deviceToken(testCtx().config, user.username, null));
    const outcomes: string[] = [];
    for (const device of [one, one, one, other, other, other])
      outcomes.push(await send({ challenge, code: '000000', device: device ?? null }));
    expect(outcomes).toEqual([...Array(5).fill('second_factor_failed'), 'challenge_invalid']);
    expect(await send({ challenge, code: rightAt(Date.now()), device: other ?? null })).toBe('challenge_invalid');
  });

  it('gets five codes looked at, however many come at once and from however many browsers', async () => {
    const { user, challenge } = await asked();
    const devices = Array.from({ length: 4 }, () => deviceToken(testCtx().config, user.username, null));
    const sent = devices.flatMap((device) =>
      Array.from({ length: 4 }, () => send({ challenge, code: '000000', device })),
    );
    const outcomes = await Promise.all(sent);
    expect(outcomes.filter((kind) => kind === 'second_factor_failed')).toHaveLength(5);
    expect(outcomes.filter((kind) => kind === 'challenge_invalid')).toHaveLength(11);
  });

  it('makes the account wait after five in one browser, whatever challenge they are for', async () => {
    const { user, challenge } = await asked();
    const second = await challengeFor(user);
    for (const one of [challenge, second, challenge, second, challenge])
      expect(await send({ challenge: one, code: '000000' })).toBe('second_factor_failed');
    expect(await send({ challenge: second, code: '000000' })).toBe('login_throttled');
  });
});
