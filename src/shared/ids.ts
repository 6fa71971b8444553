const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** `<prefix>_` and 80 random bits in lower-case Crockford base 32: 16 characters that survive being read aloud. */
export function randomId(prefix: string): string {
  let out = `${prefix}_`;
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) out += CROCKFORD[byte & 31];
  return out;
}

/** `bytes` of randomness as base64url. */
export function randomSecret(bytes = 32): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url');
}

/**
 * UUIDv7s for one batch (RFC 9562, 5.7 and 6.2 method 1 with a fixed-length dedicated counter): 48 bits of milliseconds,
 * 50 random bits drawn once for the batch, 24 bits of position. Position comes last, so ids sort in arrival order, and
 * neighbours differ in a few characters, which is worth a tenth of the packed size of a block.
 *
 * Limits: 16,777,216 ids a batch. Two batches of one millisecond collide with probability 2^-50.
 */
export function batchIds(nowMs: number): (position: number) => string {
  const time = Math.max(0, Math.floor(nowMs)).toString(16).padStart(12, '0');
  const random = crypto.getRandomValues(new Uint16Array(4));
  const a = ((random[0] ?? 0) & 0x0fff).toString(16).padStart(3, '0');
  const b = ((random[1] ?? 0) & 0x3fff) | 0x8000;
  const c = (((random[2] ?? 0) << 16) | (random[3] ?? 0)) & 0x00ffffff;
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${a}-${b.toString(16)}-${c.toString(16).padStart(6, '0')}`;
  return (position) => head + position.toString(16).padStart(6, '0');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isUuidV7(text: string): boolean {
  return UUID.test(text);
}

/** Milliseconds in a UUIDv7. */
export function uuidV7Ms(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
