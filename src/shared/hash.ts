import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { toBase64Url } from './bytes.ts';

/** Hex. For secrets with at least 128 random bits only; passwords go through auth/password.ts. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function hmacSha256(secret: string | Uint8Array, data: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHmac('sha256', secret).update(data).digest());
}

export function hmacSha256Base64Url(secret: string | Uint8Array, data: string | Uint8Array): string {
  return toBase64Url(hmacSha256(secret, data));
}

/** Compares secrets in time that depends on neither content nor length: both sides are hashed first. */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
