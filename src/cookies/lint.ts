import { unreachable } from '../shared/result.ts';
import type { Finding, IgnoredCode, Lint, LintedCookie } from '../wire/cookies.ts';
import { defaultPath, type ReadAttributes, readAttributes } from './attributes.ts';
import type { LintContext } from './context.ts';
import { cookieDomain, securityOf } from './domain.ts';
import { hasControl, MAX_PAIR_BYTES, readSetCookieLine } from './set-cookie-line.ts';
import { lintWarnings } from './warnings.ts';

/**
 * What a browser that follows RFC 6265bis does with one `Set-Cookie` line (without its field name): stores it and as what, or ignores it and why.
 * Chromium is the browser that this is checked against (test/browser/set-cookie.test.ts). What depends on cookies that are there already is only
 * warned of. The prefixes `__Http-` and `__Host-Http-` are of the draft that follows (httpbis, layered cookies) and in Chromium since 140.
 */
export function lint(text: string, context: LintContext): Lint {
  if (hasControl(text)) return ignored('control_character', null, []);
  const line = readSetCookieLine(text);
  if (line.name === '' && line.value === '') return ignored('empty', null, []);
  if (line.bytes > MAX_PAIR_BYTES) return ignored('too_large', null, []);
  const attributes = readAttributes(line, context.nowMs);
  const domain = cookieDomain(attributes.domain, context.url.hostname, context.isPublicSuffix);
  if (!domain.ok) return ignored(domain.error, null, []);
  const cookie: LintedCookie = {
    ...{ name: line.name, value: line.value, bytes: line.bytes },
    ...domain.value,
    path: attributes.path ?? defaultPath(context.url.pathname),
    expiresAtMs: attributes.expiry.atMs,
    secure: attributes.secure,
    httpOnly: attributes.httpOnly,
    sameSite: attributes.sameSite ?? 'Lax',
    sameSiteByDefault: attributes.sameSite === null,
    partitioned: attributes.partitioned,
  };
  const warnings = lintWarnings(line, attributes, cookie, context);
  const code = refusal(cookie, attributes, context);
  if (code !== null) return ignored(code, cookie, warnings);
  const isExpired = cookie.expiresAtMs !== null && cookie.expiresAtMs <= context.nowMs;
  return { outcome: isExpired ? 'expired' : 'stored', reason: null, cookie, warnings };
}

function ignored(code: IgnoredCode, cookie: LintedCookie | null, warnings: Lint['warnings']): Lint {
  return { outcome: 'ignored', reason: finding(code), cookie, warnings };
}

function refusal(
  cookie: LintedCookie,
  attributes: ReadAttributes,
  { url, thirdParty }: LintContext,
): IgnoredCode | null {
  if (cookie.secure && securityOf(url) === 'none') return 'secure_over_http';
  if (thirdParty && cookie.sameSite !== 'None') return 'same_site_in_third_party';
  if (cookie.sameSite === 'None' && !cookie.secure) return 'none_without_secure';
  if (cookie.partitioned && !cookie.secure) return 'partitioned_without_secure';
  return prefixRefusal(cookie, attributes);
}

/** Without their case, since servers that ignore it would be deceived (RFC 6265bis 5.7, 20 and 21). */
function prefixRefusal(cookie: LintedCookie, { path, domain }: ReadAttributes): IgnoredCode | null {
  const claimed = (cookie.name || cookie.value).toLowerCase();
  const prefix = ['__host-http-', '__host-', '__http-', '__secure-'].find((known) => claimed.startsWith(known));
  if (prefix === undefined) return null;
  // It would be sent as its value alone, which reads as a cookie with that name.
  if (cookie.name === '') return 'prefix_in_nameless';
  const isHost = cookie.secure && cookie.hostOnly && path === '/' && !domain;
  switch (prefix) {
    case '__secure-':
      return cookie.secure ? null : 'prefix_secure';
    case '__host-':
      return isHost ? null : 'prefix_host';
    case '__http-':
      return cookie.secure && cookie.httpOnly ? null : 'prefix_http';
    default:
      return isHost && cookie.httpOnly ? null : 'prefix_host_http';
  }
}

function finding(code: IgnoredCode): Finding<IgnoredCode> {
  return { code, detail: sentenceOf(code) };
}

function sentenceOf(code: IgnoredCode): string {
  switch (code) {
    case 'control_character':
      return 'The line has a control character, and is ignored whole.';
    case 'empty':
      return 'The cookie has neither a name nor a value.';
    case 'too_large':
      return `Name and value have more than ${MAX_PAIR_BYTES} octets together.`;
    case 'domain_not_ascii':
      return 'Domain is not in ASCII: write an international name in its xn-- form.';
    case 'domain_public_suffix':
      return 'Domain is a public suffix: the cookie would go to sites of other owners.';
    case 'domain_mismatch':
      return 'Domain is neither the host of the URL nor a domain above it.';
    case 'secure_over_http':
      return 'A Secure cookie is not taken over plain HTTP.';
    case 'same_site_in_third_party':
      return 'Within a page of another site only SameSite=None is taken; without the attribute a cookie is Lax.';
    case 'none_without_secure':
      return 'SameSite=None needs Secure.';
    case 'partitioned_without_secure':
      return 'Partitioned needs Secure.';
    case 'prefix_secure':
      return 'A name that begins with __Secure- needs Secure.';
    case 'prefix_host':
      return 'A name that begins with __Host- needs Secure and Path=/, and no Domain.';
    case 'prefix_http':
      return 'A name that begins with __Http- needs Secure and HttpOnly.';
    case 'prefix_host_http':
      return 'A name that begins with __Host-Http- needs Secure, HttpOnly and Path=/, and no Domain.';
    case 'prefix_in_nameless':
      return 'A cookie without a name may not have a value that begins like a name with a prefix.';
    default:
      return unreachable(code);
  }
}
