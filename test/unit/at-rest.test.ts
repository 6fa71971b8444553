import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decryptAtRest, encryptAtRest, isUnderOldKey } from '../../src/shared/at-rest.ts';
import { utf8 } from '../../src/shared/bytes.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const PURPOSE = 'totp usr_1';
const config = configWith({ dataSecrets: [SECRET_1] });
const rotated = configWith({ dataSecrets: [SECRET_2, SECRET_1] });
const SEED = utf8('a seed of twenty bytes');
const STORED = encryptAtRest(config, PURPOSE, SEED);

describe('what is encrypted at rest', () => {
  it('comes back as it was: any bytes, for any purpose', () => {
    const bytes = fc.uint8Array({ maxLength: 4_096 });
    fc.assert(
      fc.property(bytes, fc.string({ unit: 'grapheme' }), (secret, purpose) => {
        const stored = encryptAtRest(config, purpose, secret);
        expect(stored).toMatch(/^v1\.k1\.[\w-]+$/);
        expect([...decryptAtRest(config, purpose, stored)]).toEqual([...secret]);
      }),
    );
  });

  it('is another text each time, and shows nothing of what it holds', () => {
    const texts = Array.from({ length: 50 }, () => encryptAtRest(config, PURPOSE, SEED));
    expect(new Set(texts).size).toBe(50);
    const bytes = Buffer.from(STORED.split('.')[2] ?? '', 'base64url');
    expect(bytes.includes(Buffer.from(SEED))).toBe(false);
    expect(bytes.byteLength).toBe(12 + SEED.byteLength + 16);
  });

  it('opens for its purpose alone: the text of one row is none in another', () => {
    for (const purpose of ['totp usr_2', 'totp usr_1 ', 'totp', '', 'passkey usr_1']) {
      expect(() => decryptAtRest(config, purpose, STORED), purpose).toThrow();
    }
  });

  it('does not open with any one bit changed', () => {
    const [, , data = ''] = STORED.split('.');
    const bytes = Buffer.from(data, 'base64url');
    for (let bit = 0; bit < bytes.byteLength * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decryptAtRest(config, PURPOSE, `v1.k1.${flipped.toString('base64url')}`), `bit ${bit}`).toThrow();
    }
  });

  it('does not open cut, lengthened, or in another spelling', () => {
    const spellings = [
      ...[
        '',
        'v1',
        'v1.k1',
        'v1.k1.',
        'v1.k1.AAAA',
        'v2.k1.AAAA',
        `${STORED}=`,
        `${STORED}AA`,
        ` ${STORED}`,
        `${STORED}\n`,
      ],
      ...[STORED.slice(0, -1), STORED.slice(0, -4), STORED.replace('v1.', 'v2.'), STORED.toUpperCase(), `${STORED}.x`],
    ];
    for (const spelling of spellings) {
      expect(() => decryptAtRest(config, PURPOSE, spelling), JSON.stringify(spelling)).toThrow();
    }
  });

  it('under a kid that is unknown, or that another secret has, is damage and says so without a secret', () => {
    const gone = configWith({ dataSecrets: [SECRET_2] });
    expect(() => decryptAtRest(gone, PURPOSE, STORED)).toThrow(
      'what was encrypted for "totp usr_1" with "k1" cannot be opened',
    );
    const impostor = configWith({ dataSecrets: [{ ...SECRET_2, kid: 'k1' }] });
    expect(() => decryptAtRest(impostor, PURPOSE, STORED)).toThrow();
    expect(() => decryptAtRest(rotated, PURPOSE, STORED.replace('.k1.', '.k2.'))).toThrow();
  });
});

describe('over a rotation of DATA_SECRETS', () => {
  it('the old text still opens and is known as old; what is encrypted anew needs the old secret no more', () => {
    expect([isUnderOldKey(config, STORED), isUnderOldKey(rotated, STORED)]).toEqual([false, true]);
    const seed = decryptAtRest(rotated, PURPOSE, STORED);
    const anew = encryptAtRest(rotated, PURPOSE, seed);
    expect(isUnderOldKey(rotated, anew)).toBe(false);
    const after = configWith({ dataSecrets: [SECRET_2] });
    expect(decryptAtRest(after, PURPOSE, anew)).toEqual(SEED);
  });

  it('text of no form that we write counts as old, so that nobody takes a secret away from under it', () => {
    expect(isUnderOldKey(config, 'damaged')).toBe(true);
  });
});
