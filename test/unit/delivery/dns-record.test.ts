import { describe, expect, it } from 'vitest';
import { joinLookups, type Lookup, readAnswer } from '../../../src/delivery/dns/answer.ts';
import {
  ageOf,
  hasUse,
  MAX_TTL_MS,
  NEGATIVE_TTL_MS,
  RETRY_MS,
  recordOf,
  STALE_MS,
} from '../../../src/delivery/dns/record.ts';

const NOW_MS = 1_790_000_000_000;
const HOST = 'hooks.example.com';
const a = (data: string, TTL = 300, name = HOST) => ({ name, type: 1, TTL, data });
const alias = (name: string, data: string, TTL = 300) => ({ name, type: 5, TTL, data });
const soa = (TTL: number, minimum: number) => ({
  ...{ name: 'example.com', type: 6, TTL },
  data: `ns.example.com. admin.example.com. 2026 7200 3600 1209600 ${minimum}`,
});
const read = (body: object | string) => readAnswer(typeof body === 'string' ? body : JSON.stringify(body), HOST, 'A');
const none = (failure: string, ttlMs: number | null = null) => ({ kind: 'none', failure, ttlMs });

describe('an answer of the resolver', () => {
  it('gives the addresses of its type, for the shortest of their TTLs', () => {
    const Answer = [a('8.8.8.8', 60), a('8.8.4.4', 20), { name: HOST, type: 28, TTL: 1, data: '2606:4700::1111' }];
    expect(read({ Status: 0, Answer })).toEqual({
      kind: 'addresses',
      addresses: ['8.8.8.8', '8.8.4.4'],
      ttlMs: 20_000,
    });
  });

  it('follows aliases in whatever order they come, and no alias outlives its own TTL', () => {
    const Answer = [
      a('8.8.8.8', 300, 'Edge.CDN.example.'),
      alias('cdn.example', 'edge.cdn.example.', 7),
      alias('HOOKS.example.com.', 'cdn.example.', 60),
    ];
    expect(read({ Status: 0, Answer })).toEqual({ kind: 'addresses', addresses: ['8.8.8.8'], ttlMs: 7_000 });
  });

  it('of another name is not of this one', () => {
    expect(read({ Status: 0, Answer: [a('8.8.8.8', 60, 'other.example.com')] })).toEqual(none('no_address'));
    expect(read({ Status: 0, Answer: [alias(HOST, 'cdn.example.'), a('8.8.8.8')] })).toEqual(none('no_address'));
  });

  it('with aliases that never end is a failure of its servers', () => {
    const loop = [alias(HOST, 'b.example.'), alias('b.example', `${HOST}.`)];
    expect(read({ Status: 0, Answer: [...loop, a('8.8.8.8')] })).toEqual(none('server_failure'));
    const long = Array.from({ length: 20 }, (_, i) => alias(i === 0 ? HOST : `n${i}.example`, `n${i + 1}.example`));
    expect(read({ Status: 0, Answer: [...long, a('8.8.8.8', 60, 'n20.example')] })).toEqual(none('server_failure'));
  });

  it.each([
    ['NXDOMAIN', { Status: 3 }, none('unknown_name')],
    ['NXDOMAIN with a SOA', { Status: 3, Authority: [soa(900, 60)] }, none('unknown_name', 60_000)],
    ['NXDOMAIN with a short SOA', { Status: 3, Authority: [soa(2, 60)] }, none('unknown_name', 2_000)],
    ['no data', { Status: 0 }, none('no_address')],
    ['no data with a SOA', { Status: 0, Answer: [], Authority: [soa(3, 600)] }, none('no_address', 3_000)],
    ['an alias to nothing', { Status: 0, Answer: [alias(HOST, 'cdn.example.')] }, none('no_address')],
    ['SERVFAIL', { Status: 2 }, none('server_failure')],
    ['SERVFAIL with addresses', { Status: 2, Answer: [a('8.8.8.8')] }, none('server_failure')],
    ['REFUSED', { Status: 5 }, none('server_failure')],
    ['a truncated message', { Status: 0, TC: true, Answer: [a('8.8.8.8')] }, none('resolver_away')],
    ['no message', '<html>', none('resolver_away')],
    ['an empty body', '', none('resolver_away')],
    ['JSON of something else', '{"error":"x"}', none('resolver_away')],
    ['null', 'null', none('resolver_away')],
    ['a TTL that is none', { Status: 0, Answer: [a('8.8.8.8', -1)] }, none('resolver_away')],
  ])('%s', (_, body, expected) => {
    expect(read(body)).toEqual(expected);
  });

  it('keeps no more addresses than a receiver could have', () => {
    const Answer = Array.from({ length: 500 }, (_, i) => a(`8.8.${i % 256}.${Math.floor(i / 256)}`));
    expect(read({ Status: 0, Answer })).toMatchObject({ addresses: { length: 64 } });
  });
});

describe('both types together', () => {
  const found = (address: string, ttlMs: number): Lookup => ({ kind: 'addresses', addresses: [address], ttlMs });
  const missing = (
    failure: 'no_address' | 'unknown_name' | 'server_failure' | 'resolver_away',
    ttlMs: number | null = null,
  ) => none(failure, ttlMs) as Lookup;

  it.each([
    ['both', found('8.8.8.8', 9), found('::8', 5), { kind: 'addresses', addresses: ['8.8.8.8', '::8'], ttlMs: 5 }],
    [
      'one alone',
      found('8.8.8.8', 9),
      missing('no_address', 3),
      { kind: 'addresses', addresses: ['8.8.8.8'], ttlMs: 9 },
    ],
    ['one for which its servers fail', found('8.8.8.8', 9), missing('server_failure'), found('8.8.8.8', 9)],
    ['one that did not come', found('8.8.8.8', 9), missing('resolver_away'), missing('resolver_away')],
    ['neither', missing('no_address', 3), missing('no_address', 2), missing('no_address', 2)],
    ['no name', missing('unknown_name', 3), missing('unknown_name'), missing('unknown_name', 3)],
    ['a failure and nothing', missing('no_address', 3), missing('server_failure'), missing('server_failure', 3)],
  ])('%s', (_, one, other, expected) => {
    expect(joinLookups(one, other)).toEqual(expected);
    if (_ !== 'both') expect(joinLookups(other, one)).toEqual(expected);
  });
});

describe('a record', () => {
  const found = (ttlMs: number): Lookup => ({ kind: 'addresses', addresses: ['8.8.8.8'], ttlMs });
  const away = none('resolver_away') as Lookup;
  const kept = recordOf(HOST, found(300_000), null, NOW_MS);

  it.each([
    [1_000, 1_000],
    [29_999, 29_999],
    [30_000, MAX_TTL_MS],
    [86_400_000, MAX_TTL_MS],
  ])('with a TTL of %i ms is kept for %i ms', (ttlMs, expected) => {
    const record = recordOf(HOST, found(ttlMs), null, NOW_MS);
    expect(record.expiresAtMs - NOW_MS).toBe(expected);
    expect(ageOf(record, NOW_MS + expected - 1)).toBe('fresh');
    expect(ageOf(record, NOW_MS + expected)).toBe('unknown');
  });

  it('with a TTL of zero is of the moment, and not kept', () => {
    expect(ageOf(recordOf(HOST, found(0), null, NOW_MS), NOW_MS)).toBe('unknown');
  });

  it.each([
    ['unknown_name', null, NEGATIVE_TTL_MS],
    ['unknown_name', 1_000, 1_000],
    ['no_address', 3_600_000, NEGATIVE_TTL_MS],
    ['server_failure', null, RETRY_MS],
    ['resolver_away', null, RETRY_MS],
  ])('of %s for %j ms is kept for %i ms', (failure, ttlMs, expected) => {
    const record = recordOf(HOST, none(failure, ttlMs) as Lookup, null, NOW_MS);
    expect(record).toMatchObject({ failure, addresses: [], expiresAtMs: NOW_MS + expected });
  });

  it('outlives its TTL by five minutes while the resolver is away, and says since when that is', () => {
    const atMs = NOW_MS + MAX_TTL_MS + 1_000;
    const once = recordOf(HOST, away, kept, atMs);
    expect(once).toEqual({ ...kept, awaySinceMs: atMs, retryAtMs: atMs + RETRY_MS });
    expect(ageOf(once, atMs)).toBe('stale');
    expect(ageOf(once, atMs + RETRY_MS)).toBe('unknown');
    const again = recordOf(HOST, away, once, atMs + RETRY_MS);
    expect(again).toMatchObject({ awaySinceMs: atMs, addresses: ['8.8.8.8'] });
    const endMs = NOW_MS + MAX_TTL_MS + STALE_MS;
    expect(hasUse(again, endMs - 1)).toBe(true);
    expect(recordOf(HOST, away, again, endMs)).toMatchObject({
      failure: 'resolver_away',
      addresses: [],
      awaySinceMs: atMs,
    });
  });

  it('is fresh to its end where a prefetch before that was not answered', () => {
    const record = recordOf(HOST, away, kept, NOW_MS + 25_000);
    expect(ageOf(record, NOW_MS + MAX_TTL_MS - 1)).toBe('fresh');
  });

  it.each(['unknown_name', 'no_address', 'server_failure'] as const)('is not gone by once DNS says %s', (failure) => {
    const record = recordOf(HOST, none(failure) as Lookup, kept, NOW_MS + 40_000);
    expect(record).toMatchObject({ failure, addresses: [], awaySinceMs: null });
    expect(recordOf(HOST, away, record, NOW_MS + 50_000)).toMatchObject({ addresses: [] });
  });
});
