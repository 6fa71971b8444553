import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';

const HASHES = { client: '0123456789abcdef', extra: 'fedcba9876543210' };
const MAP_HASH = '00112233445566ff';

/** dist/sdk as its build leaves it: each file says what it is. */
const built = { fetch: async (url: URL) => answerOf(url.pathname) };
/** A checkout in which nothing was built. */
const unbuilt = { fetch: async () => new Response(null, { status: 404 }) };

function answerOf(path: string): Response {
  const [, name] = /^\/sdk\/((?:client|extra)\.min\.js(?:\.map)?(?:\.br|\.zst|\.gz)?)$/.exec(path) ?? [];
  if (path === '/sdk/hashes.json')
    return Response.json({
      'client.min.js': HASHES.client,
      'client.min.js.map': MAP_HASH,
      'extra.min.js': HASHES.extra,
      'extra.min.js.map': MAP_HASH,
    });
  return name === undefined ? new Response(null, { status: 404 }) : new Response(`the bytes of ${name}`);
}

async function ask(
  name: string,
  { headers = {}, method = 'GET', accepts = 'gzip, deflate, br, zstd', assets = built } = {},
) {
  const request = new Request(`https://telemetry.example/api/js/${name}`, {
    method,
    headers: { 'accept-encoding': 'br, gzip', ...headers },
    cf: { clientAcceptEncoding: accepts },
  });
  return createApp().fetch(request, { ...env, ASSETS: assets as unknown as Fetcher });
}

describe('the script', () => {
  it('is for pages of any origin, with its source map, and asked for again after minutes', async () => {
    const answer = await ask('client.min.js');
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'timing-allow-origin': '*',
      'x-content-type-options': 'nosniff',
      sourcemap: `client.${HASHES.client}.min.js.map`,
      vary: 'accept-encoding',
    });
    expect(answer.headers.has('set-cookie')).toBe(false);
  });

  it('is kept for a year under the hash of its content; under an old one it is the current script, for minutes', async () => {
    const current = await ask(`client.${HASHES.client}.min.js`);
    expect([current.status, current.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    const old = await ask('client.ffffffffffffffff.min.js');
    expect([old.status, old.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=300, stale-while-revalidate=86400',
    ]);
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br', 'client.min.js.br'],
    ['zstd', 'zstd', 'client.min.js.zst'],
    ['gzip', 'gzip', 'client.min.js.gz'],
    ['identity', null, 'client.min.js'],
  ])('comes to a client that accepts %s as %s', async (accepts, encoding, file) => {
    const answer = await ask('client.min.js', { accepts });
    expect(answer.headers.get('content-encoding')).toBe(encoding);
    expect(await answer.text()).toBe(`the bytes of ${file}`);
    expect(answer.headers.get('etag')).toBe(`"${HASHES.client}${encoding ? `-${encoding}` : ''}"`);
  });

  it('is not sent again to who has it', async () => {
    const etag = `"${HASHES.client}-br"`;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await ask('client.min.js', { headers: { 'if-none-match': known } });
      expect([answer.status, await answer.text(), answer.headers.get('etag')]).toEqual([304, '', etag]);
      expect(answer.headers.get('cache-control')).toContain('max-age=300');
    }
    const other = await ask('client.min.js', { headers: { 'if-none-match': `"${HASHES.client}-gzip"` } });
    expect(other.status).toBe(200);
  });

  it('answers HEAD with the same headers and nothing else, and no other method', async () => {
    const head = await ask('client.min.js', { method: 'HEAD' });
    expect([head.status, await head.text(), head.headers.get('content-encoding')]).toEqual([200, '', 'br']);
    const post = await ask('client.min.js', { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is for everybody: neither a key that is not valid nor a cookie is looked at', async () => {
    const headers = { authorization: 'Bearer bw_not.a.key', cookie: '__Host-gsession=x; __Host-gsession=y' };
    expect((await ask('client.min.js', { headers })).status).toBe(200);
  });
});

describe('other files', () => {
  it('are the second part and the source maps', async () => {
    const extra = await ask(`extra.${HASHES.extra}.min.js`);
    expect(extra.headers.get('cache-control')).toContain('immutable');
    expect(extra.headers.get('sourcemap')).toBe(`extra.${HASHES.extra}.min.js.map`);
    expect(await extra.text()).toBe('the bytes of extra.min.js.br');
    const map = await ask('client.min.js.map');
    expect([map.headers.get('content-type'), map.headers.has('sourcemap')]).toEqual(['application/json', false]);
    expect(await map.text()).toBe('the bytes of client.min.js.map.br');
  });

  it('that are maps are known by their own bytes, and of another build there is none', async () => {
    for (const name of ['client.min.js.map', `client.${HASHES.client}.min.js.map`]) {
      const map = await ask(name);
      expect([map.status, map.headers.get('etag')]).toEqual([200, `"${MAP_HASH}-br"`]);
    }
    const old = await ask('client.ffffffffffffffff.min.js.map');
    expect([old.status, await old.json()]).toMatchObject([404, { code: 'not_found' }]);
    // Neither is it there for who says that it has it.
    const known = await ask('client.ffffffffffffffff.min.js.map', { headers: { 'if-none-match': '*' } });
    expect(known.status).toBe(404);
  });

  it.each(['hashes.json', 'client.js', 'client.min.js.br', '..%2Findex.html', 'extra'])('%s is none', async (name) => {
    const answer = await ask(name);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not_found' }]);
  });

  it('are not there where nothing was built', async () => {
    expect((await ask('client.min.js', { assets: unbuilt })).status).toBe(404);
  });
});
