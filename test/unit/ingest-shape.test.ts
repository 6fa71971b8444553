import { describe, expect, it } from 'vitest';
import { isRefusal, normalise } from '../../src/ingest/normalise.ts';
import { OWN_ATTRIBUTES } from '../../src/limits/own-attributes.ts';
import { parseJson } from '../../src/shared/json.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';

const DEFAULTS = { stream: 'vitals', service: 'web', nowMs: Date.UTC(2026, 10, 27) } as const;

function stored(input: Json): LogRecord | { pointer: string; reason: string } {
  const result = normalise(input, DEFAULTS, null);
  return isRefusal(result) ? result : (JSON.parse(`{"id":"x${result.tail}`) as LogRecord);
}

function attrsOf(input: Json): JsonObject {
  const result = stored(input);
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
    ['a text', '12', '/attrs/value'],
    ['null', null, '/attrs/value'],
    ['a negative number', -1, '/attrs/value'],
    ['more than a day', 86_400_001, '/attrs/value'],
    ['more than a double can hold', parseJson('1e400'), '/attrs/value'],
  ])('is refused with a pointer where its value is %s', (_, value, pointer) => {
    expect(stored({ name: 'LCP', value })).toMatchObject({ pointer, reason: expect.stringContaining('a number') });
  });

  it.each([
    ['labels that are no object', { name: 'LCP', value: 1, labels: 'x' }, '/attrs/labels'],
    ['a label that is no word', { name: 'LCP', value: 1, labels: { page: { a: 1 } } }, '/attrs/labels/page'],
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

describe('other streams', () => {
  it('keep their attributes as they came', () => {
    const attrs = { name: 'LCP', value: -5, labels: 'x' };
    expect(stored({ stream: 'logs', attrs })).toMatchObject({ attrs });
  });
});
