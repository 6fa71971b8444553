import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign as signWith, verify } from 'node:crypto';
import type { Config, SigningSecret } from '../env.ts';
import { concatBytes } from './bytes.ts';

/** RFC 8032, 5.1: Ed25519. A seed and a public key have 32 bytes each, a signature 64. */
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** RFC 8410, 7 and 4: what stands before the 32 bytes in PKCS #8 and in SubjectPublicKeyInfo, which is all of their DER. */
const PKCS8_PREFIX = Uint8Array.from([
  ...[0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
]);
const SPKI_PREFIX = Uint8Array.from([0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]);

export interface Signature {
  /** Of the pair of DATA_SECRETS whose key signed. */
  kid: string;
  /** 64 bytes. */
  signature: Uint8Array<ArrayBuffer>;
}

export interface PublicKey {
  kid: string;
  /** 32 bytes. */
  publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * Signs what must be provable to somebody who trusts neither the database nor the bucket: checkpoints of the audit trail and manifests of archives. Ed25519 has
 * no context of its own here: what is signed begins with a line or a field that says what it is, so that a signature of one kind is none of another.
 */
export function sign({ dataSecrets: [first] }: Pick<Config, 'dataSecrets'>, bytes: Uint8Array): Signature {
  return { kid: first.kid, signature: signWithSeed(seedOf(first), bytes) };
}

/** Of every pair of DATA_SECRETS, the one that signs first. Of pairs that were dropped, table `signing_keys` knows (src/trail). */
export function publicKeys({ dataSecrets }: Pick<Config, 'dataSecrets'>): PublicKey[] {
  return dataSecrets.map((pair) => ({ kid: pair.kid, publicKey: publicKeyOf(seedOf(pair)) }));
}

/** False too for a key or a signature that has not its length or is none. */
export function verifySignature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.byteLength !== KEY_BYTES || signature.byteLength !== SIGNATURE_BYTES) return false;
  const der = Buffer.from(concatBytes([SPKI_PREFIX, publicKey]));
  return verify(null, bytes, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
}

/** For `sign`, and for tests with the vectors of RFC 8032. */
export function signWithSeed(seed: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(signWith(null, bytes, privateKeyOf(seed)));
}

/** Likewise for `publicKeys`. */
export function publicKeyOf(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  const der = createPublicKey(privateKeyOf(seed) as never).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(SPKI_PREFIX.byteLength));
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  const der = Buffer.from(concatBytes([PKCS8_PREFIX, seed]));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** Another info than at-rest.ts: the one says nothing of the other (RFC 5869, 3.2). */
function seedOf({ secret }: SigningSecret): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'breakwater signing v1', KEY_BYTES));
}
