import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/shared/bytes.ts';
import { publicKeyOf, publicKeys, sign, signWithSeed, verifySignature } from '../../src/shared/signing.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

/** RFC 8032, 7.1: seed, public key, message, signature. */
const VECTORS = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const;

const config = configWith({ dataSecrets: [SECRET_1] });
const rotated = configWith({ dataSecrets: [SECRET_2, SECRET_1] });
const [own] = publicKeys(config);

describe('signatures are Ed25519', () => {
  it.each(VECTORS)('as RFC 8032 has them, of seed %s', (seed, publicKey, message, signature) => {
    expect(Buffer.from(publicKeyOf(hex(seed))).toString('hex')).toBe(publicKey);
    expect(Buffer.from(signWithSeed(hex(seed), hex(message))).toString('hex')).toBe(signature);
    expect(verifySignature(hex(publicKey), hex(message), hex(signature))).toBe(true);
  });

  it('verify what was signed, any bytes, and no other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (bytes, others) => {
        const { signature } = sign(config, bytes);
        expect(verifySignature(own?.publicKey ?? bytes, bytes, signature)).toBe(true);
        const same = Buffer.from(bytes).equals(Buffer.from(others));
        expect(verifySignature(own?.publicKey ?? bytes, others, signature)).toBe(same);
      }),
    );
  });

  it('do not verify with any one bit of signature or key changed', () => {
    const [, publicKey, message, signature] = VECTORS[1];
    for (let bit = 0; bit < 512; bit++) {
      const flipped = hex(signature);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifySignature(hex(publicKey), hex(message), flipped), `bit ${bit} of the signature`).toBe(false);
    }
    for (let bit = 0; bit < 256; bit++) {
      const flipped = hex(publicKey);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifySignature(flipped, hex(message), hex(signature)), `bit ${bit} of the key`).toBe(false);
    }
  });

  it('do not verify cut or lengthened, nor for a key that is', () => {
    const [, publicKey, message, signature] = VECTORS[1];
    for (const wrong of ['', signature.slice(2), `${signature}00`]) {
      expect(verifySignature(hex(publicKey), hex(message), hex(wrong))).toBe(false);
    }
    for (const wrong of ['', publicKey.slice(2), `${publicKey}00`]) {
      expect(verifySignature(hex(wrong), hex(message), hex(signature))).toBe(false);
    }
  });
});

describe('keys come from DATA_SECRETS', () => {
  it('each from its pair by HKDF, the first pair signs, and after a rotation the old signature verifies by the old key', () => {
    const bytes = utf8('a checkpoint');
    const before = sign(config, bytes);
    const after = sign(rotated, bytes);
    expect([before.kid, after.kid]).toEqual(['k1', 'k2']);
    const [second, first] = publicKeys(rotated);
    expect(first).toEqual(own);
    expect(second?.kid).toBe('k2');
    expect(verifySignature(first?.publicKey ?? bytes, bytes, before.signature)).toBe(true);
    expect(verifySignature(second?.publicKey ?? bytes, bytes, after.signature)).toBe(true);
    expect(verifySignature(first?.publicKey ?? bytes, bytes, after.signature)).toBe(false);
    const seed = new Uint8Array(hkdfSync('sha256', SECRET_1.secret, '', 'breakwater signing v1', 32));
    expect(publicKeyOf(seed)).toEqual(own?.publicKey);
  });
});
