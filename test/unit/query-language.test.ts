import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../src/query/index.ts';
import { parseQuery } from '../../src/query/language/parse.ts';
import { MAX_QUERY_CHARS } from '../../src/wire/limits.ts';
import type { LogRecord } from '../../src/wire/record.ts';

const RECORD: LogRecord = {
  id: '01939f00-0000-7000-8000-000000000001',
  ts: Date.parse('2026-01-31T08:00:00Z'),
  stream: 'logs',
  level: 'error',
  service: 'Checkout-API',
  message: 'Payment failed: card declined for order #A-17 (code 51)',
  userId: 'u-42',
  type: 'payment.failed',
  attrs: {
    region: 'eu-west',
    durationMs: 812.5,
    status: 502,
    retry: true,
    empty: null,
    list: ['alpha', 'Beta gamma'],
    'http.method': 'POST',
    http: { route: '/api/orders/:id', 'user.agent': 'Mozilla/5.0 (X11)' },
    note: 'naïve café 東京 ΟΔΟΣ',
    big: Number('12345678901234567890'),
    asText: '750',
    path: 'C:\\temp\\x.log',
  },
};

function matches(q: string, record: LogRecord = RECORD): boolean {
  const compiled = compileQuery(q);
  if (!compiled.ok) throw new Error(`${q}: ${JSON.stringify(compiled.error)}`);
  const answer = compiled.value.matches(record);
  expect(compiled.value.matchesLine(JSON.stringify(record)), `matchesLine of ${q}`).toBe(answer);
  return answer;
}

describe('the search language', () => {
  it.each([
    // words and phrases
    '',
    '*',
    'payment',
    'PAYMENT declined',
    'declined payment',
    '"card declined"',
    '"CARD  declined" OR "card declined"',
    'a-17',
    '#A-17',
    '51',
    '502',
    'true',
    'u-42',
    'payment.failed',
    'checkout',
    'gamma',
    'café',
    'CAFÉ',
    '東京',
    'οδος',
    '12345678901234567890',
    'orders/:id',
    'C\\:\\\\temp\\\\x.log',
    '"C:\\temp"',
    // patterns
    'pay*',
    '*clin*',
    '*lined',
    'f?iled',
    'p*t',
    '/api/*/:id',
    '*lpha',
    '(card) declined',
    // fields
    'level:error',
    'level:ERR',
    'level:>=warn',
    'level:>info',
    'level:[warn TO fatal]',
    'level:(warn OR error)',
    'level:e*',
    'stream:logs',
    'service:checkout-api',
    'service:checkout*',
    'message:declined',
    'message:"card declined"',
    'message:*cline*',
    'userId:u-42',
    'type:payment.*',
    'id:01939f00-0000-7000-8000-000000000001',
    'ts:>=2026-01-31',
    'ts:[2026-01-31T07:00Z TO 2026-01-31T09:00Z]',
    'region:EU-west',
    'attrs.region:eu-west',
    'region:eu*',
    'status:502',
    'status:502.0',
    'status:5?2',
    'status:50*',
    'status:>500',
    'status:>=502',
    'status:<=502',
    'status:[500 TO 599]',
    'status:[502 TO 503}',
    'status:{501 TO *]',
    'status:[* TO 502]',
    'status:(404 OR >=500)',
    'durationMs:812.5',
    'durationMs:8.125e2',
    'durationMs:> 500',
    'asText:>700',
    'asText:[700 TO 800]',
    'retry:true',
    'empty:null',
    'list:alpha',
    'list:"beta gamma"',
    'list:beta*',
    'http.method:post',
    'http.route:"/api/orders/:id"',
    'http.user.agent:*x11*',
    'big:12345678901234567890',
    'region:*',
    'http:*',
    'attrs:*',
    'attrs:gamma',
    // logic
    'payment AND declined',
    'payment && declined',
    'nothing OR declined',
    'nothing || declined',
    'NOT nothing',
    '-nothing',
    '!nothing',
    'payment -region:us',
    '+payment +declined',
    '-(nothing OR nowhere)',
    'NOT NOT payment',
    'nothing OR payment AND declined',
    '(nothing OR payment) AND (declined OR nowhere)',
    '-empty:*',
    'http://example.test OR payment',
  ])('finds the record by %s', (q) => {
    expect(matches(q)).toBe(true);
  });

  it.each([
    'pay',
    'paymen',
    'ayment',
    '"card  declined"',
    '"declined card"',
    'clin*',
    '*clin',
    'pay*order',
    'level:info',
    'level:<error',
    'service:checkout',
    'message:pay',
    'region:eu',
    'region:west',
    'status:50',
    'status:{502 TO 599]',
    'status:[500 TO 502}',
    'status:<502',
    'status:abc',
    'status:>abc',
    'region:>5',
    'empty:*',
    'missing:*',
    'missing:null',
    'list:gamma',
    'http.method:get',
    'http:post',
    'traceId:*',
    '-payment',
    'NOT payment',
    'payment -declined',
    'payment AND nothing',
    'and',
    'region',
    'ts:<2026-01-31',
    '502.0',
  ])('does not find the record by %s', (q) => {
    expect(matches(q)).toBe(false);
  });

  it('binds AND closer than OR', () => {
    expect(matches('payment OR nothing AND nowhere')).toBe(true);
    expect(matches('(payment OR nothing) AND nowhere')).toBe(false);
  });

  it.each([
    ['(payment', 0, 1, 'never closed'],
    ['payment)', 7, 1, 'never opened'],
    ['a ()', 2, 2, 'nothing between'],
    ['say "hello', 4, 6, 'never closed'],
    ['x AND', 2, 3, 'missing after AND'],
    ['AND x', 0, 3, 'missing before AND'],
    ['x OR OR y', 5, 2, 'missing before OR'],
    ['NOT', 0, 3, 'missing after NOT'],
    ['status:', 0, 7, 'directly'],
    ['status: 500', 0, 7, 'directly'],
    ['status:[1 2]', 7, 3, '[low TO high]'],
    ['status:[1 TO 2', 7, 7, 'never closed'],
    ['status:>', 7, 1, 'missing'],
    ['status:>5*', 8, 2, 'wildcards'],
    ['level:eror', 0, 10, 'no level'],
    ['x level:>=loud', 2, 12, 'no level'],
    ['stream:log', 0, 10, 'no stream'],
    ['ts:>yesterday', 0, 13, 'ISO 8601'],
    ['ts:2026-02-30', 0, 13, 'ISO 8601'],
    ['ts:2026-04-31T00:00:00Z', 0, 23, 'ISO 8601'],
    ['attrs:>5', 0, 8, 'name the attribute'],
    [`x ${'a.'.repeat(32)}status:5`, 2, 72, '32 names'],
    ['""', 0, 2, 'nothing between'],
    ['trailing\\', 8, 1, 'backslash'],
    [`${'('.repeat(60)}x${')'.repeat(60)}`, 50, 1, 'nested deeper'],
    [`${'NOT '.repeat(60)}x`, 200, 1, 'nested deeper'],
    ['x '.repeat(300), 512, 1, 'terms'],
    [`a OR ${'*?'.repeat(30)}`, 5, 60, 'wildcards'],
    ['x'.repeat(MAX_QUERY_CHARS + 3), MAX_QUERY_CHARS, 3, 'characters'],
  ])('says where %s goes wrong', (q, position, length, reason) => {
    const compiled = compileQuery(q);
    expect(compiled.ok ? null : compiled.error).toMatchObject({
      position,
      length,
      reason: expect.stringContaining(reason),
    });
  });

  it('never throws, and points into the text, whatever the text', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '"',
      ':',
      '*',
      '?',
      '\\',
      '-',
      '!',
      '[',
      ']',
      '{',
      '}',
      ' TO ',
      'AND',
      ' OR ',
      'NOT ',
      '>',
      '<=',
      ' ',
      'a',
      'level:',
      'x:',
      '\u0000',
      '\ud800',
      '😀',
      'ς',
      'İ',
      '1e999',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (q) => {
          const compiled = compileQuery(q);
          if (compiled.ok) {
            compiled.value.matches(RECORD);
            return;
          }
          const { position, length, reason } = compiled.error;
          expect(position).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(1);
          expect(position + length).toBeLessThanOrEqual(Math.max(1, q.length));
          expect(reason).not.toBe('');
        },
      ),
      { numRuns: 2_000 },
    );
  });

  // In quadratic time both take far longer than a test may.
  it('takes a pattern of many wildcards in linear time', () => {
    const record = { ...RECORD, message: 'a'.repeat(200_000) };
    for (const q of [
      '*a*a*a*a*a*a*a*a*a*a*b',
      `a${'*a'.repeat(30)}b`,
      `*${'?'.repeat(30)}b`,
      'message:*a?a?a?a?a?b',
      'note:*a*a*a*b',
    ])
      expect(matches(q, record)).toBe(false);
  });

  it('takes a long phrase in linear time in a text that nearly repeats it', () => {
    const record = { ...RECORD, message: 'a'.repeat(200_000) };
    for (let i = 0; i < 200; i++) expect(matches('a'.repeat(4_000), record)).toBe(false);
    expect(matches('a'.repeat(4_000), { ...record, message: `${record.message} ${'a'.repeat(4_000)}.` })).toBe(true);
  });

  it('parses a quote without a field as one phrase, escapes included', () => {
    expect(parseQuery('"a \\"b\\" \\\\ c:\\d"')).toEqual({
      ok: true,
      value: { kind: 'bare', test: { kind: 'text', text: 'a "b" \\ c:\\d' } },
    });
  });
});
