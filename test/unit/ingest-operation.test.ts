import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BrowserClient, compileRules } from '../../src/edge/index.ts';
import { isRefusal, normalise } from '../../src/ingest/normalise.ts';
import { categoryOf } from '../../src/ingest/shape/reason.ts';
import { OWN_ATTRIBUTES } from '../../src/limits/own-attributes.ts';
import { parseJson } from '../../src/shared/json.ts';
import { callOf, NONE, partsOf } from '../../src/wire/operations.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';

const DEFAULTS = { stream: 'operations', service: 'payments', nowMs: Date.UTC(2026, 10, 27) } as const;

function stored(input: Json): LogRecord | { pointer: string; reason: string } {
  const result = normalise(input, DEFAULTS, null);
  return isRefusal(result) ? result : (JSON.parse(`{"id":"x${result.tail}`) as LogRecord);
}

function attrsOf(input: Json): JsonObject {
  const result = stored(input);
  if ('reason' in result) throw new Error(JSON.stringify(result));
  return result.attrs;
}

const call = { scope: 'p2p', gateway: 'venmo', operation: 'create' };

describe('an operation', () => {
  it('is stored under our names, with the labels that it is summed up by', () => {
    const attrs = { ...call, durationMs: 118.5, outcome: 'success', bytes: 2_048, amount: 12 };
    expect(attrsOf({ level: 'debug', attrs })).toEqual({
      ...attrs,
      labels: { gateway: 'venmo', operation: 'create', call: 'venmo/create' },
    });
    expect(stored({ level: 'debug', attrs })).toMatchObject({ level: 'debug' });
  });

  it('that failed has its reason as a label too, beside the labels of its sender', () => {
    const attrs = {
      ...call,
      durationMs: 90,
      outcome: 'failure',
      reason: 'insufficient_funds',
      labels: { region: 'eu' },
    };
    expect(attrsOf({ attrs })).toEqual({
      ...attrs,
      labels: {
        ...{ gateway: 'venmo', operation: 'create', call: 'venmo/create' },
        ...{ reason: 'insufficient_funds', region: 'eu' },
      },
    });
  });

  it.each([
    ['at the top of the record', { ...call, durationMs: 7, outcome: 'failure', reason: 'declined', bytes: 3 }],
    [
      'under other names',
      { scope: ' P2P ', target: 'venmo', operation: 'create', duration: 7, success: false, error: 'declined', size: 3 },
    ],
    [
      'in attrs, as a client of HTTP has it',
      { attrs: { ...call, duration_ms: 7, ok: false, errorCode: 'declined', responseBytes: 3 } },
    ],
    [
      'by an outcome that says why',
      { scope: 'p2p', labels: { gateway: 'venmo', operation: 'create' }, latencyMs: 7, status: 'DECLINED', bytes: 3 },
    ],
    [
      'with an error that is an object',
      { ...call, durationMs: 7, error: { message: 'no money on 4711', code: 'declined' }, bytes: 3 },
    ],
  ])('is read leniently: %s', (_, input) => {
    expect(attrsOf(input)).toMatchObject({
      ...{ scope: 'p2p', gateway: 'venmo', operation: 'create', durationMs: 7, outcome: 'failure', bytes: 3 },
      reason: 'declined',
      labels: { gateway: 'venmo', operation: 'create', call: 'venmo/create', reason: 'declined' },
    });
  });

  it('keeps what its sender wrote, and under `sent` what it wrote in another way under a name of ours', () => {
    const attrs = {
      scope: 'P2P',
      target: 'wise',
      operation: 'query',
      durationMs: 5,
      outcome: 'timeout',
      error: 'late',
    };
    expect(attrsOf({ attrs })).toEqual({
      ...attrs,
      ...{ scope: 'p2p', gateway: 'wise', outcome: 'failure', reason: 'late' },
      sent: { scope: 'P2P', outcome: 'timeout' },
      labels: { gateway: 'wise', operation: 'query', call: 'wise/query', reason: 'late' },
    });
    const own = attrsOf({ ...call, outcome: 'ok', sent: 7, sent_: 8 });
    expect(own).toMatchObject({ outcome: 'success', sent: 7, sent_: 8, sent__: { outcome: 'ok' } });
  });

  it('keeps fields under names that objects are made with', () => {
    const attrs = attrsOf(JSON.parse('{"scope":"p2p","operation":"create","__proto__":{"a":1}}') as Json);
    expect(Object.getOwnPropertyDescriptor(attrs, '__proto__')?.value).toEqual({ a: 1 });
  });

  it.each<[Json, 'success' | 'failure', string | undefined]>([
    ...['success', 'Succeeded', 'OK', 'true', 'completed', true, 200, 302, '201'].map(
      (said): [Json, 'success', undefined] => [said, 'success', undefined],
    ),
    ...['failure', 'FAILED', 'error', 'false', false].map((said): [Json, 'failure', string] => [said, 'failure', NONE]),
    ['timed out', 'failure', 'timeout'],
    ['TIMED_OUT', 'failure', 'timeout'],
    ['declined', 'failure', 'declined'],
    ['canceled', 'failure', 'cancelled'],
    [404, 'failure', 'HTTP 404'],
    ['503', 'failure', 'HTTP 503'],
  ])('whose outcome is %j came to %s', (said, outcome, reason) => {
    for (const name of ['outcome', 'status']) {
      const { labels, ...attrs } = attrsOf({ ...call, [name]: said });
      expect([attrs.outcome, (labels as JsonObject).reason]).toEqual([outcome, reason]);
    }
  });

  it.each<[string, JsonObject, string | undefined, string | undefined]>([
    ['a status of another kind beside it', { outcome: 'success', status: 'settling' }, 'success', undefined],
    ['a status of another kind before it', { status: 'settling', ok: 1 }, 'success', undefined],
    ['a status that says more', { outcome: 'error', status: 502 }, 'failure', 'HTTP 502'],
    ['its own reason before its status', { outcome: 'error', status: 502, reason: 'upstream' }, 'failure', 'upstream'],
    ['a code before a sentence', { ok: 0, error: 'Card 4711 was declined', errorCode: 51 }, 'failure', '51'],
    ['an error and no outcome', { error: 'late' }, 'failure', 'late'],
    ['an error that says nothing', { error: true }, 'failure', NONE],
    ['an error that is null', { error: null, ok: true }, 'success', undefined],
    ['a reason and no outcome', { reason: 'customer asked' }, undefined, undefined],
    ['a reason of a success', { outcome: 'ok', reason: 'customer asked' }, 'success', undefined],
    ['nothing that says', {}, undefined, undefined],
  ])('is judged by what it says: %s', (_, said, outcome, reason) => {
    const attrs = attrsOf({ ...call, ...said });
    expect([attrs.outcome, (attrs.labels as JsonObject).reason]).toEqual([outcome, reason]);
    if (said.reason !== undefined) expect(attrs.reason).toBe(said.reason);
  });

  it('without a gateway is called by its operation alone, and without an operation by none', () => {
    const profile = attrsOf({ scope: 'profile', operation: 'full', durationMs: 1 });
    expect([profile.gateway, profile.labels]).toEqual([undefined, { operation: 'full', call: 'full' }]);
    expect(attrsOf({ scope: 'p2p', gateway: 'zelle' })).toEqual({
      ...{ scope: 'p2p', gateway: 'zelle' },
      labels: { gateway: 'zelle', operation: NONE, call: `zelle/${NONE}` },
    });
  });

  it.each<[string, JsonObject, string]>([
    ['a negative duration', { durationMs: -1 }, '/attrs/durationMs'],
    ['a duration that is a text', { duration: '12' }, '/attrs/duration'],
    ['more than a double can hold', { duration_ms: parseJson('1e400') }, '/attrs/duration_ms'],
    ['an unknown outcome', { outcome: 'perhaps' }, '/attrs/outcome'],
    ['an outcome that is a number and no status', { status: 7 }, '/attrs/status'],
    ['a size that is no whole number', { bytes: 1.5 }, '/attrs/bytes'],
    ['a negative size', { size: -3 }, '/attrs/size'],
    ['a gateway that is an object', { gateway: { name: 'venmo' } }, '/attrs/gateway'],
    ['a long operation', { operation: 'x'.repeat(65) }, '/attrs/operation'],
    ['a long gateway under another name', { gateway: null, target: 'x'.repeat(65) }, '/attrs/target'],
    [
      'a long gateway among the labels',
      { gateway: null, labels: { gateway: 'x'.repeat(65) } },
      '/attrs/labels/gateway',
    ],
    ['labels that are no object', { labels: 'x' }, '/attrs/labels'],
    ['a scope that is a list', { scope: ['p2p'] }, '/attrs/scope'],
    ['a scope that is called as its sizes are', { scope: 'p2p.bytes' }, '/attrs/scope'],
  ])('is refused with a pointer to the field as its sender named it: %s', (_, wrong, pointer) => {
    expect(stored({ attrs: { ...call, ...wrong } })).toEqual({ pointer, reason: expect.any(String) });
    expect(stored({ ...call, ...wrong })).toMatchObject({ pointer: pointer.replace('/attrs', '') });
  });

  it('reads no field of another kind as one of its own', () => {
    const attrs = { ...call, size: 'large', gateway: '', target: { host: 'a' } };
    expect(attrsOf({ attrs })).toEqual({ ...attrs, labels: { operation: 'create', call: 'create' } });
  });

  it.each([
    ['no scope', { operation: 'create', durationMs: -1 }],
    ['the scope of an instrumentation', { scope: { name: 'lib' }, durationMs: -1, labels: 'x' }],
  ])('that has %s is stored as it is', (_, attrs) => {
    expect(attrsOf({ attrs })).toEqual(attrs);
  });

  it('that a page sends has the labels of its browser beside its own', () => {
    const browser: BrowserClient = {
      ...{ device: 'mobile', browser: 'Chrome', os: 'Android', country: 'DE', site: 'shop.example', isCrawler: false },
    };
    const edge = { browser, rules: compileRules({ pageRules: [], bots: 'drop' }) };
    const input = { ...call, duration: -1, url: 'https://shop.example/cart?token=s3cret' };
    expect(normalise(input, { ...DEFAULTS, edge }, null)).toMatchObject({ pointer: '/duration' });
    const result = normalise({ ...input, duration: 3, ok: true }, { ...DEFAULTS, edge }, null);
    const { attrs } = isRefusal(result) ? expect.unreachable() : (JSON.parse(`{"id":"x${result.tail}`) as LogRecord);
    expect(attrs).toMatchObject({ scope: 'p2p', durationMs: 3, outcome: 'success' });
    expect(attrs.labels).toMatchObject({ call: 'venmo/create', gateway: 'venmo', page: '/cart', country: 'DE' });
    expect(JSON.stringify(attrs)).not.toContain('s3cret');
  });

  it('costs no project room for the names that we give it', () => {
    const names = Object.keys(attrsOf({ ...call, duration: 1, outcome: 'failed', reason: 'x', bytes: 1 }));
    expect(names.filter((name) => !OWN_ATTRIBUTES.has(name))).toEqual(['duration']);
  });
});

describe('the reason of a failure', () => {
  it.each([
    ['insufficient_funds', 'insufficient_funds'],
    ['E1042', 'E1042'],
    ['card.declined:51', 'card.declined:51'],
    ['HTTP 503', 'HTTP 503'],
    ['request failed with status code 502 after 3 tries', 'request failed with status code 502 after <n> tries'],
    ['HTTP/1.1 503 from wise: HTTP 503', 'HTTP/<n> <n> from wise: HTTP 503'],
    ['Balance 45.20 is below 1,000', 'Balance <n> is below <n>'],
    ['no account for ana.b+1@example.com', 'no account for <email>'],
    ['GET https://api.example.com/v1/tx/99?k=s failed', 'GET <url> failed'],
    ['transfer tx_8f3a21bc99 of 550e8400-e29b-41d4-a716-446655440000 is unknown', 'transfer <n> of <id> is unknown'],
    ['connect ECONNREFUSED 10.0.0.1:8443', 'connect ECONNREFUSED <n>'],
    ['TypeError: field "amount" is  missing\n at line 4', 'field <value> is missing'],
    ['card 4111-1111-1111-1111 was declined', 'card <n> was declined'],
    ['550e8400-e29b-41d4-a716-446655440000', '<id>'],
    ['tx_8f3a21bc99', 'tx_8f3a21bc99'],
    ['\ue001 is no digit', 'is no digit'],
  ])('%j is counted as %j', (reason, category) => {
    expect(categoryOf(reason)).toBe(category);
  });

  it('is short and whole, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 800 }), (reason) => {
        const category = categoryOf(reason);
        expect(category.length).toBeLessThanOrEqual(128);
        expect(category.isWellFormed()).toBe(true);
      }),
    );
    const long = 'the gateway said: '.repeat(40);
    expect(categoryOf(long)).toBe(long.slice(0, 128));
  });

  it('is the same for two failures that differ in their numbers', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.uuid(), fc.uuid(), (a, b, first, second) => {
        const said = (n: number, id: string) => categoryOf(`limit of ${n} reached by ${id} today`);
        expect(said(a, first)).toBe(said(b, second));
      }),
    );
  });
});

describe('a call', () => {
  it('is taken apart into what it was made of', () => {
    const word = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a/b', '%2F', '%', '%252F', '/'));
    fc.assert(
      fc.property(fc.option(word), word, (gateway, operation) => {
        expect(partsOf(callOf(gateway, operation))).toEqual({ gateway, operation });
      }),
    );
    expect([callOf('venmo', 'dry-run'), callOf(null, 'full')]).toEqual(['venmo/dry-run', 'full']);
  });
});
