import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { concatBytes, fromBase64, toBase64 } from '../../shared/bytes.ts';

/**
 * What signs deliveries (Standard Webhooks 1.0, "Signature scheme"). `bytes` is what is stored, encrypted: the key of HMAC-SHA256, or the 32 bytes from
 * which an Ed25519 key pair is made (RFC 8032, 5.1.5).
 */
export interface WebhookSecret {
  kind: 'v1' | 'v1a';
  bytes: Uint8Array;
}

/** The specification's: 24 to 64 bytes. Ours have as many as the hash gives. */
const [LEAST_HMAC_BYTES, MOST_HMAC_BYTES, OUR_HMAC_BYTES] = [24, 64, 32];
const SEED_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** What stands before the seed in PKCS #8 (RFC 8410, 7), and before the public key in an SPKI (4). */
const PKCS8_PREFIX = new Uint8Array(Buffer.from('302e020100300506032b657004220420', 'hex'));
const SPKI_PREFIX_BYTES = 12;

export function generateSecret(kind: WebhookSecret['kind']): WebhookSecret {
  return { kind, bytes: crypto.getRandomValues(new Uint8Array(kind === 'v1' ? OUR_HMAC_BYTES : SEED_BYTES)) };
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

/** A secret that somebody brings along: `whsec_` and 24 to 64 bytes, or `whsk_` and a seed with or without its public key. Null for all else. */
export function parseSecret(text: string): WebhookSecret | null {
  const [prefix, encoded] = [text.slice(0, text.indexOf('_') + 1), text.slice(text.indexOf('_') + 1)];
  if (!BASE64.test(encoded)) return null;
  const bytes = fromBase64(encoded);
  if (prefix === 'whsec_')
    return bytes.length >= LEAST_HMAC_BYTES && bytes.length <= MOST_HMAC_BYTES ? { kind: 'v1', bytes } : null;
  if (prefix !== 'whsk_' || (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)) return null;
  const secret: WebhookSecret = { kind: 'v1a', bytes: bytes.subarray(0, SEED_BYTES) };
  // Of another pair's public key every signature would be in vain.
  return bytes.length === SEED_BYTES || secretText(secret) === `whsk_${toBase64(bytes)}` ? secret : null;
}

export function ed25519Key(seed: Uint8Array): KeyObject {
  const key = Buffer.from(concatBytes([PKCS8_PREFIX, seed]));
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function publicKeyOf(key: KeyObject): Uint8Array {
  return new Uint8Array(
    createPublicKey(key as never)
      .export({ format: 'der', type: 'spki' })
      .subarray(SPKI_PREFIX_BYTES),
  );
}
