import { errors, jwtVerify, SignJWT } from 'jose';
import type { Config } from '../env.ts';
import { utf8 } from '../shared/bytes.ts';
import { ALGORITHM, AUDIENCE, headerOf, ISSUER, isSpelledAsOurs } from './token-form.ts';

/** Between two places of the edge that sign and verify; a token from further ahead was not made by a clock of ours. */
const CLOCK_SKEW_MS = 60_000;

export interface SessionClaims {
  userId: string;
  /** The session row's id. */
  sessionId: string;
  /** 256 bits that exist in the cookie only, and are new with each rotation; the row has their hash. */
  secret: string;
  expiresAtMs: number;
}

/** The value of the session cookie. Signed with the first secret; expiry is whole seconds, rounded down. */
export function signSessionToken(config: Config, claims: SessionClaims, nowMs: number): Promise<string> {
  const { kid, secret } = config.sessionSecrets[0];
  return new SignJWT({ sid: claims.sessionId, sec: claims.secret })
    .setProtectedHeader(headerOf(kid))
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(claims.userId)
    .setIssuedAt(Math.floor(nowMs / 1000))
    .setExpirationTime(Math.floor(claims.expiresAtMs / 1000))
    .sign(utf8(secret));
}

/** Null for whatever is not a token of ours that is valid now. Says nothing about revocation or rotation: the session row decides that. */
export async function verifySessionToken(config: Config, token: string, nowMs: number): Promise<SessionClaims | null> {
  // Before the library sees it: what that reads leniently would give one token many spellings.
  const kids = config.sessionSecrets.map(({ kid }) => kid);
  if (!isSpelledAsOurs(kids, token)) return null;
  try {
    const { payload } = await jwtVerify(
      token,
      ({ kid }) => {
        const known = config.sessionSecrets.find((secret) => secret.kid === kid);
        if (!known) throw new errors.JWSSignatureVerificationFailed();
        return utf8(known.secret);
      },
      {
        algorithms: [ALGORITHM],
        typ: 'JWT',
        issuer: ISSUER,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'sid', 'sec', 'iat', 'exp'],
        currentDate: new Date(nowMs),
      },
    );
    const { sub, sid, sec, iat, exp } = payload;
    if (typeof sub !== 'string' || typeof sid !== 'string' || typeof sec !== 'string' || typeof exp !== 'number')
      return null;
    if (iat === undefined || iat * 1000 > nowMs + CLOCK_SKEW_MS) return null;
    return { userId: sub, sessionId: sid, secret: sec, expiresAtMs: exp * 1000 };
  } catch (cause) {
    if (cause instanceof errors.JOSEError) return null;
    throw cause;
  }
}
