import type { Finding, LintedCookie, LintWarningCode } from '../wire/cookies.ts';
import { isMaxAge, MAX_AGE_DAYS, type ReadAttributes, valuesOf } from './attributes.ts';
import type { LintContext } from './context.ts';
import { parseCookieDate } from './cookie-date.ts';
import { securityOf } from './domain.ts';
import { MAX_ATTRIBUTE_BYTES, type SetCookieLine } from './set-cookie-line.ts';

type Warning = Finding<LintWarningCode>;

const KNOWN = ['expires', 'max-age', 'domain', 'path', 'secure', 'httponly', 'samesite', 'partitioned', 'priority'];
/** RFC 9110 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** RFC 6265 4.1.1: no control, white space, quote, comma, semicolon, backslash; quotes around the whole are fine. */
const VALUE = /^("[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"|[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)$/;
/** Names by which frameworks and people call what signs somebody in. A CSRF token is for scripts to read. */
const SESSION_LIKE = /sess|auth|token|jwt|login|remember|(^|[-_.])s?id$|(^|[-_.])sid([-_.]|$)/i;
const FOR_SCRIPTS = /csrf|xsrf/i;

/** What a browser takes and its author may not want, in the order in which one reads a line. */
export function lintWarnings(
  line: SetCookieLine,
  attributes: ReadAttributes,
  cookie: LintedCookie,
  context: LintContext,
): Warning[] {
  return [
    ...ofPair(cookie),
    ...ofDomainAndPath(line, attributes, cookie),
    ...ofExpiry(line, attributes),
    ...ofSecurity(cookie, context),
    ...ofSameSite(line, cookie, context),
    ...ofAttributes(line),
  ];
}

function ofPair({ name, value }: LintedCookie): Warning[] {
  const found: Warning[] = [];
  if (name === '')
    found.push(
      warning(
        'nameless',
        'The cookie has no name: it is sent as its value alone, which servers read in different ways.',
      ),
    );
  else if (!TOKEN.test(name))
    found.push(
      warning(
        'name_not_token',
        'The name has characters that are not for names (RFC 6265 4.1.1); servers read it in different ways.',
      ),
    );
  if (!VALUE.test(value))
    found.push(
      warning(
        'value_not_cookie_octets',
        'The value has characters that are not for values (RFC 6265 4.1.1); encode it, for example as base64url.',
      ),
    );
  return found;
}

function ofDomainAndPath(line: SetCookieLine, attributes: ReadAttributes, cookie: LintedCookie): Warning[] {
  const found: Warning[] = [];
  if (!cookie.hostOnly)
    found.push(
      warning(
        'domain_wide',
        `Domain=${cookie.domain} also sends the cookie to every subdomain; without it, it stays with the host.`,
      ),
    );
  else if (attributes.domain !== null)
    found.push(
      warning('domain_ignored', 'Domain says no more than the host itself, and the cookie stays with the host.'),
    );
  if (valuesOf(line, 'path').length > 0 && attributes.path === null)
    found.push(
      warning('path_ignored', `Path does not begin with a slash; the path is that of the URL, ${cookie.path}.`),
    );
  return found;
}

function ofExpiry(line: SetCookieLine, { expiry }: ReadAttributes): Warning[] {
  const [ages, dates] = [valuesOf(line, 'max-age'), valuesOf(line, 'expires')];
  const found: Warning[] = [];
  if (ages.some((age) => !isMaxAge(age)))
    found.push(
      warning('max_age_unreadable', 'A Max-Age is not digits with at most a minus before them, and is passed over.'),
    );
  if (dates.some((date) => parseCookieDate(date) === null))
    found.push(
      warning('expires_unreadable', 'An Expires is no date with a day, month, year and time, and is passed over.'),
    );
  if (ages.some(isMaxAge) && dates.length > 0) found.push(warning('expires_overruled', 'Max-Age goes before Expires.'));
  if (expiry.capped) found.push(warning('expiry_capped', `Cookies are kept for ${MAX_AGE_DAYS} days at most.`));
  return found;
}

function ofSecurity(cookie: LintedCookie, { url }: LintContext): Warning[] {
  const found: Warning[] = [];
  if (!cookie.secure)
    found.push(
      warning('no_secure', 'Without Secure the cookie also travels over plain HTTP, where others read and change it.'),
    );
  if (cookie.secure && securityOf(url) === 'loopback')
    found.push(
      warning(
        'loopback_is_secure',
        'Chromium and Firefox take a Secure cookie over HTTP from this machine itself; Safari does not.',
      ),
    );
  if (!cookie.secure && securityOf(url) === 'none')
    found.push(
      warning(
        'overlays_secure',
        'It is ignored where the browser has a Secure cookie of this name for the domain and path: plain HTTP may not replace one.',
      ),
    );
  if (!cookie.httpOnly && SESSION_LIKE.test(cookie.name) && !FOR_SCRIPTS.test(cookie.name))
    found.push(
      warning(
        'no_http_only',
        'The name is like that of a session; without HttpOnly every script of the page reads it.',
      ),
    );
  return found;
}

function ofSameSite(line: SetCookieLine, cookie: LintedCookie, { thirdParty }: LintContext): Warning[] {
  const found: Warning[] = [];
  const said = valuesOf(line, 'samesite').at(-1);
  if (cookie.sameSiteByDefault && said !== undefined)
    found.push(
      warning('same_site_unknown', `SameSite=${said} is none of Strict, Lax and None, and counts as not said.`),
    );
  if (cookie.sameSiteByDefault)
    found.push(
      warning(
        'same_site_default',
        'Without SameSite a cookie is Lax, but for 2 minutes after it was set it also goes with a top-level POST from another site.',
      ),
    );
  if (cookie.sameSite === 'None' && thirdParty && !cookie.partitioned)
    found.push(
      warning(
        'third_party_blocked',
        'Safari, Firefox and many settings of Chromium store no third-party cookie that is not Partitioned.',
      ),
    );
  if (cookie.partitioned && cookie.sameSite !== 'None')
    found.push(
      warning(
        'partitioned_same_site',
        'Partitioned is for cookies within pages of other sites, which need SameSite=None.',
      ),
    );
  return found;
}

function ofAttributes(line: SetCookieLine): Warning[] {
  const names = line.attributes.map(({ name }) => name.toLowerCase());
  const repeated = new Set(names.filter((name, i) => names.indexOf(name) !== i));
  return [
    ...line.tooLong.map(({ name }) =>
      warning(
        'attribute_too_long',
        `The value of ${shown(name)} has more than ${MAX_ATTRIBUTE_BYTES} octets, and is passed over.`,
      ),
    ),
    ...[...new Set(names)]
      .filter((name) => !KNOWN.includes(name))
      .map((name) => warning('attribute_unknown', `${shown(name)} is no attribute that browsers know.`)),
    ...[...repeated].map((name) =>
      warning('attribute_repeated', `${shown(name)} is there more than once; the last one counts.`),
    ),
  ];
}

/** Of an answer, not of a page of text: attribute names have no length of their own. */
function shown(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name || '(an attribute without a name)';
}

function warning(code: LintWarningCode, detail: string): Warning {
  return { code, detail };
}
