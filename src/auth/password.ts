import { scryptSync } from 'node:crypto';
import { fromBase64Url, toBase64Url } from '../shared/bytes.ts';
import { constantTimeEqual } from '../shared/hash.ts';

/** OWASP Password Storage Cheat Sheet: N=2^14, r=8, p=5 is the listed scrypt setting that needs 16 MiB, which fits an isolate's 128. */
const COST = { logN: 14, r: 8, p: 5 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** NIST SP 800-63B asks for at least 8 and no composition rules; 12 because a second factor is optional. Code points, after NFC. */
export const MIN_PASSWORD_CHARS = 12;
/** Longer is no stronger, and the bound keeps a request from buying work. */
export const MAX_PASSWORD_CHARS = 256;

/** What an unknown user is compared against: the same parameters, so the same work. No password has this hash. */
export const UNKNOWN_USER_HASH = `$scrypt$ln=${COST.logN},r=${COST.r},p=${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** `$scrypt$ln=14,r=8,p=5$<salt>$<hash>` (PHC string format, base64url). Blocks the isolate for about 130 ms. */
export function hashPassword(password: string): string {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const hash = derive(password, salt, COST, HASH_BYTES);
  return `$scrypt$ln=${COST.logN},r=${COST.r},p=${COST.p}$${toBase64Url(salt)}$${toBase64Url(hash)}`;
}

/** Throws on a stored string that no version of this file wrote: that is damage, not a wrong password. */
export function verifyPassword(password: string, stored: string): boolean {
  const { cost, salt, hash } = parse(stored);
  return constantTimeEqual(derive(password, salt, cost, hash.byteLength), hash);
}

/** True for a hash with other parameters than today's; a correct sign-in is the moment to replace it. */
export function needsRehash(stored: string): boolean {
  const { cost } = parse(stored);
  return cost.logN !== COST.logN || cost.r !== COST.r || cost.p !== COST.p;
}

/** Why a new password is refused, or null. */
export function passwordWeakness(password: string, username: string): string | null {
  const length = [...password.normalize('NFC')].length;
  if (length < MIN_PASSWORD_CHARS) return `must have at least ${MIN_PASSWORD_CHARS} characters`;
  if (length > MAX_PASSWORD_CHARS) return `must have at most ${MAX_PASSWORD_CHARS} characters`;
  if (password.toLowerCase() === username.toLowerCase()) return 'must not be the username';
  if (new Set(password).size < 4) return 'must have at least 4 different characters';
  return null;
}

interface Cost {
  logN: number;
  r: number;
  p: number;
}

function derive(password: string, salt: Uint8Array, cost: Cost, bytes: number): Uint8Array {
  // RFC 8265 4.2.2 (OpaqueString): NFC, so that one password typed on two systems is one password.
  return scryptSync(password.normalize('NFC'), salt, bytes, {
    N: 2 ** cost.logN,
    r: cost.r,
    p: cost.p,
    maxmem: 64 * 1024 * 1024,
  });
}

const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

function parse(stored: string): { cost: Cost; salt: Uint8Array; hash: Uint8Array } {
  const [, logN, r, p, saltText, hashText] = STORED.exec(stored) ?? [];
  const salt = saltText === undefined ? null : fromBase64Url(saltText);
  const hash = hashText === undefined ? null : fromBase64Url(hashText);
  if (!salt || !hash || hash.byteLength < HASH_BYTES) throw new Error('a stored password hash is damaged');
  return { cost: { logN: Number(logN), r: Number(r), p: Number(p) }, salt, hash };
}
