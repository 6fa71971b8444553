import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { type SessionClaims, signSessionToken, verifySessionToken } from '../../../src/auth/token.ts';
import { configWith, SECRET_1 } from './config.ts';
import { forgeFrom } from './forge.ts';

export const NOW_MS = 1_800_000_000_000;
/** The only place that knows what a session's token claims: the suites of tokens start from one that was signed with these. */
export const CLAIMS: SessionClaims = {
  userId: 'usr_1',
  sessionId: 'ses_1',
  secret: 'secret-of-the-session',
  expiresAtMs: NOW_MS + 60_000,
};

export const config = configWith({ sessionSecrets: [SECRET_1] });
export const OURS = await signSessionToken(config, CLAIMS, NOW_MS);
export const forge = forgeFrom(OURS, SECRET_1.secret);

export function verify(token: string, nowMs = NOW_MS): Promise<SessionClaims | null> {
  return verifySessionToken(config, token, nowMs);
}

/** What the library alone says of a token, asked as src/auth/token.ts asks it. */
export async function joseAccepts(token: string): Promise<boolean> {
  const options = {
    algorithms: ['HS256'],
    typ: 'JWT',
    issuer: 'breakwater',
    audience: 'breakwater-session',
    requiredClaims: ['sub', 'sid', 'sec', 'iat', 'exp'],
    currentDate: new Date(NOW_MS),
  };
  return jwtVerify(token, new TextEncoder().encode(SECRET_1.secret), options).then(
    () => true,
    () => false,
  );
}

/** `jose` marks what the library alone would let in: there the check before it is all that stands in the way. */
export type Case = [clause: string, what: string, token: () => string, jose?: 'jose'];

export function refuses(name: string, cases: readonly Case[]): void {
  describe(name, () => {
    it.each(cases)('%s: %s is refused', async (_clause, _what, make, jose) => {
      const token = make();
      expect(await verify(token)).toBeNull();
      expect(await joseAccepts(token)).toBe(jose !== undefined);
    });
  });
}

/** A JSON object's text with more in front of its closing brace. */
export function plus(object: unknown, members: string): string {
  return JSON.stringify(object).replace(/}$/, `,${members}}`);
}
