import { describe, expect, it } from 'vitest';
import {
  hashPassword,
  MAX_PASSWORD_CHARS,
  MIN_PASSWORD_CHARS,
  needsRehash,
  passwordWeakness,
  UNKNOWN_USER_HASH,
  verifyPassword,
} from '../../src/auth/password.ts';

describe('password hashes', () => {
  const composed = 'caf\u00e9 caf\u00e9 caf\u00e9';
  const stored = hashPassword(composed);

  it('carry their parameters, a salt and 256 bits', () => {
    expect(stored).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w-]{22}\$[\w-]{43}$/);
  });

  it('verify the password, also when its accents were typed as combining characters', () => {
    expect(verifyPassword('cafe\u0301 cafe\u0301 cafe\u0301', stored)).toBe(true);
  });

  it('refuse another password', () => {
    expect(verifyPassword(`${composed} `, stored)).toBe(false);
  });

  it('are verified with the parameters they name, and ask for a new hash when those are not of today', () => {
    // RFC 7914, section 12, vector 3 (N=16384, r=8, p=1), shortened to the 32 bytes that a hash must at least have.
    const salt = Buffer.from('SodiumChloride').toString('base64url');
    const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex');
    const old = `$scrypt$ln=14,r=8,p=1$${salt}$${hash.toString('base64url')}`;
    expect(verifyPassword('pleaseletmein', old)).toBe(true);
    expect(needsRehash(old)).toBe(true);
    expect(needsRehash(stored)).toBe(false);
  });

  it('of nobody have the parameters of everybody, so that an unknown name costs the same work', () => {
    expect(needsRehash(UNKNOWN_USER_HASH)).toBe(false);
    expect(UNKNOWN_USER_HASH.length).toBe(stored.length);
  });

  it.each(['', 'plain', '$scrypt$ln=14,r=8,p=5$$', '$scrypt$ln=14,r=8,p=5$AAAA$AAAA', `${stored}!`])(
    'that are damaged (%j) are a fault, not a wrong password',
    (damaged) => {
      expect(() => verifyPassword('whatever password', damaged)).toThrow('damaged');
    },
  );
});

describe('new passwords', () => {
  const cases: [what: string, password: string, weak: boolean][] = [
    ['11 characters', 'abcdefghijk', true],
    ['12 characters', 'abcdefghijkl', false],
    ['12 astral characters', '😀😁😂😃😄😅😆😇😈😉😊😋', false],
    ['256 characters', 'abcd'.repeat(64), false],
    ['257 characters', `${'abcd'.repeat(64)}e`, true],
    ['the username in other case', 'Administrator', true],
    ['one character repeated', 'aaaaaaaaaaaaaaaa', true],
  ];
  it.each(cases)('%s', (_, password, weak) => {
    expect(passwordWeakness(password, 'administrator') !== null).toBe(weak);
  });

  it('have 12 to 256 characters', () => {
    expect([MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS]).toEqual([12, 256]);
  });
});
