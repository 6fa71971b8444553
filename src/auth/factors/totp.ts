// The same file in Node and workerd; the main entry is another one in each.
import { Secret, TOTP } from 'otpauth/slim';

/** RFC 4226, 4 (R6): recommended length of a shared secret. */
export const TOTP_SECRET_BYTES = 20;
const PERIOD_SECONDS = 30;
/** RFC 6238, 5.2: at most one step for delay; one to the other side for clocks that are ahead. */
const WINDOW_STEPS = 1;

/** SHA-1, 6 digits, 30 s (RFC 6238): what every authenticator app takes; several ignore other values in the URI. */
function totpOf(secret: Uint8Array<ArrayBuffer>, username?: string): TOTP {
  return new TOTP({
    ...(username === undefined ? {} : { issuer: 'Breakwater', label: username }),
    secret: new Secret({ buffer: secret.slice().buffer }),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
  });
}

/** The step whose code this is, of the one now and its two neighbours; null for every other text. Steps are numbered from 1970. */
export function totpStep(secret: Uint8Array<ArrayBuffer>, code: string, nowMs: number): number | null {
  const delta = totpOf(secret).validate({ token: code, timestamp: nowMs, window: WINDOW_STEPS });
  return delta === null ? null : Math.floor(nowMs / 1000 / PERIOD_SECONDS) + delta;
}

export function totpCode(secret: Uint8Array<ArrayBuffer>, nowMs: number): string {
  return totpOf(secret).generate({ timestamp: nowMs });
}

/** What an authenticator app takes: base32 to type, and the URI to show as a QR code. */
export function totpEnrolment(secret: Uint8Array<ArrayBuffer>, username: string): { secret: string; uri: string } {
  const totp = totpOf(secret, username);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** `purpose` of encryptAtRest: a row copied to another user opens nothing. */
export function totpPurpose(userId: string): string {
  return `totp ${userId}`;
}
