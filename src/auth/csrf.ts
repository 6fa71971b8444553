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
 * Which page sent a request, by the two headers that no page can forge (Fetch Metadata; Fetch standard, "append a request Origin header"):
 * one of them must be there for `own`, and neither may disagree. Every browser of the last years sends one with every change, so `unsaid` is
 * a program that holds the cookie itself. A proxy that strips both headers makes a browser look like one: SameSite=Strict and the token,
 * which every change by cookie needs besides (OWASP CSRF cheat sheet, "Verifying Origin"), are then what is left.
 */
export function sentFrom(request: Request): 'own' | 'other' | 'unsaid' {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  if (site !== null && site !== 'same-origin') return 'other';
  if (origin !== null && origin !== new URL(request.url).origin) return 'other';
  return site === null && origin === null ? 'unsaid' : 'own';
}

function tokenFor(secret: string, sessionId: string): string {
  // A key of its own: the session secret signs JWTs, and one key must not serve two constructions.
  return hmacSha256Base64Url(hmacSha256(secret, 'breakwater csrf v1'), sessionId);
}
