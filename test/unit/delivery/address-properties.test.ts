import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAddress } from '../../../src/delivery/address/check-address.ts';
import { checkTarget } from '../../../src/delivery/address/check-target.ts';

const RULES = { environment: 'production', ownHosts: [] } as const;
const RUNS = { numRuns: 2_000 };

/** Private, loopback, link-local and shared addresses of IPv4: base and free bits. */
const PRIVATE_V4 = [
  [0x0a000000, 24],
  [0x7f000000, 24],
  [0xac100000, 20],
  [0xc0a80000, 16],
  [0xa9fe0000, 16],
  [0x64400000, 22],
  [0x00000000, 24],
  [0xe0000000, 28],
  [0xf0000000, 28],
] as const;
const privateV4 = fc
  .constantFrom(...PRIVATE_V4)
  .chain(([base, bits]) => fc.integer({ min: 0, max: 2 ** bits - 1 }).map((rest) => base + rest));

/** Unique local, link-local, site-local, multicast, loopback and all with an IPv4 address inside: fixed bits and how many they are. */
const PRIVATE_V6: readonly (readonly [bigint, number])[] = [
  [0xfc00n << 112n, 7],
  [0xfe80n << 112n, 10],
  [0xfec0n << 112n, 10],
  [0xff00n << 112n, 8],
  [1n, 128],
  [0xffffn << 32n, 96],
  [0n, 96],
  [(0x64n << 112n) + (0xff9bn << 96n), 96],
  [0x2002n << 112n, 16],
  [0x2001n << 112n, 32],
];
const privateV6 = fc
  .constantFrom(...PRIVATE_V6)
  .chain(([base, bits]) => fc.bigInt({ min: 0n, max: 2n ** BigInt(128 - bits) - 1n }).map((rest) => base + rest));

const octetsOf = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
const groupsOf = (value: bigint) =>
  Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn));

type Radix = 'decimal' | 'octal' | 'hex' | 'HEX';
const radix = fc.constantFrom<Radix>('decimal', 'octal', 'hex', 'HEX');
const inRadix = (value: number, to: Radix, zeros: number) => {
  if (to === 'decimal') return String(value);
  if (to === 'octal') return `0${'0'.repeat(zeros)}${value.toString(8)}`;
  const digits = '0'.repeat(zeros) + value.toString(16);
  return to === 'hex' ? `0x${digits}` : `0X${digits.toUpperCase()}`;
};

/** inet_aton(3): the last part takes all bytes that are left. */
const spelledV4 = fc
  .record({
    value: privateV4,
    parts: fc.integer({ min: 1, max: 4 }),
    radixes: fc.array(radix, { minLength: 4, maxLength: 4 }),
    zeros: fc.integer({ min: 0, max: 5 }),
    dot: fc.boolean(),
  })
  .map(({ value, parts, radixes, zeros, dot }) => {
    const head = octetsOf(value).slice(0, parts - 1);
    const numbers = [...head, value % 2 ** (8 * (5 - parts))];
    return numbers.map((number, i) => inRadix(number, radixes[i] ?? 'decimal', zeros)).join('.') + (dot ? '.' : '');
  });

/** Each character as itself, percent-encoded, or full-width, which IDNA maps back. */
const disguised = (text: string) =>
  fc
    .array(fc.constantFrom('plain', 'percent', 'wide', 'wide percent'), {
      minLength: text.length,
      maxLength: text.length,
    })
    .map((forms) =>
      [...text]
        .map((char, i) => {
          const wide = String.fromCharCode(char.charCodeAt(0) + 0xfee0);
          if (forms[i] === 'percent') return `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
          if (forms[i] === 'wide') return wide;
          return forms[i] === 'plain' ? char : encodeURIComponent(wide);
        })
        .join(''),
    );

const spelledV6 = fc
  .record({
    value: privateV6,
    upper: fc.boolean(),
    pad: fc.boolean(),
    dotted: fc.boolean(),
    run: fc.integer({ min: 0, max: 7 }),
    length: fc.integer({ min: 0, max: 8 }),
  })
  .map(({ value, upper, pad, dotted, run, length }) => {
    const groups = groupsOf(value);
    const texts = groups.map((group) => group.toString(16).padStart(pad ? 4 : 1, '0'));
    const last = dotted ? [octetsOf(Number(value & 0xffffffffn)).join('.')] : texts.slice(6);
    // `::` for any run of zeros, not only for the longest.
    const end = Math.min(run + length, 6);
    const compress = run < end && groups.slice(run, end).every((group) => group === 0);
    const text = compress
      ? `${texts.slice(0, run).join(':')}::${[...texts.slice(end, 6), ...last].join(':')}`
      : [...texts.slice(0, 6), ...last].join(':');
    return upper ? text.toUpperCase() : text;
  });

describe('no spelling of an address that is not public is let through', () => {
  it('of IPv4: decimal, octal, hex, short, with a dot at the end', () => {
    fc.assert(
      fc.property(spelledV4, (host) => {
        const checked = checkTarget(`https://${host}/`, RULES);
        expect(checked).toMatchObject({ ok: false, error: { code: 'address' } });
      }),
      RUNS,
    );
  });

  it('of IPv4 with characters percent-encoded and full-width', () => {
    fc.assert(
      fc.property(spelledV4.chain(disguised), (host) => {
        expect(checkTarget(`https://${host}/`, RULES).ok).toBe(false);
      }),
      RUNS,
    );
  });

  it('of IPv6: upper case, leading zeros, any run of zeros as ::, the end dotted', () => {
    fc.assert(
      fc.property(spelledV6, (host) => {
        expect(checkTarget(`https://[${host}]/`, RULES)).toMatchObject({ ok: false, error: { code: 'address' } });
        expect(checkAddress(host).ok).toBe(false);
      }),
      RUNS,
    );
  });
});

describe('a public address', () => {
  const publicV4 = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((value) => octetsOf(value).join('.'));
  const anyV6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) =>
    groupsOf(value)
      .map((group) => group.toString(16))
      .join(':'),
  );

  it('keeps its canonical form: checked again it is the same, as an address and as a host', () => {
    fc.assert(
      fc.property(fc.oneof(publicV4, anyV6), (text) => {
        const checked = checkAddress(text);
        if (!checked.ok) return;
        expect(checkAddress(checked.value)).toEqual(checked);
        const host = checked.value.includes(':') ? `[${checked.value}]` : checked.value;
        expect(checkTarget(`https://${host}/`, RULES)).toMatchObject({ ok: true, value: { literal: checked.value } });
      }),
      RUNS,
    );
  });

  it('of IPv4 is what is in none of the ranges of the IANA registry, each looked up by its bits', () => {
    const RANGES = [
      ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
      ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
      ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'],
    ].map((cidr) => {
      const [base = '', bits] = cidr.split('/');
      const first = base.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
      return { first, last: first + 2 ** (32 - Number(bits)) - 1 };
    });
    // At and beside each edge, where a mask that is off by one shows, and anywhere.
    const edges = RANGES.flatMap(({ first, last }) => [first - 1, first, last, last + 1]).filter(
      (value) => value >= 0 && value < 2 ** 32,
    );
    const judged = (value: number) => {
      const special = RANGES.some(({ first, last }) => first <= value && value <= last);
      expect([octetsOf(value).join('.'), checkAddress(octetsOf(value).join('.')).ok]).toEqual([
        octetsOf(value).join('.'),
        !special,
      ]);
    };
    edges.forEach(judged);
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), judged), RUNS);
  });

  it('of IPv6 is in 2000::/3', () => {
    fc.assert(
      fc.property(anyV6, (text) => {
        const first = Number.parseInt(text.split(':')[0] ?? '', 16);
        if (checkAddress(text).ok) expect(first >> 13).toBe(1);
      }),
      RUNS,
    );
    for (const text of ['2606:4700:4700::1111', '2a00:1450:4001::200e', '2001:4860:4860::8888', '2001:200::1']) {
      expect(checkAddress(text)).toEqual({ ok: true, value: text });
    }
  });
});

describe('what DNS gives as an address', () => {
  it.each([
    ...['', ' ', '1', '127.1', '010.0.0.1', '8.8.8', '8.8.8.8.8', '0x8.8.8.8', '8.8.8.256', '8.8.8.8 ', '８.8.8.8'],
    ...['2606:4700::1111%eth0', '::ffff:8.8.8', '1:2:3', '[2606:4700::1111]', 'hooks.example.com', '2606:4700:::1'],
  ])('%j is none', (text) => {
    expect(checkAddress(text)).toMatchObject({ ok: false, error: { range: 'not_an_address' } });
  });

  it('whatever it is, is judged without a fault', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\da-fx.:%]{0,45}$/)), (text) => {
        expect(typeof checkAddress(text).ok).toBe('boolean');
        expect(typeof checkTarget(`https://${text}/`, RULES).ok).toBe('boolean');
      }),
      RUNS,
    );
  });
});
