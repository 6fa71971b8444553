import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { Config, SigningSecret } from '../env.ts';
import { concatBytes, fromBase64Url, toBase64Url, utf8 } from './bytes.ts';

/** NIST SP 800-38D, 5.2.1.1: the length that needs no further hashing. Random, so one key may encrypt 2^32 texts (8.3). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const STORED = /^v1\.([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]+)$/;

/**
 * What must be read again, such as a second factor's seed, for storage: `v1.<kid>.<base64url of nonce, AES-256-GCM text and tag>`. `purpose`
 * names what it is and whose, such as `totp usr_1`: the text of one row does not open in another.
 */
export function encryptAtRest(config: Pick<Config, 'dataSecrets'>, purpose: string, secret: Uint8Array): string {
  const [first] = config.dataSecrets;
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const cipher = createCipheriv('aes-256-gcm', keyOf(first), nonce);
  cipher.setAAD(utf8(purpose));
  const text = concatBytes([cipher.update(secret), cipher.final()]);
  return `v1.${first.kid}.${toBase64Url(concatBytes([nonce, text, cipher.getAuthTag()]))}`;
}

/** Throws for what is not as it was written, or was written with a secret that is gone: that is damage, and no wrong input. */
export function decryptAtRest(
  config: Pick<Config, 'dataSecrets'>,
  purpose: string,
  stored: string,
): Uint8Array<ArrayBuffer> {
  const [, kid, data] = STORED.exec(stored) ?? [];
  const known = config.dataSecrets.find((secret) => secret.kid === kid);
  const bytes = data === undefined ? null : fromBase64Url(data);
  if (!known || !bytes || bytes.byteLength < NONCE_BYTES + TAG_BYTES) {
    throw new Error(
      `what was encrypted for ${JSON.stringify(purpose)} with ${JSON.stringify(kid ?? null)} cannot be opened`,
    );
  }
  const decipher = createDecipheriv('aes-256-gcm', keyOf(known), bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(utf8(purpose));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return concatBytes([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}

/** True for what was encrypted before the newest secret: do it again, so that the old one can be dropped. */
export function isUnderOldKey(config: Pick<Config, 'dataSecrets'>, stored: string): boolean {
  return STORED.exec(stored)?.[1] !== config.dataSecrets[0].kid;
}

function keyOf({ secret }: SigningSecret): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'breakwater at rest v1', 32));
}
