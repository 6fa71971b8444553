import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { deviceToken } from '../../src/auth/device.ts';
import { siteOf } from '../../src/auth/factors/index.ts';
import { login } from '../../src/auth/login.ts';
import { ACCOUNT_POLICY, ADDRESS_POLICY } from '../../src/auth/throttle.ts';
import { parseConfig } from '../../src/env.ts';
import { createUser, type TestUser } from '../helpers/worker/accounts.ts';
import { configWith, SECRET_2 } from '../helpers/worker/config.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { authPortsOf, recordingPorts } from '../helpers/worker/ports.ts';

/** Counted, and cheap: what is tested here is when a hash is computed, not which. */
const verifyPassword = vi.fn((password: string) => password === 'right');

const ports = authPortsOf(recordingPorts(), env.DB);
const START_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;
let user: TestUser;

/** One attempt; what came of it, or the seconds to wait. */
async function attempt(
  atMs: number,
  options: { password?: string; username?: string; address?: string; deviceToken?: string } = {},
): Promise<string | number> {
  const { password = 'wrong', username = user.username, address = '192.0.2.1', deviceToken = null } = options;
  const ctx = testCtx({ nowMs: atMs, address, actor: { kind: 'anonymous' } });
  const result = await login(
    ctx,
    ports,
    { username, password, userAgent: '', deviceToken, replaces: null, site: siteOf(new URL('http://localhost')) },
    verifyPassword,
  );
  if (result.ok) return 'signed in';
  return result.error.kind === 'login_throttled' ? result.error.retryAfterMs / 1000 : result.error.kind;
}

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM login_throttle').run();
  verifyPassword.mockClear();
  user = await createUser({ role: 'viewer' });
});

describe('by account', () => {
  it('the fifth failure locks for 30 s, each further one for twice as long, up to 15 minutes', async () => {
    for (let i = 0; i < ACCOUNT_POLICY.failures; i++) expect(await attempt(START_MS)).toBe('invalid_credentials');
    let nowMs = START_MS;
    for (const lockSeconds of [30, 60, 120, 240, 480, 900, 900]) {
      expect(await attempt(nowMs)).toBe(lockSeconds);
      nowMs += lockSeconds * 1000;
      expect(await attempt(nowMs - 1)).toBe(0.001);
      expect(await attempt(nowMs)).toBe('invalid_credentials');
    }
  });

  it('a throttled attempt computes no hash, is not counted, and the right password does not help', async () => {
    for (let i = 0; i < 5; i++) await attempt(START_MS);
    verifyPassword.mockClear();
    for (let i = 0; i < 20; i++) expect(await attempt(START_MS + 1000, { password: 'right' })).toBe(29);
    expect(verifyPassword).not.toHaveBeenCalled();
    expect(await attempt(START_MS + 30_000, { password: 'right' })).toBe('signed in');
  });

  it('a correct sign-in resets the count', async () => {
    for (let i = 0; i < 4; i++) await attempt(START_MS);
    expect(await attempt(START_MS, { password: 'right' })).toBe('signed in');
    for (let i = 0; i < 5; i++) expect(await attempt(START_MS)).toBe('invalid_credentials');
    expect(await attempt(START_MS)).toBe(30);
  });

  it('an hour without an attempt is forgotten, counted from the end of a lock', async () => {
    for (let i = 0; i < 5; i++) await attempt(START_MS);
    const forgottenMs = START_MS + ACCOUNT_POLICY.firstLockMs + ACCOUNT_POLICY.memoryMs;
    for (let i = 0; i < 5; i++) expect(await attempt(forgottenMs)).toBe('invalid_credentials');
    expect(await attempt(forgottenMs)).toBe(30);
  });

  it('fifty attempts at once get five hashes', async () => {
    const attempts = Array.from({ length: 50 }, (_, i) => attempt(START_MS, { address: `192.0.2.${i}` }));
    const outcomes = await Promise.all(attempts);
    expect(outcomes.filter((outcome) => outcome === 'invalid_credentials').length).toBe(5);
    expect(verifyPassword).toHaveBeenCalledTimes(5);
  });

  it('an unknown name is counted like a known one, whatever its case, so the lock tells nothing', async () => {
    for (const username of ['Nobody', 'nobody', 'NOBODY', 'nobody', 'nobody']) {
      expect(await attempt(START_MS, { username })).toBe('invalid_credentials');
    }
    expect(await attempt(START_MS, { username: 'nobody' })).toBe(30);
    expect(verifyPassword).toHaveBeenCalledTimes(5);
  });
});

describe('a browser that has signed in before', () => {
  let known: string;
  beforeEach(() => {
    known = deviceToken(parseConfig(env), user.username, null);
  });
  const lockTheAccount = async () => {
    for (let i = 0; i < 5; i++) await attempt(START_MS, { address: '198.51.100.1' });
    expect(await attempt(START_MS)).toBe(30);
  };

  it('is not locked out by the failures of strangers, and does not unlock the account for them', async () => {
    await lockTheAccount();
    expect(await attempt(START_MS, { password: 'right', deviceToken: known })).toBe('signed in');
    expect(await attempt(START_MS, { address: '198.51.100.1' })).toBe(30);
  });

  it('has as many tries as everybody, and its failures lock nobody else out', async () => {
    for (let i = 0; i < 5; i++) expect(await attempt(START_MS, { deviceToken: known })).toBe('invalid_credentials');
    expect(await attempt(START_MS, { password: 'right', deviceToken: known })).toBe(30);
    expect(await attempt(START_MS, { password: 'right' })).toBe('signed in');
  });

  it('of somebody else, of another deployment or made up is a stranger', async () => {
    const elsewhere = configWith({ sessionSecrets: [SECRET_2] });
    await lockTheAccount();
    const strangers = [
      deviceToken(parseConfig(env), 'somebody-else', null),
      deviceToken(elsewhere, user.username, null),
      known.replace(/^k1/, 'k9'),
      known.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      `${known}x`,
      'made up',
    ];
    for (const stranger of strangers) {
      expect(await attempt(START_MS, { password: 'right', deviceToken: stranger }), stranger).toBe(30);
    }
  });
});

describe('by address', () => {
  const spray = async (atMs: number, count: number, address: string): Promise<(string | number)[]> => {
    const outcomes: (string | number)[] = [];
    for (let i = 0; i < count; i++) outcomes.push(await attempt(atMs, { username: `sprayed-${i}`, address }));
    return outcomes;
  };

  it('30 failures over all accounts close it to the end of 5 minutes, for that address alone', async () => {
    const outcomes = await spray(START_MS, ADDRESS_POLICY.failures, '192.0.2.5');
    expect(new Set(outcomes)).toEqual(new Set(['invalid_credentials']));
    verifyPassword.mockClear();
    expect(await attempt(START_MS + MINUTE_MS, { password: 'right', address: '192.0.2.5' })).toBe(240);
    expect(verifyPassword).not.toHaveBeenCalled();
    expect(await attempt(START_MS + MINUTE_MS, { password: 'right', address: '192.0.2.6' })).toBe('signed in');
    expect(await attempt(START_MS + 5 * MINUTE_MS, { password: 'right', address: '192.0.2.5' })).toBe('signed in');
  });

  it('changing the lower half of an IPv6 address changes nothing', async () => {
    await spray(START_MS, 29, '2001:db8:1:2::a');
    await spray(START_MS, 1, '2001:db8:1:2:3:4:5:6');
    expect(await attempt(START_MS, { address: '2001:db8:1:2:ffff::1' })).toBe(300);
    expect(await attempt(START_MS, { address: '2001:db8:1:3::1' })).toBe('invalid_credentials');
  });

  it('sign-ins that succeed use nothing up: an office signs in behind one address', async () => {
    for (let i = 0; i < 40; i++)
      expect(await attempt(START_MS, { password: 'right', address: '192.0.2.7' })).toBe('signed in');
  });

  it('attempts from a closed address lock no account', async () => {
    await spray(START_MS, 30, '192.0.2.8');
    for (let i = 0; i < 10; i++) expect(await attempt(START_MS, { address: '192.0.2.8' })).toBe(300);
    expect(await attempt(START_MS, { password: 'right', address: '192.0.2.9' })).toBe('signed in');
  });
});

it('the table names neither accounts nor addresses', async () => {
  await attempt(START_MS, { username: 'typed-secret', address: '192.0.2.99' });
  const { results } = await env.DB.prepare('SELECT * FROM login_throttle').all();
  expect(results.length).toBe(2);
  expect(JSON.stringify(results)).not.toMatch(/typed-secret|192\.0\.2\.99/);
});
