import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { concatBytes, toBase64 } from '../../shared/bytes.ts';

/**
 * What signs deliveries (Standard Webhooks 1.0, "Signature scheme"). `bytes` is what is stored, encrypted: the key of HMAC-SHA256, or the 32 bytes from
 * which an Ed25519 key pair is made (RFC 8032, 5.1.5).
 */
export interface WebhookSecret {
  kind: 'v1' | 'v1a';
  bytes: Uint8Array;
}

/** Of both kinds: the specification asks for 24 to 64 bytes of a symmetric one, an Ed25519 seed has 32. */
const SECRET_BYTES = 32;
/** What stands before the seed in PKCS #8 (RFC 8410, 7), and before the public key in an SPKI (4). */
const PKCS8_PREFIX = new Uint8Array(Buffer.from('302e020100300506032b657004220420', 'hex'));
const SPKI_PREFIX_BYTES = 12;

export function generateSecret(kind: WebhookSecret['kind']): WebhookSecret {
  return { kind, bytes: crypto.getRandomValues(new Uint8Array(SECRET_BYTES)) };
}

/** As it is shown, once: `whsec_…`, or `whsk_…` of the seed and the public key, as libsodium and Svix have it. */
export function secretText({ kind, bytes }: WebhookSecret): string {
  return kind === 'v1'
    ? `whsec_${toBase64(bytes)}`
    : `whsk_${toBase64(concatBytes([bytes, publicKeyOf(ed25519Key(bytes))]))}`;
}

/** What a receiver verifies `v1a` with: `whpk_…`. Null for `v1`, which has none. */
export function publicKeyText({ kind, bytes }: WebhookSecret): string | null {
  return kind === 'v1a' ? `whpk_${toBase64(publicKeyOf(ed25519Key(bytes)))}` : null;
}

export function ed25519Key(seed: Uint8Array): KeyObject {
  const key = Buffer.from(concatBytes([PKCS8_PREFIX, seed]));
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function publicKeyOf(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX_BYTES));
}
