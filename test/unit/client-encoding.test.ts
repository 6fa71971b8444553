import { describe, expect, it } from 'vitest';
import { chooseEncoding } from '../../src/client/encoding.ts';
import { cacheControl, parseClientFile } from '../../src/client/file.ts';

describe('the encoding of a file', () => {
  it.each([
    ['what browsers say', 'gzip, deflate, br, zstd', 'br'],
    ['a client without br', 'gzip, zstd', 'zstd'],
    ['an old client', 'gzip, deflate', 'gzip'],
    ['no preference', '*', 'br'],
    ['all but one', 'br;q=0, *', 'zstd'],
    ['weights', 'br;q=0.2, gzip;q=0.8', 'gzip'],
    ['capital letters', 'GZIP;Q=1.0', 'gzip'],
    ['nothing', '', null],
    ['only as it is', 'identity', null],
    ['rather as it is', 'identity, gzip;q=0.5', null],
    ['what we have not', 'deflate, compress', null],
    ['none of it', 'br;q=0, gzip;q=0.0, zstd;q=x', null],
  ])('for %s', (_, accepted, encoding) => {
    expect(chooseEncoding(accepted)).toBe(encoding);
  });
});

describe('the name of a file', () => {
  it.each([
    ['client.min.js', { part: 'client', hash: null, isMap: false }],
    ['client.0123456789abcdef.min.js', { part: 'client', hash: '0123456789abcdef', isMap: false }],
    ['extra.0123456789abcdef.min.js', { part: 'extra', hash: '0123456789abcdef', isMap: false }],
    ['client.min.js.map', { part: 'client', hash: null, isMap: true }],
    ['client.js', null],
    ['client.min.js.br', null],
    ['client.0123.min.js', null],
    ['hashes.json', null],
    ['../index.html', null],
  ])('%s', (name, file) => {
    expect(parseClientFile(name)).toEqual(file);
  });
});

describe('how long a file is kept', () => {
  const file = (hash: string | null) => ({ part: 'client', hash, isMap: false }) as const;

  it('is a year where the URL has the hash of the content, and minutes where it has none or an old one', () => {
    expect(cacheControl(file('b'), 'b')).toBe('public, max-age=31536000, immutable');
    for (const hash of [null, 'a']) {
      expect(cacheControl(file(hash), 'b')).toBe('public, max-age=300, stale-while-revalidate=86400');
    }
  });
});
