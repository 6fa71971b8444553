import { describe, expect, it } from 'vitest';
import { dohLookUp } from '../../../src/delivery/dns/doh.ts';

const HOST = 'hooks.example.com';
const RESOLVER = 'https://resolver.example/dns-query?tenant=7';
const JSON_TYPE = { 'content-type': 'application/dns-json' };
const AWAY = { kind: 'none', failure: 'resolver_away', ttlMs: null };

const message = (type: string, data: string | null) =>
  JSON.stringify({
    Status: 0,
    Answer: data === null ? [] : [{ name: HOST, type: type === 'A' ? 1 : 28, TTL: 60, data }],
  });

/** A name server behind `fetch`: what it says by type, and what it was asked. */
function server(answer: (type: string, init: RequestInit) => Response | Promise<Response>) {
  const asked: { url: string; init: RequestInit }[] = [];
  const send = (async (input: string, init: RequestInit = {}) => {
    asked.push({ url: input, init });
    return answer(new URL(input).searchParams.get('type') ?? '', init);
  }) as typeof fetch;
  return { asked, lookUp: dohLookUp(RESOLVER, send) };
}

describe('a question over HTTPS', () => {
  it('is put for both types, as JSON, and beside what the URL says already', async () => {
    const { asked, lookUp } = server(
      (type) => new Response(message(type, type === 'A' ? '8.8.8.8' : '2606:4700::1111'), { headers: JSON_TYPE }),
    );
    expect(await lookUp(HOST)).toEqual({ kind: 'addresses', addresses: ['8.8.8.8', '2606:4700::1111'], ttlMs: 60_000 });
    expect(asked.map(({ url }) => url)).toEqual(['A', 'AAAA'].map((type) => `${RESOLVER}&name=${HOST}&type=${type}`));
    for (const { init } of asked) {
      expect(init).toMatchObject({ headers: { accept: 'application/dns-json' }, redirect: 'manual' });
      expect(init.signal).toBeInstanceOf(AbortSignal);
    }
  });

  it.each([
    ['a type', { 'content-type': 'application/json; charset=UTF-8' }],
    ['the other type', { 'content-type': 'Application/DNS-JSON' }],
  ])('is answered by %s that resolvers use', async (_, headers) => {
    const { lookUp } = server((type) => new Response(message(type, type === 'A' ? '8.8.8.8' : null), { headers }));
    expect(await lookUp(HOST)).toMatchObject({ addresses: ['8.8.8.8'] });
  });

  it.each([
    ['says 500', () => new Response(message('A', '8.8.8.8'), { status: 500, headers: JSON_TYPE })],
    ['says 429', () => new Response('', { status: 429 })],
    ['sends us on', () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })],
    ['sends a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['sends a page as JSON', () => new Response('<html>', { headers: JSON_TYPE })],
    ['sends what is no text', () => new Response(new Uint8Array([0xff, 0xfe]), { headers: JSON_TYPE })],
    ['sends nothing', () => new Response(null, { headers: JSON_TYPE })],
    ['refuses the connection', () => Promise.reject(new TypeError('fetch failed'))],
  ])('is not answered by a resolver that %s', async (_, answer) => {
    const { lookUp } = server(answer);
    expect(await lookUp(HOST)).toEqual(AWAY);
  });

  it('is not answered by one that never ends, which is left after 64 KiB', async () => {
    let sentBytes = 0;
    let left = false;
    const endless = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          sentBytes += 16_384;
          controller.enqueue(new Uint8Array(16_384).fill(32));
        },
        cancel() {
          left = true;
        },
      });
    const { lookUp } = server(() => new Response(endless(), { headers: JSON_TYPE }));
    expect(await lookUp(HOST)).toEqual(AWAY);
    expect(left).toBe(true);
    expect(sentBytes).toBeLessThan(1_000_000);
  });

  it('is not answered by one that sends its headers and then nothing, nor by one that sends nothing at all', async () => {
    const never = (init: RequestInit) =>
      new Promise<never>((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const silent = server((_, init) => never(init));
    expect(await silent.lookUp(HOST)).toEqual(AWAY);
    const half = server((_, init) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          init.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
        },
      });
      return new Response(body, { headers: JSON_TYPE });
    });
    expect(await half.lookUp(HOST)).toEqual(AWAY);
  });

  it('of which one type fails is not answered: the connection could take what nobody has seen', async () => {
    const { lookUp } = server((type) =>
      type === 'A' ? new Response(message('A', '8.8.8.8'), { headers: JSON_TYPE }) : new Response('', { status: 500 }),
    );
    expect(await lookUp(HOST)).toEqual(AWAY);
  });
});
