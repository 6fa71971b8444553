import { describe, expect, it } from 'vitest';
import { CLAIMS, forge, NOW_MS, plus, refuses, verify } from '../helpers/worker/token-cases.ts';

const { payload, withClaims, withPayloadText } = forge;
const NOW = NOW_MS / 1000;
/** Of the claims that name the user or are ours alone (RFC 7519, 4.3): the table of types holds for each, also for one that comes later. */
const TEXT_CLAIMS = Object.keys(payload).filter(
  (name) => typeof payload[name] === 'string' && !/^(iss|aud)$/.test(name),
);

refuses('JSON of the payload', [
  ['RFC 7519, 4', 'sub twice, the last one another', () => withPayloadText(plus(payload, '"sub":"usr_2"')), 'jose'],
  ['RFC 7519, 4', 'exp twice', () => withPayloadText(plus(payload, `"exp":${NOW + 99}`)), 'jose'],
  [
    'RFC 7519, 4',
    'a claim twice, once with an escape',
    () => withPayloadText(plus(payload, '"s\\u0075b":"usr_1"')),
    'jose',
  ],
  ['RFC 8259, 8.1', 'a byte order mark', () => withPayloadText(`\ufeff${JSON.stringify(payload)}`), 'jose'],
  ['RFC 7519, 7.2', 'white space', () => withPayloadText(`${JSON.stringify(payload)}\n`), 'jose'],
  ['RFC 7519, 7.2', 'an escaped slash', () => withPayloadText(plus(payload, '"more":"\\/"')), 'jose'],
  [
    'RFC 7519, 7.2',
    'bytes that are not UTF-8',
    () => withPayloadText(Buffer.from(plus(payload, '"more":"\xff"'), 'latin1')),
  ],
  ['RFC 7519, 7.2', 'an array', () => withPayloadText(JSON.stringify([payload]))],
  ['RFC 7519, 7.2', 'a string', () => withPayloadText('"usr_1"')],
  ['RFC 7519, 7.2', 'null', () => withPayloadText('null')],
  ['RFC 7519, 7.2', 'a number', () => withPayloadText('7')],
  ['RFC 7519, 7.2', 'an empty object', () => withPayloadText('{}')],
  ['RFC 7519, 7.2', 'something behind the object', () => withPayloadText(`${JSON.stringify(payload)}x`)],
  ['RFC 7519, 7.2', 'text that is no JSON', () => withPayloadText('sub=usr_1')],
  ['RFC 7519, 4', 'a claim that is an object', () => withClaims({ more: {} }), 'jose'],
]);

/** JSON's own spelling of a number, which JSON.stringify would change. */
function withExp(text: string): string {
  return withPayloadText(JSON.stringify(payload).replace(/"exp":\d+/, `"exp":${text}`));
}

refuses('times', [
  ['RFC 7519, 4.1.4', 'no exp', () => withClaims({ exp: undefined })],
  ['RFC 7519, 4.1.4', 'exp of this very second', () => withClaims({ exp: NOW })],
  ['RFC 7519, 4.1.4', 'exp in the past', () => withClaims({ exp: NOW - 1 })],
  ['RFC 7519, 2', 'exp as a string', () => withClaims({ exp: String(NOW + 60) })],
  ['RFC 7519, 2', 'exp as a date', () => withClaims({ exp: '2099-01-01T00:00:00Z' })],
  ['RFC 7519, 2', 'exp as a fraction', () => withClaims({ exp: NOW + 0.5 }), 'jose'],
  ['RFC 7519, 2', 'exp as 1.0, another spelling of a whole number', () => withExp(`${NOW + 60}.0`), 'jose'],
  ['RFC 7519, 2', 'exp with an exponent', () => withExp('4e9'), 'jose'],
  ['RFC 7519, 2', 'exp below zero', () => withClaims({ exp: -1 })],
  ['RFC 7519, 2', 'exp of null, which is how NaN is written', () => withClaims({ exp: Number.NaN })],
  ['RFC 7519, 2', 'exp without end', () => withExp('1e999'), 'jose'],
  ['RFC 7519, 2', 'exp beyond what a number holds exactly', () => withClaims({ exp: 2 ** 53 }), 'jose'],
  ['RFC 7519, 2', 'exp in milliseconds that pass what is exact', () => withClaims({ exp: 2 ** 50 }), 'jose'],
  ['RFC 7519, 2', 'exp in an array', () => withClaims({ exp: [NOW + 60] })],
  ['RFC 7519, 2', 'exp of true', () => withClaims({ exp: true })],
  ['RFC 7519, 4.1.5', 'nbf in the next second', () => withClaims({ nbf: NOW + 1 })],
  ['RFC 7519, 4.1.5', 'nbf as a string', () => withClaims({ nbf: String(NOW) })],
  ['RFC 7519, 4.1.5', 'nbf as a fraction', () => withClaims({ nbf: NOW - 0.5 }), 'jose'],
  ['RFC 7519, 4.1.6', 'no iat', () => withClaims({ iat: undefined })],
  ['RFC 7519, 4.1.6', 'iat more than a minute in the future', () => withClaims({ iat: NOW + 61 }), 'jose'],
  ['RFC 7519, 4.1.6', 'iat as a string', () => withClaims({ iat: String(NOW) })],
  ['RFC 7519, 4.1.6', 'iat as a fraction', () => withClaims({ iat: NOW - 0.5 }), 'jose'],
  ['RFC 7519, 4.1.6', 'iat below zero', () => withClaims({ iat: -1 }), 'jose'],
]);

describe('times that are ours', () => {
  it('RFC 7519, 4.1.5: nbf of this second or before passes, iat within the minute that clocks may differ too', async () => {
    expect(await verify(withClaims({ nbf: NOW }))).toEqual(CLAIMS);
    expect(await verify(withClaims({ nbf: NOW - 60 }))).toEqual(CLAIMS);
    expect(await verify(withClaims({ iat: NOW + 60 }))).toEqual(CLAIMS);
  });
});

refuses('issuer and audience', [
  ['RFC 8725, 3.8', 'no iss', () => withClaims({ iss: undefined })],
  ['RFC 8725, 3.8', 'another iss', () => withClaims({ iss: 'elsewhere' })],
  ['RFC 7519, 4.1.1', 'iss in another case', () => withClaims({ iss: 'Breakwater' })],
  ['RFC 7519, 4.1.1', 'an array with our iss', () => withClaims({ iss: ['breakwater'] })],
  ['RFC 8725, 3.9', 'no aud', () => withClaims({ aud: undefined })],
  ['RFC 8725, 3.9', 'another aud', () => withClaims({ aud: 'breakwater-reset' })],
  ['RFC 7519, 4.1.3', 'aud in another case', () => withClaims({ aud: 'Breakwater-Session' })],
  ['RFC 7519, 4.1.3', 'an array that holds ours alone', () => withClaims({ aud: ['breakwater-session'] }), 'jose'],
  [
    'RFC 7519, 4.1.3',
    'an array that holds ours and another',
    () => withClaims({ aud: ['other', 'breakwater-session'] }),
    'jose',
  ],
  ['RFC 7519, 4.1.3', 'an array of others', () => withClaims({ aud: ['a', 'b'] })],
  ['RFC 7519, 4.1.3', 'an empty array', () => withClaims({ aud: [] })],
  ['RFC 7519, 4.1.3', 'an empty aud', () => withClaims({ aud: '' })],
]);

describe('what names the user and the session', () => {
  it.each(TEXT_CLAIMS)('RFC 7519, 4.3: a token whose %s is missing, empty or no text is refused', async (name) => {
    for (const value of [undefined, '', null, 7, true, ['x'], { x: 1 }]) {
      expect(await verify(withClaims({ [name]: value })), JSON.stringify(value)).toBeNull();
    }
  });

  it('is in the table above', () => {
    expect(TEXT_CLAIMS.length).toBeGreaterThanOrEqual(2);
  });
});
