import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOfAuthorization, writableStreams } from '../../src/ingest/sender.ts';
import type { Scope } from '../../src/projects/index.ts';
import { BROWSER_STREAMS, type Stream } from '../../src/wire/record.ts';

const KEY = 'bw_1.k1.e30.c2ln';
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

describe('the key of an Authorization header', () => {
  it.each([
    ['Bearer', `Bearer ${KEY}`, KEY],
    ['Bearer, in any case and with more spaces', `bEARER   ${KEY}`, KEY],
    ['Basic, as the password', `Basic ${base64(`user:${KEY}`)}`, KEY],
    ['Basic, as the password of nobody', `Basic ${base64(`:${KEY}`)}`, KEY],
    ['Basic, as the user without a password', `Basic ${base64(`${KEY}:`)}`, KEY],
    ['Basic, as the user beside a password that is none', `Basic ${base64(`${KEY}:x-oauth-basic`)}`, KEY],
    ['Basic, the password where both look like keys', `Basic ${base64(`bw_other:${KEY}`)}`, KEY],
    ['Basic, with colons in the password', `Basic ${base64('u:a:b')}`, 'a:b'],
    ['Basic, with other scripts', `Basic ${base64('Jürgen:пароль')}`, 'пароль'],
    ['ApiKey, as it is', `ApiKey ${KEY}`, KEY],
    ['ApiKey, as base64 of id and key', `ApiKey ${base64(`id:${KEY}`)}`, KEY],
  ])('%s: "%s"', (_, header, key) => {
    expect(keyOfAuthorization(header)).toBe(key);
  });

  it.each([
    ['nothing', ''],
    ['a key without a scheme', KEY],
    ['a scheme without a key', 'Bearer'],
    ['a scheme and a space', 'Bearer '],
    ['two of them, which a proxy may have joined', `Bearer ${KEY}, Bearer ${KEY}`],
    ['another scheme', `Digest ${KEY}`],
    ['Basic that is no base64', 'Basic ????'],
    ['Basic without a colon', `Basic ${base64(KEY)}`],
    ['ApiKey that is base64 without a colon', `ApiKey ${base64('nothing')}`],
    ['a scheme in another script', `Ｂearer ${KEY}`],
  ])('is none in %s: "%s"', (_, header) => {
    expect(keyOfAuthorization(header)).toBe('');
  });

  it('is the password of any Basic credentials, whatever they are made of', () => {
    const text = fc.string({ unit: 'binary' }).map((one) => one.toWellFormed());
    fc.assert(
      fc.property(text, text, (user, password) => {
        fc.pre(!user.includes(':') && password !== '' && !user.startsWith('bw_'));
        expect(keyOfAuthorization(`Basic ${base64(`${user}:${password}`)}`)).toBe(password);
      }),
    );
  });

  it('is some text for any header at all', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (header) => typeof keyOfAuthorization(header) === 'string'));
  });
});

describe('the streams that a key may write', () => {
  it.each<[string, Scope[], string[] | null, Stream[] | null]>([
    ['every stream', ['ingest'], null, null],
    ['every stream by admin', ['admin'], null, null],
    ['none by query', ['query'], null, []],
    ['those that are named', ['ingest:logs', 'ingest:fraud'], null, ['logs', 'fraud']],
    ['those of pages, of a browser key', ['ingest'], ['https://a.example'], [...BROWSER_STREAMS]],
    [
      'those of pages, although a browser key names others',
      ['ingest:logs', 'ingest:spans'],
      ['https://a.example'],
      ['logs'],
    ],
  ])('are %s: %j, origins %j', (_, scopes, origins, streams) => {
    expect(writableStreams({ scopes, origins })).toEqual(streams);
  });
});
