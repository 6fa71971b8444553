import { compactVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/shared/bytes.ts';
import { constantTimeEqual, hmacSha256, hmacSha256Base64Url } from '../../src/shared/hash.ts';
import { absent, readData } from './data.ts';

interface Vectors {
  algorithm: string;
  testGroups: {
    keySize: number;
    /** Bits; below 256 the tag is the start of the MAC. */
    tagSize: number;
    tests: { tcId: number; comment: string; key: string; msg: string; tag: string; result: 'valid' | 'invalid' }[];
  }[];
}

const data = readData('jwt', 'wycheproof_hmac_sha256_test.json');
const vectors: Vectors | null = data && JSON.parse(data.toString());
const cases = vectors?.testGroups.flatMap(({ tagSize, tests }) => tests.map((test) => ({ ...test, tagSize }))) ?? [];
const skip = data === null ? `, skipped: ${absent('jwt', 'wycheproof_hmac_sha256_test.json')}` : '';

describe.skipIf(data === null)(`the HMAC that signs keys, CSRF tokens and devices${skip}`, () => {
  it('agrees with every vector of Wycheproof: the good tags and no other', () => {
    for (const { tcId, comment, key, msg, tag, tagSize, result } of cases) {
      const mac = hmacSha256(Buffer.from(key, 'hex'), Buffer.from(msg, 'hex')).subarray(0, tagSize / 8);
      expect(constantTimeEqual(mac, Buffer.from(tag, 'hex')), `${tcId} ${comment}`).toBe(result === 'valid');
      if (result === 'valid') expect(toHex(mac), `${tcId} ${comment}`).toBe(tag);
    }
    expect(cases.length).toBe(174);
  });

  it('compares whole tags: the start of a good one is none', () => {
    for (const { key, msg, tag, result } of cases.filter(({ tagSize }) => tagSize < 256)) {
      const mac = hmacSha256(Buffer.from(key, 'hex'), Buffer.from(msg, 'hex'));
      expect([result, constantTimeEqual(mac, Buffer.from(tag, 'hex'))]).toEqual([result, false]);
    }
  });
});

describe.skipIf(data === null)(`the library that verifies session tokens${skip}`, () => {
  /** RFC 7518, 3.2 wants keys of at least 256 bits, and the whole MAC. */
  const whole = cases.filter(({ tagSize, key }) => tagSize === 256 && key.length >= 64);

  it('takes a token with the MAC of each vector’s key, and none whose bits are changed as in the vectors', async () => {
    for (const { tcId, key, msg, tag, result } of whole) {
      const secret = Buffer.from(key, 'hex');
      const input = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from(msg, 'hex').toString('base64url')}`;
      const mac = Buffer.from(hmacSha256(secret, input));
      // What the vector changes in its own tag, changed in ours.
      const good = hmacSha256(secret, Buffer.from(msg, 'hex'));
      const flipped = mac.map((byte, i) => byte ^ (good[i] ?? 0) ^ (Buffer.from(tag, 'hex')[i] ?? 0));
      const accepted = await compactVerify(`${input}.${Buffer.from(flipped).toString('base64url')}`, secret, {
        algorithms: ['HS256'],
      }).then(
        () => true,
        () => false,
      );
      expect(accepted, `${tcId}`).toBe(result === 'valid');
      if (result === 'valid') expect(hmacSha256Base64Url(secret, input)).toBe(mac.toString('base64url'));
    }
    expect(whole.length).toBeGreaterThan(50);
  });
});
