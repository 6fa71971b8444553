import ipaddr from 'ipaddr.js';
import { err, ok, type Result } from '../../shared/result.ts';
import { type Address, type SpecialRange, specialRangeOf } from './ranges.ts';

export interface AddressRefusal {
  address: string;
  range: SpecialRange | 'not_an_address';
}

/**
 * Whether an address as DNS or a URL gives it is of the public Internet: the address in its canonical form (RFC 5952), or what it is instead. Only the one
 * spelling of IPv4 that every program reads alike is taken, four decimal parts: `010.0.0.1` is 8.0.0.1 to one and 10.0.0.1 to the next.
 */
export function checkAddress(text: string): Result<string, AddressRefusal> {
  const address = parseAddress(text);
  if (address === null) return err({ address: text.slice(0, 64), range: 'not_an_address' });
  const range = specialRangeOf(address);
  return range === null ? ok(address.toString()) : err({ address: address.toString(), range });
}

/** Null also for an address with a zone (`fe80::1%eth0`), which is of one machine. */
export function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
}
