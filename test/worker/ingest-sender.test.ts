import { exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { createKey, createProject } from '../helpers/worker/accounts.ts';
import { ORIGIN } from '../helpers/worker/call-app.ts';

const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

interface Keys {
  ingest: string;
  query: string;
  reads: string;
  other: string;
}
let keys: Keys;
beforeAll(async () => {
  const { id } = await createProject();
  const keyOf = async (...scopes: Parameters<typeof createKey>[1] & object) => (await createKey(id, scopes)).key;
  const other = (await createKey((await createProject()).id, ['ingest'])).key;
  keys = { ingest: await keyOf('ingest'), query: await keyOf('query'), reads: await keyOf('ingest', 'query'), other };
});

async function outcome(headers: Record<string, string>, query = ''): Promise<string> {
  const response = await exports.default.fetch(
    new Request(`${ORIGIN}/api/ingest${query}`, { method: 'POST', headers, body: '{"message":"a"}' }),
  );
  const { code } = (await response.json()) as { code?: string };
  return `${response.status} ${code ?? ''}`.trim();
}

describe('a sender says its key as it can', () => {
  it.each<[string, (keys: Keys) => Record<string, string>]>([
    ['Bearer', (k) => ({ authorization: `Bearer ${k.ingest}` })],
    ['Basic, as the password', (k) => ({ authorization: `Basic ${base64(`anything:${k.ingest}`)}` })],
    ['Basic, as the user', (k) => ({ authorization: `Basic ${base64(`${k.ingest}:`)}` })],
    [
      'Basic, as the user of a client that insists on a password',
      (k) => ({ authorization: `Basic ${base64(`${k.ingest}:x`)}` }),
    ],
    ['ApiKey', (k) => ({ authorization: `ApiKey ${k.ingest}` })],
    ['ApiKey of id and key', (k) => ({ authorization: `ApiKey ${base64(`id:${k.ingest}`)}` })],
    ['a header of its own', (k) => ({ 'x-api-key': k.ingest })],
  ])('by %s', async (_, headers) => {
    expect(await outcome(headers(keys))).toBe('202');
  });

  it('by the URL, where it can set nothing else, and only a key that reads nothing', async () => {
    expect(await outcome({}, `?key=${keys.ingest}`)).toBe('202');
    expect(await outcome({}, `?key=${keys.reads}`)).toBe('403 key_in_url');
  });
});

describe('of two credentials in one request', () => {
  it.each<[string, (keys: Keys) => [Record<string, string>, string], string]>([
    ['the header counts, not the URL', (k) => [{ authorization: `Bearer ${k.ingest}` }, '?key=bad'], '202'],
    [
      'Authorization counts, not X-Api-Key',
      (k) => [{ authorization: `Bearer ${k.ingest}`, 'x-api-key': 'bad' }, ''],
      '202',
    ],
    ['X-Api-Key counts, not the URL', (k) => [{ 'x-api-key': k.ingest }, '?key=bad'], '202'],
    [
      'a bad first one is not mended by a good second',
      (k) => [{ authorization: 'Bearer bad', 'x-api-key': k.ingest }, ''],
      '401 key_invalid',
    ],
    [
      'nor one of another scheme',
      (k) => [{ authorization: `Digest ${k.ingest}`, 'x-api-key': k.ingest }, ''],
      '401 key_invalid',
    ],
    ['nor an empty one', (k) => [{ 'x-api-key': '', authorization: '' }, `?key=${k.ingest}`], '401 key_invalid'],
    [
      'nor one that may not write',
      (k) => [{ authorization: `Bearer ${k.query}`, 'x-api-key': k.ingest }, ''],
      '403 scope_missing',
    ],
    ['the first of two in the URL counts', (k) => [{}, `?key=${k.ingest}&key=bad`], '202'],
    ['and a bad one before it is refused', (k) => [{}, `?key=bad&key=${k.ingest}`], '401 key_invalid'],
  ])('%s', async (_, request, expected) => {
    expect(await outcome(...request(keys))).toBe(expected);
  });

  it('the same header twice is no key, as whoever joined them cannot tell which was meant', async () => {
    for (const name of ['authorization', 'x-api-key']) {
      const headers = new Headers();
      for (const key of [keys.ingest, keys.other]) headers.append(name, name === 'x-api-key' ? key : `Bearer ${key}`);
      expect(await outcome(Object.fromEntries(headers))).toBe('401 key_invalid');
    }
  });
});

describe('what is no key is refused as such, by every way that one can come', () => {
  it.each([
    ['a control character', '\u0001'],
    ['other scripts', 'ключ'],
    ['characters outside of the basic plane', '\u{1f511}'],
    ['a hundred thousand characters', 'bw_'.padEnd(100_000, 'a')],
    ['a key with something behind it', 'KEY='],
    ['a key with a character of its signature changed', 'KEY~'],
    ['a key that is cut', 'CUT'],
  ])('%s', async (_, text) => {
    const bad = text
      .replace('KEY=', `${keys.ingest}=`)
      .replace('CUT', keys.ingest.slice(0, -1))
      .replace('KEY~', swapLast(keys.ingest));
    expect(await outcome({ authorization: `Basic ${base64(`user:${bad}`)}` })).toBe('401 key_invalid');
    expect(await outcome({ authorization: `Bearer ${bad}` })).toBe('401 key_invalid');
    expect(await outcome({ 'x-api-key': bad })).toBe('401 key_invalid');
    expect(await outcome({}, `?key=${encodeURIComponent(bad)}`)).toBe('401 key_invalid');
  });

  it.each(['%00', '%', '%ED%A0%80', '%FF', '', '%F0%9F'])('?key=%s in the URL', async (escaped) => {
    expect(await outcome({}, `?key=${escaped}`)).toBe('401 key_invalid');
    expect(await outcome({}, `?key=${keys.ingest}${escaped || '%00'}`)).toBe('401 key_invalid');
  });

  it('NUL and bytes that are no UTF-8 within Basic', async () => {
    for (const bytes of [`user:${keys.ingest}\0`, `user:\0${keys.ingest}`]) {
      expect(await outcome({ authorization: `Basic ${base64(bytes)}` })).toBe('401 key_invalid');
    }
    expect(await outcome({ authorization: `Basic ${Buffer.from([0x75, 0x3a, 0xff, 0xfe]).toString('base64')}` })).toBe(
      '401 key_invalid',
    );
  });

  it('tells nothing of what it lacked: a wrong signature, an unknown kid and nonsense have one answer', async () => {
    const [head, , ...rest] = keys.ingest.split('.');
    const bodies = await Promise.all(
      [swapLast(keys.ingest), [head, 'k9', ...rest].join('.'), 'nonsense'].map(async (key) => {
        const response = await exports.default.fetch(
          new Request(`${ORIGIN}/api/ingest`, { method: 'POST', headers: { 'x-api-key': key }, body: '{}' }),
        );
        const { requestId: _, ...body } = (await response.json()) as { requestId: string };
        expect(JSON.stringify(body)).not.toContain(key);
        return body;
      }),
    );
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
  });
});

/** Another last character: the first bit of a base64url character of 43 is still part of the 32 bytes. */
function swapLast(key: string): string {
  return key.slice(0, -1) + (key.endsWith('A') ? 'g' : 'A');
}
