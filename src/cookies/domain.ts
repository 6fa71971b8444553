import { isLoopback } from '../shared/loopback.ts';
import { err, ok, type Result } from '../shared/result.ts';

export interface DomainOfCookie {
  domain: string;
  hostOnly: boolean;
}

/** `attribute`: value of the last `Domain`, null without one. RFC 6265bis 5.7, 6 to 8. */
export function cookieDomain(
  attribute: string | null,
  hostname: string,
  isPublicSuffix: PublicSuffixes,
): Result<DomainOfCookie, 'domain_not_ascii' | 'domain_public_suffix' | 'domain_mismatch'> {
  const host = hostname.toLowerCase();
  const hostOnly = ok({ domain: host, hostOnly: true });
  const wanted = (attribute ?? '').replace(/^\./, '').toLowerCase();
  if (wanted === '') return hostOnly;
  if (/[^\x20-\x7e]/.test(wanted)) return err('domain_not_ascii');
  // The cookie of an address is its own in any case: an address has no subdomains.
  if (isAddress(host)) return wanted === host ? hostOnly : err('domain_mismatch');
  if (isPublicSuffix(wanted)) return wanted === host ? hostOnly : err('domain_public_suffix');
  if (wanted !== host && !host.endsWith(`.${wanted}`)) return err('domain_mismatch');
  return ok({ domain: wanted, hostOnly: false });
}

/** Whether a domain is one, by the public suffix list with its private part, as browsers use it; a top level that the list does not know is one too. */
export type PublicSuffixes = (domain: string) => boolean;

/** The list is a tree of 10,000 names, which nobody needs who lints no cookie (ADR 34). */
export async function publicSuffixes(): Promise<PublicSuffixes> {
  const { getPublicSuffix } = await import('tldts');
  const options = { allowPrivateDomains: true, extractHostname: false, detectIp: false };
  return (domain) => getPublicSuffix(domain, options) === domain;
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

/**
 * Whether what comes from there may set what only secure connections may. Chromium and Firefox take plain HTTP to this machine for secure,
 * Safari does not.
 */
export function securityOf(url: URL): 'https' | 'loopback' | 'none' {
  if (url.protocol === 'https:') return 'https';
  return isLoopback(url.hostname) ? 'loopback' : 'none';
}
