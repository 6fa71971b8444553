import { utf8 } from '../shared/bytes.ts';
import { type CookiePair, cookiePairs } from '../shared/cookie-header.ts';
import type { CookieLevel, CookieTelemetry, TelemetryWarningCode } from '../wire/cookies.ts';
import { securityOf } from './domain.ts';
import { MAX_PAIR_BYTES } from './set-cookie-line.ts';

/** Below it a header is green, from it to MAX_HEADER_BYTES yellow, above red. */
const GREEN_BELOW_BYTES = 2_048;
/** Some servers take no more in one header line, and many proxies 8 KiB for all headers together. */
const MAX_HEADER_BYTES = 4_096;
/** What RFC 6265 6.1 asks of browsers is 50 a domain; servers' advice is well below. */
const MAX_COOKIES = 20;
const MAX_NAMES = 100;
const MAX_NAME_CHARS = 64;
const MAX_NAMES_IN_DETAIL = 5;

/** Over HTTPS and over loopback HTTP (src/fraud); the second pair is for pages that are embedded. */
const SESSION_NAME = /^(__Host-)?fraud_sid(_p)?$/;
const PARTITIONED_NAME = /^(__Host-)?(fraud_sid|d_id)_p$/;
const HOST = /^__Host-/;
const SECURE = /^__(Secure|Http)-/;
const ANY_PREFIX = /^__(secure|host|http)-/i;
/** RFC 6265 4.1.1. Quotes inside a value are met often and mean no harm here. */
const LEGAL_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/;
const LEGAL_VALUE = /^[\x21-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/** `url`: of the request that carries the header. Pure, in time that grows with the header alone. */
export function analyse(header: string, url: URL): CookieTelemetry {
  const pairs = cookiePairs(header);
  const bytes = utf8(header).byteLength;
  const byName = new Map<string, number>();
  for (const { name } of pairs) if (name !== '') byName.set(name, (byName.get(name) ?? 0) + 1);
  const sessions = [...byName].filter(([name]) => SESSION_NAME.test(name));
  const names = [...byName.keys()];
  const count = (pattern: RegExp) => pairs.filter(({ name }) => pattern.test(name)).length;
  const [host, secure] = [count(HOST), count(SECURE)];
  return {
    count: pairs.length,
    bytes,
    level: levelOf(bytes),
    names: names.slice(0, MAX_NAMES).map(shortened),
    namesCut: names.length > MAX_NAMES,
    fraudSession: { present: sessions.length > 0, duplicated: sessions.some(([, times]) => times > 1) },
    secure: { host, secure, unproven: pairs.length - host - secure },
    partitioned: count(PARTITIONED_NAME),
    warnings: warningsOf(pairs, bytes, byName, url),
  };
}

export function levelOf(bytes: number): CookieLevel {
  if (bytes < GREEN_BELOW_BYTES) return 'green';
  return bytes <= MAX_HEADER_BYTES ? 'yellow' : 'red';
}

function warningsOf(
  pairs: readonly CookiePair[],
  bytes: number,
  byName: ReadonlyMap<string, number>,
  url: URL,
): CookieTelemetry['warnings'] {
  const found: CookieTelemetry['warnings'] = [];
  const note = (code: TelemetryWarningCode, holds: boolean, detail: string) => {
    if (holds) found.push({ code, detail });
  };
  const such = (test: (pair: CookiePair) => boolean) => pairs.filter(test).map(({ name }) => name);
  const named = (code: TelemetryWarningCode, names: readonly string[], detail: string) =>
    note(code, names.length > 0, `${detail}: ${listed(names)}.`);

  note(
    'header_too_large',
    bytes > MAX_HEADER_BYTES,
    `The cookies have ${bytes} bytes; above ${MAX_HEADER_BYTES} some servers refuse the request.`,
  );
  note('too_many_cookies', pairs.length > MAX_COOKIES, `There are ${pairs.length} cookies, ${MAX_COOKIES} are plenty.`);
  named(
    'cookie_too_large',
    such((pair) => pairBytes(pair) > MAX_PAIR_BYTES),
    `Larger than the ${MAX_PAIR_BYTES} bytes that browsers keep of one`,
  );
  named(
    'duplicate_name',
    [...byName].flatMap(([name, times]) => (times > 1 ? name : [])),
    'There more than once, by another domain or path, and servers differ in which one they read',
  );
  // A browser sends what is Secure over HTTPS only: these were planted on the way, or come from no browser.
  const isPlain = securityOf(url) === 'none';
  named(
    'prefix_over_http',
    isPlain ? such(({ name }) => ANY_PREFIX.test(name)) : [],
    'No browser sends these over plain HTTP',
  );
  named(
    'prefix_by_case',
    such(({ name }) => ANY_PREFIX.test(name) && !HOST.test(name) && !SECURE.test(name)),
    'A prefix in another case, which older browsers do not check',
  );
  const nameless = pairs.filter(({ name }) => name === '');
  note(
    'prefix_in_nameless',
    nameless.some(({ value }) => ANY_PREFIX.test(value)),
    'A cookie without a name has a value that begins like a name with a prefix: it was planted.',
  );
  note(
    'nameless',
    nameless.length > 0,
    `Cookies without a name: ${nameless.length}. Servers read them in different ways.`,
  );
  named(
    'illegal_octets',
    such(({ name, value }) => !LEGAL_NAME.test(name) || !LEGAL_VALUE.test(value)),
    'Characters that RFC 6265 has no place for',
  );
  return found;
}

function pairBytes({ name, value }: CookiePair): number {
  return utf8(name).byteLength + utf8(value).byteLength;
}

function listed(names: readonly string[]): string {
  const different = [...new Set(names)].map((name) => (name === '' ? '(no name)' : shortened(name)));
  const more = different.length - MAX_NAMES_IN_DETAIL;
  return `${different.slice(0, MAX_NAMES_IN_DETAIL).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function shortened(name: string): string {
  return name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS)}…` : name;
}
