import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completionAt } from '../../src/dashboard/lib/completion.ts';
import { attrField, facetName, quoteValue, termState, toggleTerm } from '../../src/dashboard/lib/query-edit.ts';
import { highlightWords, tokenize } from '../../src/dashboard/lib/query-tokens.ts';
import { compileQuery } from '../../src/query/index.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';

const RECORD: LogRecord = {
  id: '01939f00-0000-7000-8000-000000000001',
  ts: Date.parse('2026-01-31T08:00:00Z'),
  stream: 'logs',
  level: 'error',
  service: 'ledger',
  message: 'Payment  declined by the bank',
  attrs: { region: 'eu-west' },
};

/** What the server makes of it: the dashboard only edits text, the server alone decides what it means. */
function finds(q: string, record: LogRecord = RECORD): boolean {
  const compiled = compileQuery(q);
  if (!compiled.ok) throw new Error(`${q}: ${JSON.stringify(compiled.error)}`);
  return compiled.value.matches(record);
}

function withAttr(name: string, value: Json): LogRecord {
  return { ...RECORD, attrs: { [name]: value } };
}

const TEXT = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });
const ANY_TEXT = fc.oneof(
  TEXT,
  fc.constantFrom('AND', 'OR', '-5', 'a b', '"', '\\', 'x*', 'a?', '(', 'level:error', '>5'),
);

describe('a filter button edits the search', () => {
  it('adds a term to what is there, and takes out again what it added', () => {
    expect(toggleTerm('', 'level', 'error', false)).toBe('level:error');
    expect(toggleTerm('declined', 'level', 'error', true)).toBe('declined -level:error');
    expect(toggleTerm('declined -level:error', 'level', 'error', true)).toBe('declined');
    expect(toggleTerm('level:error declined', 'level', 'error', false)).toBe('declined');
  });

  it('turns a term round where it stands', () => {
    expect(toggleTerm('a level:error b', 'level', 'error', true)).toBe('a -level:error b');
    expect(toggleTerm('a -level:error b', 'level', 'error', false)).toBe('a level:error b');
    expect(toggleTerm('a NOT level:error b', 'level', 'error', false)).toBe('a level:error b');
    expect(toggleTerm('+level:error b', 'level', 'error', true)).toBe('-level:error b');
  });

  it('leaves the spaces of a phrase as they are', () => {
    expect(toggleTerm('"Payment  declined" level:error', 'level', 'error', false)).toBe('"Payment  declined"');
    expect(finds(toggleTerm('"Payment  declined" level:error', 'level', 'error', false))).toBe(true);
  });

  it.each([
    ['level:error AND service:ledger', 'service:ledger'],
    ['service:ledger AND level:error', 'service:ledger'],
    ['bank && level:error AND service:ledger', 'bank && service:ledger'],
    ['bank AND NOT level:error', 'bank'],
    ['NOT level:error AND bank', 'bank'],
  ])('takes a term out of "%s" with the AND that held it', (q, left) => {
    const after = toggleTerm(q, 'level', 'error', q.includes('NOT'));
    expect(after).toBe(left);
    expect(finds(after)).toBe(true);
  });

  it('binds a new term to all of an OR, however that is written', () => {
    expect(toggleTerm('bank OR card', 'level', 'info', false)).toBe('(bank OR card) level:info');
    expect(toggleTerm('bank || card', 'level', 'info', false)).toBe('(bank || card) level:info');
    expect(finds('(bank || card) level:info')).toBe(false);
    expect(toggleTerm('(bank OR card) declined', 'level', 'info', false)).toBe('(bank OR card) declined level:info');
  });

  it('says what a click would undo', () => {
    expect(termState('a level:ERROR', 'level', 'error')).toBe('included');
    expect(termState('a -level:error', 'level', 'error')).toBe('excluded');
    expect(termState('a NOT level:error', 'level', 'error')).toBe('excluded');
    expect(termState('a !level:"error"', 'level', 'error')).toBe('excluded');
  });

  it.each(['(level:error)', 'a OR level:error', 'a || level:error', 'level:>error', 'level:warn', 'NOT -level:error'])(
    'does not take "%s" for the plain term',
    (q) => expect(termState(q, 'level', 'error')).toBe('absent'),
  );

  it('does not take a pattern for the value that looks like it', () => {
    expect(termState('service:led*', 'service', 'led*')).toBe('absent');
    expect(termState('service:"led*"', 'service', 'led*')).toBe('included');
  });

  it('knows an attribute with and without its prefix as one field', () => {
    expect(termState('attrs.region:eu-west', 'region', 'eu-west')).toBe('included');
    expect(toggleTerm('attrs.region:eu-west', 'region', 'eu-west', false)).toBe('');
    expect(termState('attrs.level:error', 'level', 'error')).toBe('absent');
  });

  it('writes any name and any value so that the server finds exactly that record', () => {
    fc.assert(
      fc.property(ANY_TEXT, ANY_TEXT, (name, value) => {
        const field = attrField(name);
        const record = withAttr(name, value);
        expect(finds(`${field}:${quoteValue(value)}`, record)).toBe(true);
        expect(finds(toggleTerm('', field, value, true), record)).toBe(false);
      }),
    );
  });

  it('is undone by a second click, whatever the value', () => {
    fc.assert(
      fc.property(ANY_TEXT, ANY_TEXT, fc.boolean(), (name, value, exclude) => {
        const q = 'declined "by  the"';
        const once = toggleTerm(q, attrField(name), value, exclude);
        expect(termState(once, attrField(name), value)).toBe(exclude ? 'excluded' : 'included');
        expect(toggleTerm(once, attrField(name), value, exclude)).toBe(q);
      }),
    );
  });
});

describe('names of fields', () => {
  it('are short, unless the envelope has the name', () => {
    expect(attrField('region')).toBe('region');
    expect(attrField('level')).toBe('attrs.level');
    expect(attrField('attrs.x')).toBe('attrs.attrs.x');
    expect(attrField('http method')).toBe('http\\ method');
  });

  it('carry their prefix where the server asks for facets', () => {
    expect(facetName('service')).toBe('service');
    expect(facetName('region')).toBe('attrs.region');
    expect(facetName('attrs.region')).toBe('attrs.region');
  });
});

describe('the search box reads a search', () => {
  const kinds = (q: string) =>
    tokenize(q)
      .filter((t) => t.kind !== 'space')
      .map((t) => `${t.kind} ${t.text}`);

  it('loses no character of any text, and never stalls', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'ab:"\\()[]-!*>< ANDOR.') })), (q) => {
        const tokens = tokenize(q);
        expect(tokens.map((t) => t.text).join('')).toBe(q);
        expect(tokens.every((t) => t.text !== '' && q.startsWith(t.text, t.start))).toBe(true);
      }),
    );
  });

  it('tells fields, values, ranges, phrases and operators apart', () => {
    expect(kinds('level:error -service:"a b" durationMs:>=500 ts:[1 TO 2] a OR (b)')).toEqual([
      'field level:',
      'value error',
      'operator -',
      'field service:',
      'phrase "a b"',
      'field durationMs:',
      'operator >=',
      'value 500',
      'field ts:',
      'range [1 TO 2]',
      'word a',
      'operator OR',
      'paren (',
      'word b',
      'paren )',
    ]);
  });

  it('takes an address and a lone minus for words', () => {
    expect(kinds('https://a.test/x fe80::1 - "unclosed')).toEqual([
      'word https://a.test/x',
      'word fe80::1',
      'word -',
      'phrase "unclosed',
    ]);
  });

  it('marks in messages what was searched for, not what was left out or belongs to a field', () => {
    expect(highlightWords('declined "by the" -bank NOT card level:error message:time*out')).toEqual([
      'declined',
      'by the',
      'time',
      'out',
    ]);
    expect(highlightWords('er?or "a*b" (x OR y)')).toEqual(['er', 'or', 'a*b', 'x', 'y']);
  });
});

describe('completion', () => {
  it('offers fields for a word and at an empty place', () => {
    expect(completionAt('', 0)).toEqual({ kind: 'field', prefix: '', start: 0, end: 0 });
    expect(completionAt('a ser', 5)).toEqual({ kind: 'field', prefix: 'ser', start: 2, end: 5 });
    expect(completionAt('-', 1)).toMatchObject({ kind: 'field' });
    expect(completionAt('a -ser', 6)).toEqual({ kind: 'field', prefix: 'ser', start: 3, end: 6 });
  });

  it('offers values behind a colon, also in open quotes', () => {
    expect(completionAt('level:', 6)).toEqual({ kind: 'value', field: 'level', prefix: '', start: 6, end: 6 });
    expect(completionAt('level:er', 8)).toEqual({ kind: 'value', field: 'level', prefix: 'er', start: 6, end: 8 });
    expect(completionAt('service:"my s', 13)).toEqual({
      kind: 'value',
      field: 'service',
      prefix: 'my s',
      start: 8,
      end: 13,
    });
  });

  it('replaces the whole piece that the caret stands in', () => {
    expect(completionAt('level:error x', 8)).toEqual({
      kind: 'value',
      field: 'level',
      prefix: 'er',
      start: 6,
      end: 11,
    });
    expect(completionAt('level:error', 3)).toEqual({ kind: 'field', prefix: 'lev', start: 0, end: 6 });
  });

  it('offers nothing inside a range, a free phrase or an operator', () => {
    expect(completionAt('ts:[1 TO', 8)).toBeNull();
    expect(completionAt('"free phr', 9)).toBeNull();
    expect(completionAt('a AND', 5)).toBeNull();
  });
});
