import { Secret } from 'otpauth/slim';
import { sha256Hex } from '../../shared/hash.ts';

export const RECOVERY_CODES = 10;
/** 80 bits: 16 characters of base32, which nobody guesses; so a fast hash keeps them well (NIST SP 800-63B, 5.1.2.2). */
const CODE_BYTES = 10;
const CODE = /^[A-Z2-7]{16}$/;

/** Ten codes such as `ABCD-EFGH-IJKL-MNOP`. Shown once. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const text = new Secret({ buffer: crypto.getRandomValues(new Uint8Array(CODE_BYTES)).buffer }).base32;
    return (text.match(/.{4}/g) ?? []).join('-');
  });
}

/** The sixteen characters of what somebody typed, in any case and grouping; null for what is no recovery code. */
export function readRecoveryCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[\s-]/g, '');
  return CODE.test(code) ? code : null;
}

/** Looked up by this hash alone, so that no comparison tells how much of a guess was right. The user is its salt. */
export function recoveryCodeHash(userId: string, code: string): string {
  return sha256Hex(`breakwater recovery v1\n${userId}\n${code.replaceAll('-', '')}`);
}
