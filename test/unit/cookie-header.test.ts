import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookiePairs, cookieValues } from '../../src/shared/cookie-header.ts';

/** As [name, value] pairs, which a table reads better by. */
const pairs = (header: string) => cookiePairs(header).map(({ name, value }) => [name, value]);

/** Slow, and what the words say: cut at `;`, then at the first `=`, then strip space and tab. */
function reference(header: string): [string, string][] {
  const strip = (text: string) => text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
  return header.split(';').flatMap((part): [string, string][] => {
    const [first = '', ...rest] = part.split('=');
    if (rest.length > 0) return [[strip(first), strip(rest.join('='))]];
    return strip(part) === '' ? [] : [['', strip(part)]];
  });
}

type Case = [what: string, header: string, expected: string[][]];

describe('RFC 6265 4.2.1: cookie-header = "Cookie:" OWS cookie-string OWS', () => {
  it.each<Case>([
    ['no cookie', '', []],
    ['one', 'SID=31d4d96e407aad42', [['SID', '31d4d96e407aad42']]],
    ['digits', 'foo=123', [['foo', '123']]],
    [
      'two, as in 3.1',
      'SID=31d4; lang=en-US',
      [
        ['SID', '31d4'],
        ['lang', 'en-US'],
      ],
    ],
    [
      'white space around the whole',
      ' \t a=1; b=2 \t',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['only white space', ' \t  ', []],
    ['the shortest there is', 'f=', [['f', '']]],
    [
      'the two shortest',
      'f=;b=',
      [
        ['f', ''],
        ['b', ''],
      ],
    ],
    ['a name of one character alone', 'f', [['', 'f']]],
  ])('reads %s', (_, header, expected) => expect(pairs(header)).toEqual(expected));
});

describe('RFC 6265 4.1.1: cookie-pair = cookie-name "=" cookie-value', () => {
  const token = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const octets = Array.from({ length: 0x7f - 0x21 }, (_, i) => String.fromCharCode(0x21 + i))
    .filter((character) => !'",;\\'.includes(character))
    .join('');
  it.each<Case>([
    ['every character of a token in a name', `${token}=1`, [[token, '1']]],
    ['every cookie-octet in a value', `a=${octets}`, [['a', octets]]],
    ['a value in quotes with its quotes, which belong to it (bis 5.6)', 'a="b"', [['a', '"b"']]],
    ['quotes with spaces inside', ' foo = " a b c " ', [['foo', '" a b c "']]],
    ['one quote', 'a="b', [['a', '"b']]],
    [
      'quotes that hold no `;` together',
      'a="b;c"; d=e',
      [
        ['a', '"b'],
        ['', 'c"'],
        ['d', 'e'],
      ],
    ],
    [
      'a backslash as it is',
      'a=b\\;c',
      [
        ['a', 'b\\'],
        ['', 'c'],
      ],
    ],
    ['a comma as part of a value, not as the end of a pair', 'a=1,b=2', [['a', '1,b=2']]],
    ['`=` in a value: the first ends the name', 'a=b=c==', [['a', 'b=c==']]],
    [
      'a query string as a value',
      'foo="bar=123456789&name=Magic+Mouse"',
      [['foo', '"bar=123456789&name=Magic+Mouse"']],
    ],
    ['percent signs, which nobody decodes', 'email=%20%22%2c%3b%2f', [['email', '%20%22%2c%3b%2f']]],
    [
      'a broken escape',
      'foo=%1;bar=bar',
      [
        ['foo', '%1'],
        ['bar', 'bar'],
      ],
    ],
    ['an escaped name, which is no other name', '%61=1', [['%61', '1']]],
    ['a plus sign, which is no space', 'a=b+c', [['a', 'b+c']]],
    [
      'an empty value',
      'foo=; bar=',
      [
        ['foo', ''],
        ['bar', ''],
      ],
    ],
    [
      'JSON',
      'p={"a":[1]}; q=2',
      [
        ['p', '{"a":[1]}'],
        ['q', '2'],
      ],
    ],
    [
      'base64 with padding',
      'k=AQ==; l=1',
      [
        ['k', 'AQ=='],
        ['l', '1'],
      ],
    ],
  ])('reads %s', (_, header, expected) => expect(pairs(header)).toEqual(expected));
});

describe('RFC 6265 5.4, 4: pairs are separated by "; ", and servers meet less', () => {
  it.each<Case>([
    [
      'no space behind `;`',
      'a=1;b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'several, and tabs',
      'a=1; \t b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a space before `;`',
      'a=1 ;b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'white space around `=`',
      'FOO    = bar;   baz  =   raz',
      [
        ['FOO', 'bar'],
        ['baz', 'raz'],
      ],
    ],
    ['tabs everywhere', '\tfoo\t=\tbar\t', [['foo', 'bar']]],
    [
      'spaces everywhere',
      '  foo  =  bar  ;  fizz  =  buzz  ',
      [
        ['foo', 'bar'],
        ['fizz', 'buzz'],
      ],
    ],
    ['`;` at the end', 'a=1;', [['a', '1']]],
    ['`;` at the start', ';a=1', [['a', '1']]],
    [
      'empty pairs between',
      'a=1;; ;\t;b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['nothing but `;`', ';;; ;', []],
    ['white space inside name and value, which stays', 'a b=c d', [['a b', 'c d']]],
    [
      'names in their case',
      'a=1; A=2',
      [
        ['a', '1'],
        ['A', '2'],
      ],
    ],
  ])('reads %s', (_, header, expected) => expect(pairs(header)).toEqual(expected));
});

describe('RFC 6265bis 5.8.3, 4: a cookie without a name is sent as its value alone', () => {
  it.each<Case>([
    ['alone', 'hello', [['', 'hello']]],
    [
      'before others',
      '  fizz; foo=  bar',
      [
        ['', 'fizz'],
        ['foo', 'bar'],
      ],
    ],
    [
      'behind others',
      'foo=bar;fizz  ;  buzz',
      [
        ['foo', 'bar'],
        ['', 'fizz'],
        ['', 'buzz'],
      ],
    ],
    ['with its `=`, as some send it', '=bar', [['', 'bar']]],
    ['with `=` and white space', ' = bar ', [['', 'bar']]],
    ['with nothing at all', '   =   ', [['', '']]],
    ['whose value begins with `=`', '==a', [['', '=a']]],
    ['which claims a prefix', '=__Host-a=1', [['', '__Host-a=1']]],
    [
      'many, in time that grows with their number',
      'a;'.repeat(4),
      [
        ['', 'a'],
        ['', 'a'],
        ['', 'a'],
        ['', 'a'],
      ],
    ],
  ])('%s', (_, header, expected) => expect(pairs(header)).toEqual(expected));
});

describe('RFC 6265 5.4, 2 and 6265bis 5.8.3: order, and several of one name', () => {
  it.each<Case>([
    [
      'all are kept, in order',
      'foo=%1;bar=bar;foo=boo',
      [
        ['foo', '%1'],
        ['bar', 'bar'],
        ['foo', 'boo'],
      ],
    ],
    [
      'equal ones too',
      'a=1; a=1',
      [
        ['a', '1'],
        ['a', '1'],
      ],
    ],
    [
      'an empty one does not yield',
      'foo=;bar=bar;foo=boo',
      [
        ['foo', ''],
        ['bar', 'bar'],
        ['foo', 'boo'],
      ],
    ],
    [
      'names of an object’s own',
      'toString=foo;__proto__=bar',
      [
        ['toString', 'foo'],
        ['__proto__', 'bar'],
      ],
    ],
    [
      'numbers do not move to the front',
      'b=1; 7=2; 3=3',
      [
        ['b', '1'],
        ['7', '2'],
        ['3', '3'],
      ],
    ],
  ])('%s', (_, header, expected) => expect(pairs(header)).toEqual(expected));
});

describe('what was once more than a pair (RFC 2109, 2965), and is a cookie like others', () => {
  it.each<Case>([
    [
      '$Version',
      '$Version=1; a=b',
      [
        ['$Version', '1'],
        ['a', 'b'],
      ],
    ],
    [
      '$Path and $Domain',
      'a=b; $Path="/"; $Domain=x',
      [
        ['a', 'b'],
        ['$Path', '"/"'],
        ['$Domain', 'x'],
      ],
    ],
    ['pairs separated by commas', '$Version="1", a="b", c="d"', [['$Version', '"1", a="b", c="d"']]],
    [
      'attributes of a Set-Cookie sent back',
      'a=b; HttpOnly; Path=/',
      [
        ['a', 'b'],
        ['', 'HttpOnly'],
        ['Path', '/'],
      ],
    ],
  ])('%s', (_, header, expected) => expect(pairs(header)).toEqual(expected));
});

describe('octets that no cookie should have and headers carry', () => {
  const notSpace = ['\u00a0', '\u0085', '\v', '\f', '\r', '\n', '\u2003', '\u2028', '\u3000', '\ufeff', '\u180e', '\0'];
  it.each(notSpace.map((character) => [`U+${character.charCodeAt(0).toString(16).padStart(4, '0')}`, character]))(
    '%s is no white space, and stays in a name and a value',
    (_, character) => {
      const name = `${character}a${character}`;
      expect(pairs(` ${name} = ${name} ; b=1`)).toEqual([
        [name, name],
        ['b', '1'],
      ]);
      // So a name that was planted with it is another one.
      expect(cookieValues(`${character}__Host-s=evil; __Host-s=ours`, '__Host-s')).toEqual(['ours']);
      expect(cookieValues(`__Host-s${character}=evil`, '__Host-s')).toEqual([]);
    },
  );

  it.each<Case>([
    ['UTF-8 read as Latin-1', 'a=\u00c3\u00a9', [['a', '\u00c3\u00a9']]],
    [
      'text beyond Latin-1',
      'naïve=日本; 💥=1',
      [
        ['naïve', '日本'],
        ['💥', '1'],
      ],
    ],
    ['DEL and controls inside', 'a\x7f=b\x01c', [['a\x7f', 'b\x01c']]],
  ])('%s', (_, header, expected) => expect(pairs(header)).toEqual(expected));
});

describe('sizes', () => {
  it('reads 180 cookies of 4,096 octets', () => {
    const value = 'v'.repeat(4_094);
    const header = Array.from({ length: 180 }, (_, i) => `${String.fromCharCode(0x100 + i)}=${value}`).join('; ');
    expect(cookiePairs(header).length).toBe(180);
    expect(cookieValues(header, String.fromCharCode(0x100 + 179))).toEqual([value]);
  });

  it.each([
    ['pairs without `=`', 'a;'],
    ['empty pairs', ';'],
    ['white space', ' '],
    ['names that nearly match', 'aa a a;'],
    ['the name with no end', 'a'],
    ['the name with white space behind', 'a   '],
  ])('takes time in proportion to the length: %s', (_, unit) => {
    const header = unit.repeat(1_000_000 / unit.length);
    // Each step back or forth that grew with the length would take minutes.
    expect(cookiePairs(header).length).toBeLessThanOrEqual(1_000_000);
    expect(cookieValues(header, 'a')).toEqual([]);
    expect(cookieValues(header, 'aa')).toEqual([]);
  });
});

describe('values of one name', () => {
  it.each([
    ['none', 'a=1; b=2', 'c', []],
    ['one', 'a=1; b=2', 'b', ['2']],
    ['the first of all', 'a=1; b=2', 'a', ['1']],
    ['two, in order', 'a=1; b=x; a=2', 'a', ['1', '2']],
    ['three side by side', 'a=1;a=2;a=3', 'a', ['1', '2', '3']],
    ['not those of a longer name', 'xa=1; ax=2; a.=3; a=4', 'a', ['4']],
    ['not what stands in a value', 'b=a=1; c=; d=x a=2', 'a', []],
    ['not what stands in a name', 'x a=1; a y=2', 'a', []],
    ['not by another case', 'A=1', 'a', []],
    ['with white space around', ' \ta\t =\t 1 \t; a = 2', 'a', ['1', '2']],
    ['an empty one', 'a=; a', 'a', ['']],
    ['of a name that is part of itself', 'aa=1; aaa=2; a a=3', 'aa', ['1']],
    ['without a name', 'x; =y; a=1', '', ['x', 'y']],
    ['of no name that can be: `=` ends it', 'a=b=c', 'a=b', []],
    ['of no name that can be: white space around it is none of it', ' a=1', ' a', []],
    ['of a name with a space inside', 'a b=1', 'a b', ['1']],
  ])('%s', (_, header, name, expected) => expect(cookieValues(header, name)).toEqual(expected));
});

describe('against the slow reference', () => {
  const piece = fc.constantFrom('=', ';', ' ', '\t', 'a', 'aa', 'b', '"', ',', '\u00a0', '$', '\n', '%20', '; ', 'é');
  const header = fc.oneof(
    fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );

  it('all pairs are the same', () => {
    fc.assert(
      fc.property(header, (text) => {
        expect(pairs(text)).toEqual(reference(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('the values of a name are those of the pairs with that name', () => {
    const name = fc.oneof(
      fc.array(piece, { maxLength: 3 }).map((parts) => parts.join('')),
      fc.constantFrom('a', 'aa', 'b', ''),
    );
    fc.assert(
      fc.property(header, name, (text, wanted) => {
        const expected = reference(text).flatMap(([found, value]) => (found === wanted ? [value] : []));
        expect(cookieValues(text, wanted)).toEqual(expected);
      }),
      { numRuns: 10_000 },
    );
  });

  it('what a browser sends of its cookies comes back as they are', () => {
    const cookie = fc.tuple(
      fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/),
      fc.stringMatching(/^[!#-+.-:<-[\]-~-]{0,20}$/),
    );
    fc.assert(
      fc.property(fc.array(cookie, { maxLength: 30 }), (cookies) => {
        expect(pairs(cookies.map(([name, value]) => `${name}=${value}`).join('; '))).toEqual(cookies);
      }),
    );
  });
});
