import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';

export const ISSUER = 'breakwater';
export const AUDIENCE = 'breakwater-session';
/** One algorithm, named on both sides: a token cannot choose how it is verified (RFC 8725, 3.1). */
export const ALGORITHM = 'HS256';

/** Ours have about 400 characters; what is longer is not even decoded. */
const MAX_TOKEN_CHARS = 1_024;

/** Exactly the header of what is signed with this key. The order of its members is part of it. */
export function headerOf(kid: string): { alg: typeof ALGORITHM; typ: 'JWT'; kid: string } {
  return { alg: ALGORITHM, typ: 'JWT', kid };
}

/**
 * Whether a token is spelled as this deployment spells them: one of its own headers to the byte, JSON as JSON.stringify writes it, claims that are
 * texts or whole seconds, its issuer and its audience. The library reads more than it writes (white space in base64url, a byte order mark,
 * members named twice, headers that it ignores), and one token would have many spellings. It says nothing of who signed it: verify after it.
 */
export function isSpelledAsOurs(kids: readonly string[], token: string): boolean {
  if (token.length > MAX_TOKEN_CHARS) return false;
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || signature === '' || fromBase64Url(signature) === null) return false;
  if (!kids.some((kid) => header === jsonPart(headerOf(kid)))) return false;
  const claims = claimsIn(payload);
  if (claims?.iss !== ISSUER || claims.aud !== AUDIENCE || !isSeconds(claims.iat) || !isSeconds(claims.exp))
    return false;
  return Object.values(claims).every((claim) => (typeof claim === 'string' ? claim !== '' : isSeconds(claim)));
}

function jsonPart(value: unknown): string {
  return toBase64Url(utf8(JSON.stringify(value)));
}

/** Null for every other spelling of the same claims: of two members of a name JSON.parse keeps one, and one is then written. */
function claimsIn(part: string): Record<string, unknown> | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    const isOurs = typeof claims === 'object' && claims !== null && jsonPart(claims) === part;
    return isOurs ? (claims as Record<string, unknown>) : null;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

/** RFC 7519 lets a NumericDate be a fraction or negative; ours are whole, and milliseconds of them are exact. */
function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && Number.isInteger(value) && Number.isSafeInteger(value * 1000);
}
