import type { Config } from '../../env.ts';
import { isLoopback } from '../../shared/loopback.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { type AddressRefusal, checkAddress, parseAddress } from './check-address.ts';
import { isLocalName } from './local-names.ts';
import { isPortAllowed } from './ports.ts';

export interface TargetRules {
  environment: Config['environment'];
  /** Where this deployment answers: `URL.host`, whose port only counts on loopback, where other servers run beside it. */
  ownHosts: readonly string[];
}

/** Where a URL leads, once it may be sent to. */
export interface Target {
  /** Canonical: lower case, Punycode, no dot at its end; an IPv6 address without brackets. */
  host: string;
  port: number;
  /** The address where the host is one, or is `localhost` (locally), so that no resolver is asked; null for a name, whose addresses must be checked. */
  literal: string | null;
  /** What to fetch: the very text that was checked, written by the parser. */
  href: string;
}

export type TargetRefusal =
  | { code: 'malformed' | 'scheme' | 'userinfo' | 'fragment' | 'own_host' | 'local_name' }
  | { code: 'port'; port: number }
  | ({ code: 'address' } & AddressRefusal);

/**
 * Whether a webhook may be sent to a URL, as far as its text tells; the addresses of a name are checked before each attempt (src/delivery/dns).
 *
 * The WHATWG parser, by which `fetch` goes too, decides what the host is: it percent-decodes, maps full-width digits and other dots to ASCII, and writes every
 * spelling of an IPv4 address (decimal, octal, hex, short) as four decimal parts. Its answer is what is looked at; the text itself only for what the
 * parser takes out without a word, because another program may read the same text otherwise.
 *
 * Locally, plain HTTP and loopback are allowed, to each other alone: a receiver on this machine. No other private address is, and no name that leads to one.
 */
export function checkTarget(text: string, rules: TargetRules): Result<Target, TargetRefusal> {
  const refusal = misleading(text);
  if (refusal) return err(refusal);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return err({ code: 'malformed' });
  const host = bareHost(url.hostname);
  const local = rules.environment === 'local' && isLoopback(url.hostname.replace(/\.$/, ''));
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  if (scheme === 'http' && !local) return err({ code: 'scheme' });
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port);
  if (!isPortAllowed(scheme, port)) return err({ code: 'port', port });
  if (local) {
    if (isOwnPort(port, rules.ownHosts)) return err({ code: 'own_host' });
    return ok({ host, port, literal: parseAddress(host) === null ? '127.0.0.1' : host, href: url.href });
  }
  if (parseAddress(host) !== null) {
    const checked = checkAddress(host);
    if (!checked.ok) return err({ code: 'address', ...checked.error });
    return ok({ host, port, literal: checked.value, href: url.href });
  }
  if (isLocalName(host)) return err({ code: 'local_name' });
  if (!isHostName(host)) return err({ code: 'malformed' });
  if (isOwn(host, rules.ownHosts)) return err({ code: 'own_host' });
  return ok({ host, port, literal: null, href: url.href });
}

/** What the parser would drop or repair: userinfo that looks like the host, fragments, backslashes, line breaks, missing slashes. */
function misleading(text: string): TargetRefusal | null {
  // Also what is invisible: zero-width characters, which IDNA maps to nothing, and turns of the direction of writing.
  if (/[\\\s\p{Cc}\p{Cf}]/u.test(text)) return { code: 'malformed' };
  const [, scheme, authority = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#]+)/i.exec(text) ?? [];
  if (scheme === undefined) return { code: 'malformed' };
  if (!/^https?$/i.test(scheme)) return { code: 'scheme' };
  if (authority.includes('@')) return { code: 'userinfo' };
  return text.includes('#') ? { code: 'fragment' } : null;
}

function bareHost(hostname: string): string {
  // One dot at the end is the root (RFC 1034 3.1): the same name, spelled in a way that comparisons miss.
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname.replace(/\.$/, '');
}

/** RFC 1035 2.3.4 and the characters of host names; underscores are in use. The URL parser would take `a!b` too. */
function isHostName(host: string): boolean {
  return host.length <= 253 && host.split('.').every((label) => /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/.test(label));
}

/** Names under it are refused as well: a deployment answers for all names that its routes are set for. */
function isOwn(host: string, ownHosts: readonly string[]): boolean {
  return ownHosts.some((own) => {
    const bare = bareHost(new URL(`https://${own}`).hostname);
    return host === bare || host.endsWith(`.${bare}`);
  });
}

/** All spellings of loopback are one machine. */
function isOwnPort(port: number, ownHosts: readonly string[]): boolean {
  return ownHosts.some((own) => {
    const url = new URL(`http://${own}`);
    return isLoopback(url.hostname) && Number(url.port || '80') === port;
  });
}
