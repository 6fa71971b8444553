import { describe, expect, it, vi } from 'vitest';
import { Hub } from '../../durable-objects/hub/hub.ts';
import { DEFAULT_BREAKER, type DeliveryEvent } from '../../src/wire/delivery.ts';
import {
  encrypted,
  event,
  fakeReceiver,
  type TestDestination,
  testDestination,
} from '../helpers/worker/destination.ts';
import { until } from '../helpers/worker/until.ts';

const SECRET = 'Bearer very-secret-token';
const logOf = async (destination: TestDestination, { id }: DeliveryEvent) =>
  (await destination.object.find(`${destination.id}-${id}`))?.log ?? [];

async function attemptOf(destination: TestDestination) {
  const sent = event();
  await destination.enqueue(sent);
  await until('it was tried', async () => (await logOf(destination, sent)).length > 0);
  return (await logOf(destination, sent))[0];
}

describe('the log of an attempt', () => {
  it('has what was sent and answered, and how long it took', async () => {
    const receiver = fakeReceiver(() => Response.json({ ok: true }, { status: 202, headers: { 'x-request': 'r1' } }));
    const destination = await testDestination({ headers: [{ name: 'X-Team', value: 'ops', secret: false }] });
    const attempt = await attemptOf(destination);
    expect(attempt).toMatchObject({
      ...{ number: 1, outcome: 'delivered', status: 202, kind: 'normal', dnsMs: 0, error: null },
      request: { url: 'http://127.0.0.1:9100/hook', body: receiver.calls[0]?.body },
      response: { headers: { 'x-request': 'r1' }, body: '{"ok":true}', truncated: false },
    });
    expect(attempt?.request.headers).toMatchObject({ 'content-type': 'application/json', 'x-team': 'ops' });
    expect(attempt?.durationMs).toBeGreaterThanOrEqual(attempt?.headersMs ?? -1);
  });

  it('names no URL in why a connection failed, which all who read see', async () => {
    fakeReceiver(({ url }) => {
      throw new Error(`could not reach ${url}`);
    });
    const destination = await testDestination({ url: 'http://127.0.0.1:9100/services/T0123456/s3cretS3cret' });
    const attempt = await attemptOf(destination);
    expect(attempt?.error).toBe('the connection failed: could not reach (secret)');
  });

  it('shows no secret header, not even where the answer repeats it', async () => {
    const receiver = fakeReceiver(({ headers }) => {
      const sent = headers.get('authorization') ?? '';
      return new Response(`you sent ${sent}, that is ${sent.split(' ')[1]}`, {
        status: 400,
        headers: { 'x-echo': sent, 'set-cookie': 'a=b' },
      });
    });
    const destination = await testDestination();
    const value = encrypted(`destination header ${destination.id}`, SECRET);
    await destination.change({ headers: [{ name: 'Authorization', value, secret: true }] });
    const attempt = await attemptOf(destination);
    expect(receiver.calls[0]?.headers.get('authorization')).toBe(SECRET);
    expect(attempt?.request.headers).not.toHaveProperty('authorization');
    expect(attempt?.response).toMatchObject({
      headers: { 'x-echo': '(secret)' },
      body: 'you sent (secret), that is (secret)',
    });
    expect(attempt?.response?.headers).not.toHaveProperty('set-cookie');
    for (const table of ['deliveries', 'attempts', 'meta'])
      expect(JSON.stringify(await destination.sql(`SELECT * FROM ${table}`))).not.toContain('very-secret');
  });

  it('keeps 16 KiB of an answer, and reads no more of it', async () => {
    let pulled = 0;
    const huge = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new TextEncoder().encode('a'.repeat(4_096)));
      },
    });
    fakeReceiver(() => new Response(huge));
    const attempt = await attemptOf(await testDestination());
    expect(attempt).toMatchObject({ outcome: 'delivered', response: { truncated: true } });
    expect(attempt?.response?.body).toBe('a'.repeat(16_384));
    expect(pulled).toBeLessThan(10);
  });

  it('shows what is no text, and what would act on a terminal, as what it is not', async () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x41, 0x1b, 0x5b, 0x32, 0x4a, 0x00, 0xe2, 0x80, 0xae, 0x42]);
    fakeReceiver(() => new Response(bytes, { status: 400, headers: { 'x-note': 'plain' } }));
    const attempt = await attemptOf(await testDestination());
    expect(attempt?.response?.body).toBe('\ufffd\ufffdA\ufffd[2J\ufffd\ufffdB');
  });

  it('says what went wrong with a connection', async () => {
    fakeReceiver(() => Promise.reject(new Error('Network connection lost.')));
    const attempt = await attemptOf(await testDestination());
    expect(attempt).toMatchObject({ outcome: 'connection_failed', status: null, response: null });
    expect(attempt?.error).toBe('the connection failed: Network connection lost.');
  });

  it('has the newest twenty, with the body that each was sent with', async () => {
    const receiver = fakeReceiver(() => new Response('', { status: 400 }));
    const destination = await testDestination({ breaker: { ...DEFAULT_BREAKER, minimumCalls: 1_000 } });
    const sent = event();
    const id = `${destination.id}-${sent.id}`;
    await destination.enqueue(sent);
    for (let made = 1; made <= 25; made++) {
      await until(
        'it was tried',
        async () =>
          (await destination.object.find(id))?.attempts === made && (await destination.object.health()).backlog === 0,
      );
      if (made === 3 || made === 22) await destination.change({ template: `{"version":${made}}` });
      if (made < 25) await destination.object.replay({ kind: 'one', id });
    }
    const log = await logOf(destination, sent);
    expect(log.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 6));
    expect(log.map(({ request }) => request.body)).toEqual([
      ...Array(17).fill('{"version":3}'),
      ...Array(3).fill('{"version":22}'),
    ]);
    expect(receiver.calls[24]?.body).toBe('{"version":22}');
  });
});

describe('a template that does not go with an event', () => {
  it('sends nothing, tells the breaker nothing, and the event is tried again when it is mended', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination({ kind: 'email', template: null });
    const sent = event();
    await destination.enqueue(sent);
    expect(await destination.delivery(sent.id)).toMatchObject({
      state: 'queued',
      lastOutcome: 'template_failed',
      attempts: 1,
    });
    expect((await destination.object.health()).window.calls).toBe(0);
    await destination.change({ template: '{"to":"a@example.org"}' });
    await until('it is sent', () => receiver.calls.length === 1);
    expect(receiver.calls[0]?.body).toBe('{"to":"a@example.org"}');
  });

  it('is not tried sooner because what it is sent with was encrypted anew', async () => {
    fakeReceiver();
    const sealed = (purpose: string, id: string) => encrypted(`destination ${purpose} ${id}`, 'Bearer one');
    const destination = await testDestination({ kind: 'email', template: null });
    const headers = () => [{ name: 'authorization', value: sealed('header', destination.id), secret: true }];
    await destination.change({ headers: headers() });
    const sent = event();
    await destination.enqueue(sent);
    const waiting = await destination.delivery(sent.id);
    expect(waiting).toMatchObject({ state: 'queued', attempts: 1 });
    const secrets = destination.config.secrets.map((one) => ({ ...one, stored: sealed('secret', destination.id) }));
    await destination.change({ headers: headers(), secrets });
    expect(await destination.delivery(sent.id)).toEqual(waiting);
  });
});

describe('secrets', () => {
  it('that cannot be opened are said, and the event waits', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const receiver = fakeReceiver();
    const destination = await testDestination({
      secrets: [{ id: 'sec_1', kind: 'v1', stored: 'v1.gone.AAAA', expiresAtMs: null }],
    });
    expect(await attemptOf(destination)).toMatchObject({
      outcome: 'template_failed',
      error: expect.stringContaining('DATA_SECRETS'),
    });
    expect(receiver.calls).toEqual([]);
    expect(said).toHaveBeenCalledWith(expect.stringMatching(/"destination_secrets_unreadable".*"projectId":"[^"]+"/));
  });

  it('sign together while both are valid, and the old one no more when its time is over', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination();
    const [first] = destination.config.secrets;
    const stored = encrypted(`destination secret ${destination.id}`, new Uint8Array(32).fill(9));
    const rotated = (expiresAtMs: number) => [
      { id: 'sec_2', kind: 'v1a' as const, stored, expiresAtMs: null },
      { ...first, expiresAtMs } as NonNullable<typeof first>,
    ];
    await destination.change({ secrets: rotated(Date.now() + 60_000) });
    await attemptOf(destination);
    await destination.change({ secrets: rotated(Date.now() - 1) });
    await attemptOf(destination);
    const signatures = receiver.calls.map(({ headers }) =>
      headers
        .get('webhook-signature')
        ?.split(' ')
        .map((one) => one.split(',')[0]),
    );
    expect(signatures).toEqual([['v1a', 'v1'], ['v1a']]);
  });
});

describe('a test', () => {
  it('is one attempt, past a queue that is stopped, and kept in the log', async () => {
    const receiver = fakeReceiver(() => new Response('no', { status: 500 }));
    const destination = await testDestination({ disabled: true });
    await destination.object.act('isolate', 'usr_1');
    const sent = event({ type: 'destination.test' });
    const attempt = await destination.object.sendTest(sent);
    expect(attempt).toMatchObject({
      kind: 'test',
      number: 1,
      outcome: 'server_error',
      status: 500,
      response: { body: 'no' },
    });
    expect(await logOf(destination, sent)).toEqual([attempt]);
    expect(await destination.delivery(sent.id)).toMatchObject({ state: 'dead', type: 'destination.test', attempts: 1 });
    await destination.alarm();
    expect(receiver.calls).toHaveLength(1);
    expect(await destination.object.health()).toMatchObject({ deadLetters: 0, window: { calls: 0 } });
    expect(await destination.object.replay({ kind: 'all' })).toEqual({ kind: 'replayed', deliveries: 0 });
  });

  it('says also that nothing could be sent', async () => {
    fakeReceiver();
    const destination = await testDestination({ url: 'https://10.0.0.1/hook' });
    expect(await destination.object.sendTest(event())).toMatchObject({ outcome: 'address_refused', status: null });
    await destination.change({ kind: 'email' });
    expect(await destination.object.sendTest(event())).toMatchObject({
      outcome: 'template_failed',
      request: { body: '' },
    });
  });
});

describe('a name', () => {
  it('is asked for before the attempt, and the attempt says how it went', async () => {
    const dns: Record<string, string> = { 'hooks.example.org': '93.184.216.34', 'inside.example.org': '10.1.2.3' };
    const sent: string[] = [];
    fakeReceiver(({ url }) => {
      if (!url.includes('dns-query')) {
        sent.push(url);
        return new Response('ok');
      }
      const query = new URL(url).searchParams;
      const [name, isA] = [query.get('name') ?? '', query.get('type') === 'A'];
      const data = dns[name];
      const Answer = data && isA ? [{ name: `${name}.`, type: 1, TTL: 60, data }] : [];
      const body = { Status: data ? 0 : 3, Question: [{ name: `${name}.`, type: isA ? 1 : 28 }], Answer };
      return Response.json(body, { headers: { 'content-type': 'application/dns-json' } });
    });
    const destination = await testDestination({ url: 'https://hooks.example.org/a' });
    expect(await destination.object.sendTest(event())).toMatchObject({ outcome: 'delivered' });
    await destination.change({ url: 'https://inside.example.org/a' });
    expect(await destination.object.sendTest(event())).toMatchObject({
      outcome: 'address_refused',
      error: expect.stringContaining('10.1.2.3'),
    });
    await destination.change({ url: 'https://nowhere.example.org/a' });
    expect(await destination.object.sendTest(event())).toMatchObject({ outcome: 'dns_failed' });
    expect(sent).toEqual(['https://hooks.example.org/a']);
    expect((await destination.object.health()).dns).toMatchObject({ misses: 3 });
  });
});

describe('a burst that is expected', () => {
  it('finds the connection open where that is asked for, at the root of the host, and it counts nowhere', async () => {
    const receiver = fakeReceiver();
    const destination = await testDestination();
    await destination.object.warm();
    expect(receiver.calls).toEqual([]);
    await destination.change({ warmProbe: true });
    await destination.object.warm();
    await destination.object.warm();
    expect(receiver.calls.map(({ url, headers }) => [url, headers.get('webhook-id')])).toEqual([
      ['http://127.0.0.1:9100/', null],
    ]);
    expect(await destination.object.health()).toMatchObject({ lastWarmAtMs: expect.any(Number), window: { calls: 0 } });
  });
});

describe('whoever watches the health of a project', () => {
  it('hears of the breaker and of dead letters', async () => {
    const told = vi.spyOn(Hub.prototype, 'announce');
    fakeReceiver(({ body }) => new Response('', { status: body.includes('"bad"') ? 400 : 500 }));
    const destination = await testDestination();
    await destination.enqueue(event({ data: { kind: 'bad' } }), event({ data: { kind: 'bad' } }));
    await destination.enqueue(...Array.from({ length: 5 }, () => event()));
    const lines = () =>
      told.mock.calls
        .map(([, line]) => JSON.parse(line.ndjson).attrs)
        .filter(({ destinationId }) => destinationId === destination.id);
    await until('both were told', () => lines().length >= 2);
    expect(lines()).toContainEqual({ change: 'breaker', destinationId: destination.id, from: 'CLOSED', to: 'OPEN' });
    expect(lines()).toContainEqual({ change: 'dead_letters', destinationId: destination.id, deadLetters: 2 });
  });
});
