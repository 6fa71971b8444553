const IPV4_IN_IPV6 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/**
 * The part of an address that stays with one household: an IPv4 address whole, of IPv6 the /64, whose rest a device changes daily (RFC 8981). Null
 * for what is no address.
 */
export function addressBucket(text: string): string | null {
  // A zone (`%eth0`) is of one machine.
  const [bare = ''] = text.split('%', 1);
  const [, mapped] = IPV4_IN_IPV6.exec(bare) ?? [];
  const address = mapped ?? bare;
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) {
    const parts = address.split('.').map(Number);
    return parts.every((part) => part <= 255) ? parts.join('.') : null;
  }
  const groups = ipv6Groups(address);
  return (
    groups &&
    `${groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(':')}::/64`
  );
}

/** Eight numbers; null for what is no IPv6 address in groups of hex. */
function ipv6Groups(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2 || !/^[\da-f:]{2,39}$/i.test(text)) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...tail];
  return all.every((group) => /^[\da-f]{1,4}$/i.test(group)) ? all.map((group) => Number.parseInt(group, 16)) : null;
}
