import { unreachable } from '../../shared/result.ts';
import type { AddressRefusal } from './check-address.ts';
import type { TargetRefusal } from './check-target.ts';
import type { SpecialRange } from './ranges.ts';

const RANGES: Readonly<Record<SpecialRange | 'not_an_address', string>> = {
  ...{
    this_network: 'of "this network"',
    private: 'private',
    carrier_nat: 'of carrier-grade NAT',
    loopback: 'loopback',
  },
  ...{ metadata: "of a cloud's metadata service", link_local: 'link-local', protocol: 'of protocol assignments' },
  ...{ documentation: 'for documentation', as112: 'of AS112', amt: 'of AMT', '6to4': 'of 6to4', teredo: 'of Teredo' },
  ...{ benchmark: 'for benchmarks', multicast: 'multicast', reserved: 'reserved', discard: 'discarded' },
  ...{ ipv4_mapped: 'an IPv4 address in IPv6', ipv4_translated: 'an IPv4 address in IPv6' },
  ...{ ipv4_compatible: 'an IPv4 address in IPv6', nat64: 'of NAT64', unique_local: 'unique local' },
  ...{ site_local: 'site-local', not_an_address: 'no address' },
};

/** Completes "The address …". */
export function addressSentence({ address, range }: AddressRefusal): string {
  return `${address} is ${RANGES[range]}, not of the public Internet`;
}

/** Why a URL is refused, for whoever typed it. */
export function targetSentence(refusal: TargetRefusal): string {
  switch (refusal.code) {
    case 'malformed':
      return 'It is no absolute URL that every program reads alike.';
    case 'scheme':
      return 'It must begin with https://.';
    case 'userinfo':
      return 'User name and password do not belong into a URL; use a secret header.';
    case 'fragment':
      return 'What follows # is never sent; leave it out.';
    case 'port':
      return `Port ${refusal.port} is not allowed: 443, or one from 1024 on that belongs to no other protocol.`;
    case 'own_host':
      return 'It is an address of this deployment itself.';
    case 'local_name':
      return 'The name is of a local network.';
    case 'address':
      return `The address ${addressSentence(refusal)}.`;
    default:
      return unreachable(refusal);
  }
}
