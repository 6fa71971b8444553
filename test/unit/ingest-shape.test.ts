import { describe, expect, it } from 'vitest';
import { type BrowserClient, compileRules, type Edge, NO_EDGE } from '../../src/edge/index.ts';
import { isRefusal, normalise } from '../../src/ingest/normalise.ts';
import { OWN_ATTRIBUTES } from '../../src/limits/own-attributes.ts';
import { parseJson } from '../../src/shared/json.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';

const DEFAULTS = { stream: 'vitals', service: 'web', nowMs: Date.UTC(2026, 10, 27) } as const;

const BROWSER: BrowserClient = {
  ...{ device: 'mobile', browser: 'Chrome', os: 'Android', country: 'DE', site: 'shop.example', isCrawler: false },
};
const RULES = compileRules({ pageRules: ['/shop/:category/*'], bots: 'drop' });

function stored(input: Json, edge: Edge = NO_EDGE): LogRecord | { pointer: string; reason: string } {
  const result = normalise(input, { ...DEFAULTS, edge }, null);
  return isRefusal(result) ? result : (JSON.parse(`{"id":"x${result.tail}`) as LogRecord);
}

function attrsOf(input: Json, edge: Edge = NO_EDGE): JsonObject {
  const result = stored(input, edge);
  if ('reason' in result) throw new Error(JSON.stringify(result));
  return result.attrs;
}

describe('a vital', () => {
  it('is stored under our names, with a rating of ours, as the library sends it', () => {
    const attrs = {
      name: 'LCP',
      value: 2_600,
      rating: 'good',
      id: 'v5-1',
      delta: 2_600,
      navigationType: 'back-forward',
      labels: { page: '/checkout', release: '1.4.0', team: 'shop' },
    };
    expect(attrsOf({ attrs })).toEqual({
      ...attrs,
      rating: 'needs-improvement',
      labels: { page: '/checkout', release: '1.4.0', team: 'shop', navigation: 'back-forward' },
    });
  });

  it.each([
    ['at the top of the record', { name: 'INP', value: 80, path: '/cart' }],
    ['in attrs', { attrs: { metric: 'inp', value: 80, pathname: '/cart' } }],
    ['as labels of another name', { attrs: { metric: ' Inp ', value: 80, labels: { route: '/cart' } } }],
    ['by an address', { attrs: { name: 'INP', value: 80, url: '/cart?token=secret#x' } }],
  ])('is read leniently: %s', (_, input) => {
    expect(attrsOf(input)).toMatchObject({ name: 'INP', value: 80, rating: 'good', labels: { page: '/cart' } });
  });

  it('has page and site of the address it came from, without query and fragment', () => {
    const { labels } = attrsOf({ name: 'CLS', value: 0.3, url: 'https://shop.example:8443/a/b?q=1#f' });
    expect(labels).toEqual({ page: '/a/b', site: 'shop.example:8443' });
  });

  it('takes the kind of connection out of what the browser says of it', () => {
    const { labels } = attrsOf({
      name: 'FCP',
      value: 1,
      connection: { effectiveType: '4g', rtt: 50 },
      browser: { v: 1 },
    });
    expect(labels).toEqual({ connection: '4g' });
  });

  it('keeps what its sender wrote, also under names that objects are made with', () => {
    const attrs = attrsOf(JSON.parse('{"name":"FID","value":7,"__proto__":{"a":1},"page":"/x"}') as Json);
    expect(Object.getOwnPropertyDescriptor(attrs, '__proto__')?.value).toEqual({ a: 1 });
    expect(attrs).toMatchObject({ page: '/x', labels: { page: '/x' } });
  });

  it.each([
    ['a text', '12', '/value'],
    ['null', null, '/value'],
    ['a negative number', -1, '/value'],
    ['more than a day', 86_400_001, '/value'],
    ['more than a double can hold', parseJson('1e400'), '/value'],
  ])('is refused with a pointer where its value is %s', (_, value, pointer) => {
    expect(stored({ name: 'LCP', value })).toMatchObject({ pointer, reason: expect.stringContaining('a number') });
  });

  it('is refused with the pointer of where its value stood', () => {
    expect(stored({ attrs: { name: 'LCP', value: -1 } })).toMatchObject({ pointer: '/attrs/value' });
  });

  it.each([
    ['labels that are no object', { name: 'LCP', value: 1, labels: 'x' }, '/labels'],
    ['a label that is no word', { name: 'LCP', value: 1, labels: { page: { a: 1 } } }, '/labels/page'],
  ])('is refused with a pointer for %s', (_, input, pointer) => {
    expect(stored(input)).toMatchObject({ pointer });
  });

  it.each([
    ['has no name', { message: 'hello', value: -1 }],
    ['has a name of its own', { attrs: { name: 'page-load', value: 'slow' } }],
  ])('that %s is stored as it is', (_, input) => {
    const { attrs } = stored(input) as LogRecord;
    expect(attrs).toEqual((input as { attrs?: JsonObject }).attrs ?? { value: -1 });
  });

  it('costs no project room for the names that we give it', () => {
    const names = Object.keys(attrsOf({ name: 'LCP', value: 1 }));
    expect(names.filter((name) => !OWN_ATTRIBUTES.has(name))).toEqual([]);
  });
});

describe('a record of a browser', () => {
  const edge: Edge = { browser: BROWSER, rules: RULES };

  it.each(['logs', 'vitals', 'errors', 'operations', 'metrics'])(
    'has its labels from the edge, whatever it says: %s',
    (stream) => {
      const labels = {
        device: 'tv',
        browser: 'Lynx',
        os: 'Plan 9',
        country: 'XX',
        page: '/users/7',
        release: '1.4',
        site: 'a.example',
      };
      expect(attrsOf({ stream, name: 'LCP', value: 1, attrs: { labels } }, edge).labels).toEqual({
        ...{ device: 'mobile', browser: 'Chrome', os: 'Android', country: 'DE' },
        ...{ page: '/users/:id', release: '1.4', site: 'shop.example' },
      });
    },
  );

  it('has no country where none was found, and the site that it names where its origin is unknown', () => {
    const unknown = { ...edge, browser: { ...BROWSER, country: null, site: null } };
    const attrs = { labels: { country: 'DE' }, url: 'https://a.example/' };
    expect(attrsOf({ stream: 'logs', attrs }, unknown).labels).toEqual({
      ...{ device: 'mobile', browser: 'Chrome', os: 'Android', site: 'a.example', page: '/' },
    });
  });

  it('has the page that a rule of its project gives it', () => {
    const attrs = attrsOf({ name: 'LCP', value: 1, url: 'https://b.example/shop/shoes/1?x=s3cret' }, edge);
    expect(attrs.labels).toMatchObject({ page: '/shop/:category/*', site: 'shop.example' });
    expect(attrs.url).toBe('https://b.example/shop/:category/*');
  });

  it('says nothing that an address hides, in its message as little as in its attributes', () => {
    const record = {
      message: 'GET https://api.example/x?key=s3cret failed',
      attrs: { referrer: 'https://u:s3cret@b.example/?q=s3cret', trail: [{ to: 'https://b.example/#s3cret' }] },
    };
    expect(JSON.stringify(stored(record, edge))).not.toContain('s3cret');
  });

  it('is refused as a bot where a crawler sends it, unless the project keeps those', () => {
    const crawler = { ...BROWSER, isCrawler: true };
    expect(stored({ stream: 'logs', message: 'x' }, { ...edge, browser: crawler })).toMatchObject({
      ...{ pointer: '', reason: expect.stringMatching(/^bot:/) },
    });
    const rules = compileRules({ pageRules: [], bots: 'keep' });
    expect(attrsOf({ stream: 'logs', message: 'x' }, { browser: crawler, rules }).labels).toMatchObject({
      os: 'Android',
    });
  });
});

describe('a record that a server passes on', () => {
  it('keeps the labels that it has, with the page by the rules of the project', () => {
    const labels = { page: 'https://b.example/shop/shoes/1?x=1', device: 'tv', country: 'FR' };
    expect(attrsOf({ name: 'LCP', value: 1, labels }, { browser: null, rules: RULES }).labels).toEqual({
      ...{ page: '/shop/:category/*', device: 'tv', country: 'FR' },
    });
  });
});

describe('other streams', () => {
  it('keep their attributes as they came', () => {
    const attrs = { name: 'LCP', value: -5, labels: 'x' };
    expect(stored({ stream: 'logs', attrs })).toMatchObject({ attrs });
  });
});
