import { describe, expect, it } from 'vitest';
import type { Lookup } from '../../../src/delivery/dns/answer.ts';
import { DestinationResolver } from '../../../src/delivery/dns/resolver.ts';
import type { SavedResolver } from '../../../src/delivery/dns/types.ts';

const HOST = 'hooks.example.com';
const found = (...addresses: string[]): Lookup => ({ kind: 'addresses', addresses, ttlMs: 300_000 });
const none = (failure: 'unknown_name' | 'server_failure' | 'resolver_away' | 'no_address'): Lookup => ({
  ...{ kind: 'none', failure, ttlMs: null },
});

/** A resolver whose clock stands until it is moved, and whose name server says what was put in last. */
function world(saved: SavedResolver | null = null) {
  const state = { nowMs: 1_790_000_000_000, answer: found('8.8.8.8'), asked: [] as string[], takesMs: 12 };
  const lookUp = async (host: string) => {
    state.asked.push(host);
    const { answer } = state;
    await Promise.resolve();
    state.nowMs += state.takesMs;
    return answer;
  };
  return { state, resolver: new DestinationResolver({ lookUp, nowMs: () => state.nowMs }, saved) };
}

describe('a check', () => {
  it('costs a question once, and no wait while the record is fresh', async () => {
    const { state, resolver } = world();
    expect(await resolver.check(HOST)).toEqual({ kind: 'allowed', addresses: ['8.8.8.8'], stale: false, waitMs: 12 });
    state.nowMs += 29_000;
    expect(await resolver.check(HOST)).toMatchObject({ kind: 'allowed', waitMs: 0 });
    expect(state.asked).toEqual([HOST]);
    expect(resolver.statistics()).toMatchObject({ hits: 1, misses: 1, ratio: 0.5, entries: 1, failures: 0 });
  });

  it('of a thousand callers at one moment is one question, and all of them waited', async () => {
    const { state, resolver } = world();
    const checks = await Promise.all(Array.from({ length: 1_000 }, () => resolver.check(HOST)));
    expect(state.asked).toHaveLength(1);
    expect(new Set(checks.map(({ kind }) => kind))).toEqual(new Set(['allowed']));
    expect(resolver.statistics()).toMatchObject({ hits: 0, misses: 1_000 });
  });

  it.each([
    ['unknown_name', 'There is no name hooks.example.com (NXDOMAIN).'],
    ['no_address', 'The name hooks.example.com has no address.'],
    ['server_failure', 'The name servers of hooks.example.com fail (SERVFAIL).'],
    ['resolver_away', 'The DNS resolver did not say in time what hooks.example.com is.'],
  ] as const)(
    'that ends in %s says so, and is answered the same for a moment without asking',
    async (failure, sentence) => {
      const { state, resolver } = world();
      state.answer = none(failure);
      expect(await resolver.check(HOST)).toEqual({ kind: 'failed', failure, sentence, waitMs: 12 });
      expect(await resolver.check(HOST)).toMatchObject({ kind: 'failed', failure, waitMs: 0 });
      expect(state.asked).toHaveLength(1);
      state.answer = found('8.8.8.8');
      state.nowMs += 5_000;
      expect(await resolver.check(HOST)).toMatchObject({ kind: 'allowed' });
      expect(resolver.statistics()).toMatchObject({ failures: 1, entries: 1 });
    },
  );
});

describe('rebinding', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['169.254.169.254', 'link_local'],
    ['::ffff:10.0.0.1', 'ipv4_mapped'],
    ['fd00:ec2::254', 'unique_local'],
    ['0177.0.0.1', 'not_an_address'],
  ])(
    'a name that answered with a public address and now with %s is refused from its next record on',
    async (address, range) => {
      const { state, resolver } = world();
      state.answer = { kind: 'addresses', addresses: ['8.8.8.8'], ttlMs: 1_000 };
      expect(await resolver.check(HOST)).toMatchObject({ kind: 'allowed' });
      state.answer = found(address);
      state.nowMs += 1_000;
      expect(await resolver.check(HOST)).toMatchObject({ kind: 'refused', range });
      state.answer = found('8.8.8.8');
      state.nowMs += 30_000;
      expect(await resolver.check(HOST)).toMatchObject({ kind: 'allowed' });
    },
  );

  it('a record with a TTL of zero is asked for anew at each attempt', async () => {
    const { state, resolver } = world();
    for (const [address, kind] of [
      ['8.8.8.8', 'allowed'],
      ['10.0.0.1', 'refused'],
      ['8.8.4.4', 'allowed'],
    ] as const) {
      state.answer = { kind: 'addresses', addresses: [address], ttlMs: 0 };
      expect(await resolver.check(HOST)).toMatchObject({ kind });
    }
  });

  it('one address that is not public refuses the name, wherever it stands among the others', async () => {
    for (const addresses of [
      ['10.0.0.1', '8.8.8.8', '2606:4700::1111'],
      ['8.8.8.8', '10.0.0.1', '2606:4700::1111'],
      ['8.8.8.8', '2606:4700::1111', '::1'],
    ]) {
      const { state, resolver } = world();
      state.answer = found(...addresses);
      expect(await resolver.check(HOST)).toMatchObject({ kind: 'refused' });
    }
  });

  it('is seen by the prefetch too, before any attempt is made', async () => {
    const { state, resolver } = world();
    await resolver.check(HOST);
    state.answer = found('192.168.1.1');
    state.nowMs = resolver.nextPrefetchAtMs() ?? 0;
    await resolver.prefetch();
    expect(await resolver.check(HOST)).toMatchObject({ kind: 'refused', address: '192.168.1.1', waitMs: 0 });
  });
});

describe('while the resolver is away', () => {
  it('the last record is gone by for five minutes, is asked for now and then, and then nothing is', async () => {
    const { state, resolver } = world();
    await resolver.check(HOST);
    state.answer = none('resolver_away');
    state.nowMs += 31_000;
    expect(await resolver.check(HOST)).toMatchObject({ kind: 'allowed', stale: true, waitMs: 12 });
    expect(await resolver.check(HOST)).toMatchObject({ kind: 'allowed', stale: true, waitMs: 0 });
    expect(state.asked).toHaveLength(2);
    expect(resolver.statistics()).toMatchObject({ hits: 0, misses: 3, failures: 1, entries: 1 });
    state.nowMs += 5 * 60_000;
    expect(await resolver.check(HOST)).toMatchObject({ kind: 'failed', failure: 'resolver_away' });
    expect(resolver.statistics()).toMatchObject({ entries: 0, addresses: [], expiresAtMs: null });
  });

  it('a record of an address that is not public stays refused', async () => {
    const { state, resolver } = world();
    state.answer = found('10.0.0.1');
    await resolver.check(HOST);
    state.answer = none('resolver_away');
    state.nowMs += 31_000;
    expect(await resolver.check(HOST)).toMatchObject({ kind: 'refused' });
  });
});

describe('a prefetch', () => {
  it('keeps the record fresh while something is sent, so that no check waits', async () => {
    const { state, resolver } = world();
    await resolver.check(HOST);
    for (let i = 0; i < 100; i++) {
      const dueAtMs = resolver.nextPrefetchAtMs();
      expect(dueAtMs).not.toBeNull();
      state.nowMs = dueAtMs ?? 0;
      await resolver.prefetch();
      expect(await resolver.check(HOST)).toMatchObject({ waitMs: 0 });
    }
    expect(resolver.statistics()).toMatchObject({ prefetchIntervalMs: 25_000, misses: expect.any(Number) });
    expect(resolver.statistics().ratio).toBeGreaterThan(0.98);
  });

  it('ends ten minutes after the last check, and the object may sleep', async () => {
    const { state, resolver } = world();
    await resolver.check(HOST);
    const startMs = state.nowMs;
    for (let dueAtMs = resolver.nextPrefetchAtMs(); dueAtMs !== null; dueAtMs = resolver.nextPrefetchAtMs()) {
      state.nowMs = dueAtMs;
      await resolver.prefetch();
    }
    expect(state.nowMs - startMs).toBeLessThan(10 * 60_000);
    expect(state.nowMs - startMs).toBeGreaterThan(9 * 60_000);
    expect(state.asked.length).toBeLessThan(30);
  });

  it('that is called too early asks nothing', async () => {
    const { state, resolver } = world();
    await resolver.prefetch();
    await resolver.check(HOST);
    await resolver.prefetch();
    expect(state.asked).toHaveLength(1);
  });

  it('comes earlier while most checks have to wait, and later again when they do not', async () => {
    const { state, resolver } = world();
    state.answer = { kind: 'addresses', addresses: ['8.8.8.8'], ttlMs: 0 };
    const intervals: number[] = [];
    const round = async (checks: number) => {
      for (let i = 0; i < checks; i++) await resolver.check(HOST);
      state.nowMs = resolver.nextPrefetchAtMs() ?? state.nowMs;
      await resolver.prefetch();
      intervals.push(resolver.statistics().prefetchIntervalMs);
    };
    for (let i = 0; i < 4; i++) await round(10);
    expect(intervals).toEqual([12_500, 6_250, 5_000, 5_000]);
    state.answer = found('8.8.8.8');
    for (let i = 0; i < 40; i++) await round(20);
    expect(intervals.at(-1)).toBe(25_000);
    expect(intervals.slice(4)).toEqual([...intervals.slice(4)].sort((one, other) => one - other));
  });
});

describe('a burst that is expected', () => {
  it('has its name resolved before it comes, and counts as use', async () => {
    const { state, resolver } = world();
    await resolver.expectBurst(HOST);
    expect(resolver.nextPrefetchAtMs()).not.toBeNull();
    expect(await resolver.check(HOST)).toMatchObject({ waitMs: 0 });
    await resolver.expectBurst(HOST);
    expect(state.asked).toHaveLength(1);
    expect(resolver.statistics()).toMatchObject({ hits: 1, misses: 0 });
  });
});

it('what is saved is JSON, and an instance that begins with it knows all that was known', async () => {
  const before = world();
  await before.resolver.check(HOST);
  await before.resolver.check(HOST);
  const after = world(JSON.parse(JSON.stringify(before.resolver.saved())));
  expect(after.resolver.statistics()).toEqual(before.resolver.statistics());
  expect(after.resolver.nextPrefetchAtMs()).toBe(before.resolver.nextPrefetchAtMs());
  expect(await after.resolver.check(HOST)).toMatchObject({ kind: 'allowed', waitMs: 0 });
  expect(after.state.asked).toEqual([]);
  expect(JSON.stringify(before.resolver.saved()).length).toBeLessThan(1_000);
});

it('a URL that changes its host is known by the new one, and the old one is forgotten in time', async () => {
  const { resolver } = world();
  for (const host of ['a.example', 'b.example', 'c.example']) await resolver.check(host);
  expect(resolver.saved().records.map(({ host }) => host)).toEqual(['c.example', 'b.example']);
});
