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

/**
 * 53 bits (cyrb53 by bryc, public domain: two multiplicative hashes), which a double and an SQLite integer hold. By chance two of 10,000 names share one
 * in 1 of 180 million sets. Whoever has a key can make texts that collide: accepted where
 * it is used, for guards against accidents and for estimates, never for secrets.
 */
export function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}
