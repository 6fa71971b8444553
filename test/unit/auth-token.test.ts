import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signSessionToken, verifySessionToken } from '../../src/auth/token.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const NOW_MS = 1_800_000_000_000;
const CLAIMS = { userId: 'usr_1', sid: 'secret-of-the-session', expiresAtMs: NOW_MS + 60_000 };
const config = configWith({ sessionSecrets: [SECRET_1] });

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token made by hand with the right secret, that differs from ours as told. */
function variant(header: Record<string, unknown>, claims: Record<string, unknown>, secret = SECRET_1.secret): string {
  const seconds = NOW_MS / 1000;
  const ours = {
    iss: 'breakwater',
    aud: 'breakwater-session',
    sub: 'usr_1',
    sid: 's',
    iat: seconds,
    exp: seconds + 60,
  };
  const signed = `${part({ alg: 'HS256', typ: 'JWT', kid: SECRET_1.kid, ...header })}.${part({ ...ours, ...claims })}`;
  const hash = header.alg === 'HS512' ? 'sha512' : 'sha256';
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

describe('session tokens', () => {
  it('give back what was signed', async () => {
    const token = await signSessionToken(config, CLAIMS, NOW_MS);
    expect(await verifySessionToken(config, token, NOW_MS)).toEqual(CLAIMS);
  });

  it('are valid until the millisecond before they expire', async () => {
    const token = await signSessionToken(config, CLAIMS, NOW_MS);
    expect(await verifySessionToken(config, token, CLAIMS.expiresAtMs - 1)).not.toBeNull();
    expect(await verifySessionToken(config, token, CLAIMS.expiresAtMs)).toBeNull();
  });

  it('survive a rotation of secrets while the old one is listed, and are signed with the first', async () => {
    const old = await signSessionToken(config, CLAIMS, NOW_MS);
    const overlap = configWith({ sessionSecrets: [SECRET_2, SECRET_1] });
    expect(await verifySessionToken(overlap, old, NOW_MS)).toEqual(CLAIMS);
    const fresh = await signSessionToken(overlap, CLAIMS, NOW_MS);
    const after = configWith({ sessionSecrets: [SECRET_2] });
    expect(await verifySessionToken(after, fresh, NOW_MS)).toEqual(CLAIMS);
    expect(await verifySessionToken(after, old, NOW_MS)).toBeNull();
  });

  it('accept the variant that the refusals below are made from', async () => {
    expect(await verifySessionToken(config, variant({}, {}), NOW_MS)).not.toBeNull();
  });

  const refused: [what: string, token: () => string][] = [
    ['another secret under our key id', () => variant({}, {}, SECRET_2.secret)],
    ['an unknown key id', () => variant({ kid: 'k9' }, {})],
    ['no key id', () => variant({ kid: undefined }, {})],
    ['another algorithm with the right secret', () => variant({ alg: 'HS512' }, {})],
    ['another type of token', () => variant({ typ: 'at+jwt' }, {})],
    ['another issuer', () => variant({}, { iss: 'elsewhere' })],
    ['another audience', () => variant({}, { aud: 'breakwater-reset' })],
    ['no subject', () => variant({}, { sub: undefined })],
    ['no session', () => variant({}, { sid: undefined })],
    ['a session that is no text', () => variant({}, { sid: 7 })],
    ['no expiry', () => variant({}, { exp: undefined })],
    ['a critical header we do not know', () => variant({ crit: ['x'], x: 1 }, {})],
    [
      'algorithm none',
      () => `${part({ alg: 'none', typ: 'JWT', kid: 'k1' })}.${part({ sub: 'usr_1', sid: 's', exp: 9e9 })}.`,
    ],
    ['empty text', () => ''],
    ['text that is no token', () => 'not a token'],
  ];
  it.each(refused)('refuse %s', async (_, make) => {
    expect(await verifySessionToken(config, make(), NOW_MS)).toBeNull();
  });

  it('refuse a token with any one character changed, also where that changes no byte', async () => {
    const token = await signSessionToken(config, CLAIMS, NOW_MS);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < token.length; at++) {
      // All others at the end, where the last bits of a character stand for nothing; one elsewhere.
      const others = at === token.length - 1 ? [...alphabet] : [token[at] === 'A' ? 'B' : 'A'];
      for (const other of others.filter((character) => character !== token[at])) {
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        expect(await verifySessionToken(config, changed, NOW_MS), `${other} at ${at}`).toBeNull();
      }
    }
  });

  it('refuse a second spelling of a token: padding, white space, parts too many', async () => {
    const token = await signSessionToken(config, CLAIMS, NOW_MS);
    const [header = '', ...rest] = token.split('.');
    const spellings = [
      ...[`${token}=`, `${token} `, ` ${token}`, `${token}\n`, `${token}.`, `.${token}`],
      ...[`${header}=.${rest.join('.')}`, `${header}\n.${rest.join('.')}`],
    ];
    for (const spelling of spellings) {
      expect(await verifySessionToken(config, spelling, NOW_MS), JSON.stringify(spelling)).toBeNull();
    }
  });
});
