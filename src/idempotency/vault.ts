import { hkdfSync } from 'node:crypto';
import type { SigningSecret } from '../env.ts';
import { concatBytes, fromBase64, toBase64, utf8 } from '../shared/bytes.ts';
import { hmacSha256Base64Url, sha256Hex } from '../shared/hash.ts';
import { type KeyedRequest, payloadParts, scopeText } from './request.ts';

/** NIST SP 800-38D, 5.2.1.1: the length that needs no further hashing. A key encrypts one answer, at most a few after takeovers. */
const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/**
 * What is stored of a request, and the keys that are not. They come by HKDF (RFC 5869) from the deployment's secret and the scope, which
 * has the client's key in it: who holds the database, or the database and the secret, still lacks the client's key to read an answer by.
 */
export interface Vault {
  kid: string;
  scope: string;
  payloadMac: string;
  seal(answer: Uint8Array): Promise<string>;
  /** Throws for what is not as it was sealed. */
  open(sealed: string): Promise<Uint8Array<ArrayBuffer>>;
}

export function vaultOf({ kid, secret }: SigningSecret, request: KeyedRequest): Vault {
  const text = scopeText(request);
  const scope = hmacSha256Base64Url(secret, `idempotency scope\n${text}`);
  const derived = new Uint8Array(hkdfSync('sha256', secret, sha256Hex(text), 'breakwater idempotency', 2 * KEY_BYTES));
  const [answerKey, payloadKey] = [derived.slice(0, KEY_BYTES), derived.slice(KEY_BYTES)];
  const [head, body] = payloadParts(request);
  const payloadMac = hmacSha256Base64Url(payloadKey, `${sha256Hex(head)}${sha256Hex(body)}`);
  // Bound to its row: the answer of one scope does not open in another.
  const additionalData = utf8(scope);
  const keyFor = (use: 'encrypt' | 'decrypt') => crypto.subtle.importKey('raw', answerKey, 'AES-GCM', false, [use]);
  return {
    kid,
    scope,
    payloadMac,
    async seal(answer) {
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv, additionalData },
        await keyFor('encrypt'),
        new Uint8Array(answer),
      );
      return toBase64(concatBytes([iv, new Uint8Array(sealed)]));
    },
    async open(text) {
      const bytes = fromBase64(text);
      const iv = bytes.slice(0, NONCE_BYTES);
      const opened = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv, additionalData },
        await keyFor('decrypt'),
        bytes.slice(NONCE_BYTES),
      );
      return new Uint8Array(opened);
    },
  };
}
