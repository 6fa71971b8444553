import ipaddr from 'ipaddr.js';
import { once } from '../../shared/once.ts';

/**
 * Addresses that are not of the public Internet: the IANA special-purpose registries of IPv4 and IPv6 (iana.org/assignments/iana-ipv4-special-registry,
 * iana-ipv6-special-registry, as of 2026-11), multicast (RFC 5771, RFC 4291 2.7) and what is reserved. Also entries that IANA calls globally reachable
 * (AS112, AMT, ORCHID): no receiver of webhooks lives there. `range()` of ipaddr.js would not do: it takes ::/96 and all that nobody has assigned for public.
 */
const IPV4_RANGES = [
  ['0.0.0.0/8', 'this_network'], // RFC 791 3.2
  ['10.0.0.0/8', 'private'], // RFC 1918
  ['100.64.0.0/10', 'carrier_nat'], // RFC 6598; 100.100.100.200 is Alibaba Cloud's metadata
  ['127.0.0.0/8', 'loopback'], // RFC 1122 3.2.1.3
  ['168.63.129.16/32', 'metadata'], // Azure's host, in an otherwise public range
  ['169.254.0.0/16', 'link_local'], // RFC 3927; 169.254.169.254 is the metadata of most clouds
  ['172.16.0.0/12', 'private'], // RFC 1918
  ['192.0.0.0/24', 'protocol'], // RFC 6890 2.1; 192.0.0.192 is Oracle Cloud's metadata
  ['192.0.2.0/24', 'documentation'], // RFC 5737
  ['192.31.196.0/24', 'as112'], // RFC 7535
  ['192.52.193.0/24', 'amt'], // RFC 7450
  ['192.88.99.0/24', '6to4'], // RFC 7526
  ['192.168.0.0/16', 'private'], // RFC 1918
  ['192.175.48.0/24', 'as112'], // RFC 7534
  ['198.18.0.0/15', 'benchmark'], // RFC 2544
  ['198.51.100.0/24', 'documentation'], // RFC 5737
  ['203.0.113.0/24', 'documentation'], // RFC 5737
  ['224.0.0.0/4', 'multicast'], // RFC 5771
  ['240.0.0.0/4', 'reserved'], // RFC 1112 4; with 255.255.255.255, RFC 8190
] as const;

/** The first that holds counts. What is in none and not in 2000::/3, the only unicast space that IANA gives out (RFC 4291 2.4), is `reserved`. */
const IPV6_RANGES = [
  ['::/128', 'this_network'], // RFC 4291 2.5.2
  ['::1/128', 'loopback'], // RFC 4291 2.5.3
  // Forms with an IPv4 address inside, which a translator or the system's own stack would connect to. Whatever that is: a public receiver has no use for them.
  ['::ffff:0:0/96', 'ipv4_mapped'], // RFC 4291 2.5.5.2
  ['::ffff:0:0:0/96', 'ipv4_translated'], // RFC 2765 2.1
  ['::/96', 'ipv4_compatible'], // RFC 4291 2.5.5.1
  ['64:ff9b::/96', 'nat64'], // RFC 6052
  ['64:ff9b:1::/48', 'nat64'], // RFC 8215
  ['2001::/32', 'teredo'], // RFC 4380
  ['2002::/16', '6to4'], // RFC 3056
  ['100::/64', 'discard'], // RFC 6666
  ['100:0:0:1::/64', 'discard'], // RFC 9780
  ['2001:2::/48', 'benchmark'], // RFC 5180
  ['2001::/23', 'protocol'], // RFC 2928; with AMT, AS112, ORCHIDv2 and DETs
  ['2001:db8::/32', 'documentation'], // RFC 3849
  ['2620:4f:8000::/48', 'as112'], // RFC 7534
  ['3fff::/20', 'documentation'], // RFC 9637
  ['5f00::/16', 'reserved'], // RFC 9602, segment routing
  ['fc00::/7', 'unique_local'], // RFC 4193; fd00:ec2::254 is AWS's metadata, fd20:ce::254 Google's
  ['fe80::/10', 'link_local'], // RFC 4291 2.5.6
  ['fec0::/10', 'site_local'], // RFC 3879
  ['ff00::/8', 'multicast'], // RFC 4291 2.7
] as const;

export type SpecialRange = (typeof IPV4_RANGES)[number][1] | (typeof IPV6_RANGES)[number][1];

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

const ipv4 = once(() => IPV4_RANGES.map(([cidr, range]) => ({ net: ipaddr.IPv4.parseCIDR(cidr), range })));
const ipv6 = once(() => IPV6_RANGES.map(([cidr, range]) => ({ net: ipaddr.IPv6.parseCIDR(cidr), range })));
const globalUnicast = once(() => ipaddr.IPv6.parseCIDR('2000::/3'));

/** Null for an address of the public Internet. */
export function specialRangeOf(address: Address): SpecialRange | null {
  if (address.kind() === 'ipv4') return ipv4().find(({ net }) => address.match(net))?.range ?? null;
  const found = ipv6().find(({ net }) => address.match(net))?.range ?? null;
  return found ?? (address.match(globalUnicast()) ? null : 'reserved');
}
