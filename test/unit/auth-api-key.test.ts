import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyClaims } from '../../src/projects/index.ts';
import { displayPrefix, signKey, verifyKey } from '../../src/projects/key.ts';
import { createKeySchema } from '../../src/projects/schema.ts';
import { SCOPES } from '../../src/projects/scopes.ts';
import { hmacSha256Base64Url } from '../../src/shared/hash.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const config = configWith({ apiKeySecrets: [SECRET_1] });
const CLAIMS: KeyClaims = {
  keyId: 'key_0123456789abcdef',
  projectId: 'prj_0123456789abcdef',
  scopes: ['ingest:vitals'],
  origins: ['https://shop.example'],
  quota: null,
};
const KEY = signKey(config, CLAIMS);

/** A key with the right signature over any text. */
function signed(payload: unknown, kid = SECRET_1.kid, id = '1'): string {
  const text = `bw_${id}.${kid}.${Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)).toString('base64url')}`;
  return `${text}.${hmacSha256Base64Url(SECRET_1.secret, text)}`;
}

describe('API keys', () => {
  it('give back what was signed, the second time from memory', () => {
    expect(verifyKey(config, KEY)).toEqual(CLAIMS);
    expect(verifyKey(config, KEY)).toBe(verifyKey(config, KEY));
  });

  it('have no origins when they were made without', () => {
    expect(verifyKey(config, signKey(config, { ...CLAIMS, origins: null }))).toEqual({ ...CLAIMS, origins: null });
  });

  it('carry a quota, and have none where they were made before there were quotas', () => {
    const quota = { recordsPerDay: 5_000 };
    expect(verifyKey(config, signKey(config, { ...CLAIMS, quota }))?.quota).toEqual(quota);
    expect(verifyKey(config, signed({ p: 'prj_1', s: ['ingest'] }))?.quota).toBeNull();
    for (const q of [0, -1, 1.5, '5', {}])
      expect(verifyKey(config, signed({ p: 'prj_1', s: ['ingest'], q }))).toBeNull();
  });

  it('fit a WebSocket subprotocol and a URL as they are', () => {
    expect(KEY).toMatch(/^bw_0123456789abcdef\.k1\.[\w-]+\.[\w-]{43}$/);
    expect(encodeURIComponent(KEY)).toBe(KEY);
  });

  it('show in lists what a person can find again in a key and in its id, and nothing that verifies', () => {
    const other = signKey(config, { ...CLAIMS, keyId: 'key_0123456789abcdeg' });
    expect([displayPrefix(KEY), displayPrefix(other)]).toEqual(['bw_0123456789abcdef', 'bw_0123456789abcdeg']);
    expect(KEY.startsWith(`${displayPrefix(KEY)}.`)).toBe(true);
    expect(verifyKey(config, displayPrefix(KEY))).toBeNull();
  });

  it('survive a rotation of secrets while the old one is listed, and are signed with the first', () => {
    const overlap = configWith({ apiKeySecrets: [SECRET_2, SECRET_1] });
    expect(verifyKey(overlap, KEY)).toEqual(CLAIMS);
    expect(signKey(overlap, CLAIMS)).toMatch(/^bw_0123456789abcdef\.k2\./);
    expect(verifyKey(configWith({ apiKeySecrets: [SECRET_2] }), KEY)).toBeNull();
  });

  it('are not remembered across configurations', () => {
    expect(verifyKey(config, KEY)).not.toBeNull();
    const sameKid = { kid: SECRET_1.kid, secret: SECRET_2.secret };
    expect(verifyKey(configWith({ apiKeySecrets: [sameKid] }), KEY)).toBeNull();
  });

  it('are remembered up to a bound, and still verify when they are forgotten', () => {
    const small = configWith({ apiKeySecrets: [SECRET_1] });
    const first = verifyKey(small, KEY);
    for (let i = 0; i < 2_100; i++) verifyKey(small, signKey(small, { ...CLAIMS, keyId: `key_${i}` }));
    const again = verifyKey(small, KEY);
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
  });

  it('with any one character changed, added or removed are refused', () => {
    const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= \n'];
    fc.assert(
      fc.property(fc.nat(KEY.length - 1), fc.constantFrom(...alphabet), (at, character) => {
        const changed = KEY.slice(0, at) + character + KEY.slice(at + 1);
        const added = KEY.slice(0, at) + character + KEY.slice(at);
        const removed = KEY.slice(0, at) + KEY.slice(at + 1);
        return [changed, added, removed].every((text) => text === KEY || verifyKey(config, text) === null);
      }),
      { numRuns: 500 },
    );
  });

  it('never throw, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => verifyKey(config, text) === null));
    fc.assert(fc.property(fc.string(), (text) => verifyKey(config, `bw_1.k1.${text}.${'A'.repeat(43)}`) === null));
  });

  const refused: [what: string, key: string][] = [
    ['no text', ''],
    ['text after the signature', `${KEY}A`],
    ['a line break after the signature', `${KEY}\n`],
    ['space around', ` ${KEY} `],
    ['an unknown key id', signed({ p: 'prj_1', s: ['ingest'] }, 'k9')],
    ['a scope that does not exist', signed({ p: 'prj_1', s: ['ingest:everything'] })],
    ['no project', signed({ s: ['ingest'] })],
    ['claims of a later version', signed({ p: 'prj_1', s: ['ingest'], x: 1 })],
    ['origins that are no list', signed({ p: 'prj_1', s: ['ingest'], o: 'https://shop.example' })],
    ['no object', signed('null')],
    ['an id that no key has', signed({ p: 'prj_1', s: ['ingest'] }, 'k1', 'KEY')],
    ["another key's id before the dot", KEY.replace('bw_0', 'bw_1')],
    ['more than a key can be', signed({ p: 'p'.repeat(3_000), s: ['ingest'] })],
  ];
  it.each(refused)('with %s are refused', (_, key) => {
    expect(verifyKey(config, key)).toBeNull();
  });

  it('are accepted by the test that makes the refused ones', () => {
    expect(verifyKey(config, signed({ p: 'prj_1', s: ['ingest'] }))).not.toBeNull();
  });
});

describe('what a key may be', () => {
  const good = { name: 'shop', scopes: ['ingest'] };
  const cases: [what: string, input: unknown, pointer: string | null][] = [
    ['one scope', good, null],
    ['every scope', { name: 'all', scopes: SCOPES }, null],
    [
      'a browser key',
      { ...good, scopes: ['ingest:vitals'], origins: ['https://shop.example', 'http://localhost:3000'] },
      null,
    ],
    ['no scope', { ...good, scopes: [] }, '/scopes'],
    ['an unknown scope', { ...good, scopes: ['ingest', 'root'] }, '/scopes/1'],
    ['a browser key that reads', { ...good, scopes: ['query'], origins: ['https://shop.example'] }, '/scopes'],
    [
      'a browser key that manages',
      { ...good, scopes: ['ingest', 'admin'], origins: ['https://shop.example'] },
      '/scopes',
    ],
    ['a browser key of all that pages send', { ...good, origins: ['https://shop.example'] }, null],
    [
      'a browser key that could forge fraud signals',
      { ...good, scopes: ['ingest:vitals', 'ingest:fraud'], origins: ['https://shop.example'] },
      '/scopes',
    ],
    ['an empty list of origins', { ...good, origins: [] }, '/origins'],
    ['an origin with a path', { ...good, origins: ['https://shop.example/'] }, '/origins/0'],
    ['an origin in capitals', { ...good, origins: ['https://SHOP.example'] }, '/origins/0'],
    ['an origin with a default port', { ...good, origins: ['https://shop.example:443'] }, '/origins/0'],
    ['a wildcard', { ...good, origins: ['*'] }, '/origins/0'],
    ['a file', { ...good, origins: ['file://'] }, '/origins/0'],
    [
      'too many origins',
      { ...good, origins: Array.from({ length: 9 }, (_, i) => `https://s${i}.example`) },
      '/origins',
    ],
    ['an empty name', { ...good, name: '  ' }, '/name'],
    ['a name with a line break', { ...good, name: 'a\nb' }, '/name'],
  ];
  it.each(cases)('%s', (_, input, pointer) => {
    const parsed = createKeySchema.safeParse(input);
    const found = parsed.success ? null : `/${parsed.error.issues[0]?.path.join('/')}`;
    expect(found).toBe(pointer);
  });

  it('the longest allowed key still verifies', () => {
    const origins = Array.from({ length: 8 }, (_, i) => `https://${'a'.repeat(240)}${i}.example`.slice(0, 255));
    const key = signKey(config, { ...CLAIMS, scopes: SCOPES, origins });
    expect(verifyKey(config, key)?.origins).toEqual(origins);
  });
});
