import type { Config } from '../env.ts';
import { constantTimeEqual, hmacSha256, hmacSha256Base64Url } from '../shared/hash.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function changesState(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/** `<kid>.<HMAC of the session id>`: bound to one session, and derived, so nothing has to be stored. */
export function csrfToken(config: Config, sessionId: string): string {
  const { kid, secret } = config.sessionSecrets[0];
  return `${kid}.${tokenFor(secret, sessionId)}`;
}

/** Accepts a token made with any current secret, so that rotating secrets breaks no open page. */
export function verifyCsrf(config: Config, sessionId: string, token: string): boolean {
  const dot = token.indexOf('.');
  const known = config.sessionSecrets.find(({ kid }) => kid === token.slice(0, dot));
  return known !== undefined && constantTimeEqual(token.slice(dot + 1), tokenFor(known.secret, sessionId));
}

/**
 * Whether a browser sent this from our own pages. Each of the two headers that is present must agree; a page cannot forge
 * either (Fetch Metadata; Fetch standard, "append a request Origin header"). A request with neither does not come from a
 * browser of the last years, so there is no victim whose cookie is borrowed: what is left to check is the token, which
 * whoever calls this for a cookie request also demands (OWASP CSRF cheat sheet, "Verifying Origin").
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin') return false;
  const origin = request.headers.get('origin');
  return origin === null || origin === new URL(request.url).origin;
}

function tokenFor(secret: string, sessionId: string): string {
  // A key of its own: the session secret signs JWTs, and one key must not serve two constructions.
  return hmacSha256Base64Url(hmacSha256(secret, 'breakwater csrf v1'), sessionId);
}
