import { describe, expect, it } from 'vitest';
import { NO_EDGE } from '../../src/edge/index.ts';
import { isRefusal, normalise } from '../../src/ingest/normalise.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';

const STACK = 'TypeError: x is off\n    at pay (https://a.example/app.js?token=1:10:5)';

function stored(input: Json): LogRecord {
  const result = normalise(input, { stream: 'errors', service: 'shop', nowMs: Date.UTC(2026, 10, 27) }, null);
  if (isRefusal(result)) throw new Error(`${result.pointer} ${result.reason}`);
  return JSON.parse(`{"id":"x${result.tail}`) as LogRecord;
}

const labels = (record: LogRecord) => record.attrs.labels as JsonObject;

describe('a record of stream errors', () => {
  it('gets frames and a fingerprint, and keeps what its sender wrote', () => {
    const record = stored({
      message: 'x is off',
      type: 'TypeError',
      attrs: { stack: STACK, handled: false, labels: { tier: 'gold' } },
    });
    expect(record).toMatchObject({ level: 'error', type: 'TypeError', message: 'x is off' });
    expect(record.attrs).toEqual({
      stack: STACK,
      handled: false,
      frames: [{ function: 'pay', file: 'https://a.example/app.js', line: 10, column: 5, inApp: true }],
      labels: { tier: 'gold', fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
  });

  it('gets its type from where its sender put it', () => {
    const types: [Json, string][] = [
      [{ type: 'RangeError', message: 'TypeError: x' }, 'RangeError'],
      [{ message: 'x', attrs: { type: 'RangeError' } }, 'RangeError'],
      [{ message: 'x', attrs: { name: 'RangeError' } }, 'RangeError'],
      [{ message: 'x', attrs: { error: { name: 'RangeError', stack: STACK } } }, 'RangeError'],
      [{ message: 'x', attrs: { 'exception.type': 'java.io.IOException' } }, 'java.io.IOException'],
      [{ message: 'Uncaught (in promise) TypeError: x' }, 'TypeError'],
      [{ message: 'x is off', attrs: { stack: STACK } }, 'TypeError'],
      [{ message: 'x', attrs: { name: 'the checkout' } }, 'Error'],
    ];
    for (const [input, type] of types) expect([input, stored(input).type]).toEqual([input, type]);
  });

  it('is one group by whichever name its stack and labels came', () => {
    const inputs: Json[] = [
      { message: 'x is off', type: 'TypeError', attrs: { stack: STACK } },
      { message: 'x is off', type: 'TypeError', stacktrace: STACK },
      { message: STACK },
      { attrs: { exception: { type: 'TypeError', message: 'x is off', stacktrace: STACK } } },
      { message: 'x is off', attrs: { error: { name: 'TypeError', stack: STACK } } },
      { message: 'x is off', type: 'TypeError', attrs: { stack: STACK.split('\n') } },
    ];
    expect(new Set(inputs.map((input) => labels(stored(input)).fingerprint)).size).toBe(1);
    expect(labels(stored({ message: 'x', release: '1.4.0', page: '/pay?id=1' }))).toMatchObject({
      release: '1.4.0',
      page: '/pay',
    });
  });

  it('keeps its own level, and its own frames under its own names', () => {
    const frames = [{ filename: 'https://a.example/a.js', function: 'f', lineno: 1 }];
    const record = stored({ message: 'x', level: 'warn', attrs: { frames } });
    expect(record.level).toBe('warn');
    expect(record.attrs.frames).toEqual(frames);
    expect(labels(record).fingerprint).not.toBe(labels(stored({ message: 'x' })).fingerprint);
  });

  it('stays as it is where it says nothing of an error', () => {
    const record = stored({ attrs: { a: 1 } });
    expect(record.attrs).toEqual({ a: 1 });
    expect(record.type).toBeUndefined();
  });

  it('is not refused for what is added to it', () => {
    const many = Object.fromEntries(Array.from({ length: 480 }, (_, i) => [`a${i}`, i]));
    const record = stored({
      message: 'x',
      attrs: { ...many, stack: `Error\n${'    at f (https://a.example/a.js:1:2)\n'.repeat(50)}` },
    });
    expect((record.attrs.frames as Json[]).length).toBeLessThan(4);
    expect(() => stored({ message: 'x', attrs: { labels: 'none' } })).toThrow('/attrs/labels must be an object');
    expect(() => stored({ message: 'x', labels: 'none' })).toThrow(/^\/labels must be an object/);
  });

  it('deep attributes are refused for themselves, not by a fault', () => {
    let deep: Json = 'x';
    for (let i = 0; i < 20_000; i++) deep = [deep];
    expect(() => stored({ message: 'x', attrs: { deep } })).toThrow('is nested deeper than');
  });

  it('is read once, whether it says its type or not, and the labels of its browser are made once', () => {
    let reads = 0;
    let labelled = 0;
    const browser = {
      ...{ browser: 'Chrome', os: 'Android', country: null, site: null, isCrawler: false },
      get device() {
        labelled++;
        return 'mobile' as const;
      },
    };
    const readsOf = (more: JsonObject, edge = NO_EDGE) => {
      reads = 0;
      const attrs = {
        get stack() {
          reads++;
          return STACK;
        },
      };
      const defaults = { stream: 'errors', service: 'shop', nowMs: 0, edge } as const;
      expect(isRefusal(normalise({ message: 'x', attrs, ...more }, defaults, null))).toBe(false);
      return reads;
    };
    expect(readsOf({})).toBe(readsOf({ type: 'TypeError' }));
    readsOf({}, { ...NO_EDGE, browser });
    expect(labelled).toBe(1);
  });
});
