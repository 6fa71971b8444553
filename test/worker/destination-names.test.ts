import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  type Call,
  event,
  fakeReceiver,
  movableClock,
  type TestDestination,
  testDestination,
} from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

const HOST = 'hooks.example.com';
const URL_OF_NAME = `https://${HOST}/secret/path`;

/** The network: a resolver over HTTPS beside the receiver, which is known by name. */
interface Network {
  /** What the name leads to; null is no such name. */
  addresses: string[] | null;
  resolverAway: boolean;
  /** It answers after this. */
  resolverWaits: Promise<void>;
  questions(): Call[];
  deliveries(): Call[];
}

function network(addresses: string[]): Network {
  const isQuestion = ({ url }: Call) => url.startsWith('https://cloudflare-dns.com/dns-query?');
  const receiver = fakeReceiver(async (call) => {
    if (!isQuestion(call)) return new Response('ok');
    await net.resolverWaits;
    if (net.resolverAway) throw new TypeError('Network connection lost.');
    const { searchParams } = new URL(call.url);
    const [name, type] = [searchParams.get('name') ?? '', searchParams.get('type') === 'A' ? 1 : 28];
    const Answer = (net.addresses ?? [])
      .filter((data) => data.includes(':') === (type === 28))
      .map((data) => ({ name, type, TTL: 300, data }));
    const headers = { 'content-type': 'application/dns-json' };
    return Response.json({ Status: net.addresses === null ? 3 : 0, Answer }, { headers });
  });
  const net: Network = {
    ...{ addresses, resolverAway: false, resolverWaits: Promise.resolve() },
    questions: () => receiver.calls.filter(isQuestion),
    deliveries: () => receiver.calls.filter((call) => !isQuestion(call)),
  };
  return net;
}

const nameOnly = { url: URL_OF_NAME };

/** Sends an event and waits for what its first attempt became. */
async function outcomeOf(destination: TestDestination): Promise<string | null | undefined> {
  const sent = event();
  await destination.enqueue(sent);
  await until('it was tried', async () => ((await destination.delivery(sent.id))?.lastOutcome ?? null) !== null);
  return (await destination.delivery(sent.id))?.lastOutcome;
}

describe('a destination that is known by name', () => {
  it('is looked up over HTTPS before the first attempt, and no attempt waits for its name after that', async () => {
    const net = network(['8.8.8.8', '2606:4700::1111']);
    const destination = await testDestination(nameOnly);
    for (let i = 0; i < 5; i++) expect(await outcomeOf(destination)).toBe('delivered');
    expect(net.questions().map(({ url }) => new URL(url).search)).toEqual([
      `?name=${HOST}&type=A`,
      `?name=${HOST}&type=AAAA`,
    ]);
    expect(net.deliveries().map(({ url }) => url)).toEqual(Array(5).fill(URL_OF_NAME));
    const { dns } = await destination.object.health();
    expect(dns).toMatchObject({ hits: 4, misses: 1, ratio: 0.8, entries: 1, failures: 0 });
    expect(dns.addresses).toEqual(['8.8.8.8', '2606:4700::1111']);
  });

  it.each([['10.0.0.1'], ['8.8.8.8', '169.254.169.254'], ['8.8.8.8', '::1']])(
    'gets nothing while it leads to %s',
    async (...addresses) => {
      const net = network(addresses);
      const destination = await testDestination(nameOnly);
      expect(await outcomeOf(destination)).toBe('address_refused');
      expect(net.deliveries()).toEqual([]);
    },
  );

  it('that is rebound to an address that is not public gets nothing from its next record on', async () => {
    const clock = movableClock();
    const net = network(['8.8.8.8']);
    const destination = await testDestination(nameOnly);
    expect(await outcomeOf(destination)).toBe('delivered');
    net.addresses = ['127.0.0.1'];
    clock.advance(31_000);
    expect(await outcomeOf(destination)).toBe('address_refused');
    expect(net.deliveries()).toHaveLength(1);
  });

  it('that there is not is tried again, and delivered once there is', async () => {
    const clock = movableClock();
    const net = network([]);
    net.addresses = null;
    const destination = await testDestination(nameOnly);
    const sent = event();
    await destination.enqueue(sent);
    await until('it was tried', async () => (await destination.delivery(sent.id))?.lastOutcome === 'dns_failed');
    expect(await destination.delivery(sent.id)).toMatchObject({ state: 'queued' });
    net.addresses = ['8.8.8.8'];
    clock.advance(6_000);
    await destination.alarm();
    await until('it is delivered', async () => {
      clock.advance(60_000);
      await destination.alarm();
      return (await destination.delivery(sent.id))?.state === 'delivered';
    });
  });

  it('costs an attempt no more than its timeout where the resolver hangs, and what it says then is there for the next', async () => {
    const net = network(['8.8.8.8']);
    const answered = Promise.withResolvers<void>();
    net.resolverWaits = answered.promise;
    const destination = await testDestination({ ...nameOnly, timeoutMs: 1_000 });
    const sent = event();
    await destination.enqueue(sent);
    const log = async () => (await destination.object.find(`${destination.id}-${sent.id}`))?.log ?? [];
    await until('the first has ended', async () => (await log())[0]?.outcome === 'timeout');
    answered.resolve();
    const [first] = await log();
    expect(first).toMatchObject({ status: null, error: 'its name was not known within 1000 ms' });
    expect(first?.durationMs).toBeGreaterThanOrEqual(950);
    await until('it is delivered', async () => (await destination.delivery(sent.id))?.state === 'delivered');
    expect(net.questions()).toHaveLength(2);
  });

  it('goes on by its last record while the resolver is away, for five minutes', async () => {
    const clock = movableClock();
    const net = network(['8.8.8.8']);
    const destination = await testDestination(nameOnly);
    expect(await outcomeOf(destination)).toBe('delivered');
    net.resolverAway = true;
    clock.advance(60_000);
    expect(await outcomeOf(destination)).toBe('delivered');
    clock.advance(5 * 60_000);
    expect(await outcomeOf(destination)).toBe('dns_failed');
    expect(net.deliveries()).toHaveLength(2);
  });

  it('is looked up again by the alarm before its record ends, and an eviction in between forgets nothing', async () => {
    const clock = movableClock();
    const net = network(['8.8.8.8']);
    const destination = await testDestination(nameOnly);
    await outcomeOf(destination);
    clock.advance(25_500);
    await destination.alarm();
    await until('it is asked again', () => net.questions().length === 4);
    await until('that is saved', async () => {
      const [row] = await destination.sql<{ value: string }>("SELECT value FROM meta WHERE name = 'dns'");
      return JSON.parse(row?.value ?? '{}').records?.[0]?.resolvedAtMs > Date.now() - 5_000;
    });
    await evictDurableObject(env.DESTINATION.getByName(destination.id));
    clock.advance(10_000);
    expect(await outcomeOf(destination)).toBe('delivered');
    expect(net.questions()).toHaveLength(4);
  });
});

describe('the interval in which a name is asked for again', () => {
  const MAX_INTERVAL_MS = 25_000;

  it('is shorter while most checks have to wait for their name, and longer again when they do not', async () => {
    const clock = movableClock();
    network(['8.8.8.8']);
    const destination = await testDestination(nameOnly);
    const dns = async () => (await destination.object.health()).dns;
    /** So many attempts, each this long after the last; then the alarm asks again. */
    const round = async (attempts: number, apartMs: number) => {
      for (let i = 0; i < attempts; i++) {
        clock.advance(apartMs);
        expect(await outcomeOf(destination)).toBe('delivered');
      }
      const { expiresAtMs, prefetchIntervalMs } = await dns();
      clock.advance(prefetchIntervalMs + 1);
      await destination.alarm();
      await until('it is asked again', async () => ((await dns()).expiresAtMs ?? 0) > (expiresAtMs ?? 0));
      return dns();
    };
    expect(await dns()).toMatchObject({ prefetchIntervalMs: MAX_INTERVAL_MS, ratio: null });
    // Each record has expired before the next attempt: the alarm was late.
    const bad = await round(10, 31_000);
    expect(bad.ratio).toBeLessThan(0.7);
    expect(bad.prefetchIntervalMs).toBe(MAX_INTERVAL_MS / 2);
    clock.advance(bad.prefetchIntervalMs - 2_000);
    await destination.alarm();
    expect((await dns()).expiresAtMs).toBe(bad.expiresAtMs);
    const good = await round(40, 0);
    expect(good.ratio).toBeGreaterThan(0.7);
    expect(good.prefetchIntervalMs).toBe(MAX_INTERVAL_MS / 2 + 1_000);
  });
});

describe('a burst that is expected', () => {
  it('resolves the name, and opens the connection by a harmless request that counts nowhere', async () => {
    const net = network(['8.8.8.8']);
    const destination = await testDestination({ ...nameOnly, warmProbe: true });
    await destination.object.warm();
    expect(net.deliveries().map(({ url, body }) => [url, body])).toEqual([[`https://${HOST}/`, 'undefined']]);
    const health = await destination.object.health();
    expect(health).toMatchObject({
      ...{ lastWarmAtMs: expect.any(Number), window: { calls: 0 }, backlog: 0 },
      dns: { hits: 0, misses: 0, entries: 1 },
    });
    expect(await destination.deliveries()).toEqual([]);
    expect(await outcomeOf(destination)).toBe('delivered');
    expect((await destination.object.health()).dns).toMatchObject({ hits: 1, misses: 0 });
  });

  it('only resolves the name where no probe is asked for', async () => {
    const net = network(['8.8.8.8']);
    const destination = await testDestination(nameOnly);
    await destination.object.warm();
    expect(net.questions()).toHaveLength(2);
    expect(net.deliveries()).toEqual([]);
    expect((await destination.object.health()).lastWarmAtMs).toBeNull();
  });

  it.each([
    ['an address that is not public', ['192.168.0.1'], {}, null],
    ['a destination that is disabled', ['8.8.8.8'], { disabled: true }, null],
    ['a receiver whose breaker is open', ['8.8.8.8'], {}, 'open'],
  ] as const)('sends no probe to %s', async (_, addresses, changes, act) => {
    const net = network([...addresses]);
    const destination = await testDestination({ ...nameOnly, warmProbe: true, ...changes });
    if (act) await destination.object.act(act, 'somebody');
    await destination.object.warm();
    expect(net.deliveries()).toEqual([]);
  });
});
