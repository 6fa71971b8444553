import ipaddr from 'ipaddr.js';

/**
 * The part of an address that stays with one household: an IPv4 address whole, of IPv6 the /64, whose rest a device changes daily (RFC 8981). Null
 * for what is no address.
 */
export function addressBucket(text: string): string | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return text;
  if (!ipaddr.IPv6.isValid(text)) return null;
  // The zone of an address (`%eth0`) is of one machine, and not among its parts.
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return address.toIPv4Address().toString();
  const network = address.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** What of an address may be kept where people read: the /24 of an IPv4 address, the /48 of an IPv6 one. `unknown` for what is no address. */
export function shortAddress(text: string): string {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return `${text.slice(0, text.lastIndexOf('.'))}.0/24`;
  if (!ipaddr.IPv6.isValid(text)) return 'unknown';
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) return shortAddress(address.toIPv4Address().toString());
  const network = address.parts.slice(0, 3).map((part) => part.toString(16));
  return `${network.join(':')}::/48`;
}
