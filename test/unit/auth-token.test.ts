import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type SessionClaims, signSessionToken, verifySessionToken } from '../../src/auth/token.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';
import { decodePart, encodePart, hmacPart } from '../helpers/worker/forge.ts';
import { CLAIMS, forge, joseAccepts, NOW_MS, OURS, plus, refuses, verify } from '../helpers/worker/token-cases.ts';

const { header, payload, headerPart, payloadPart, signaturePart } = forge;
const { signed, withHeader, withHeaderText, withClaims, withPayloadText } = forge;

describe('session tokens', () => {
  it('give back what was signed, and the library reads them too', async () => {
    expect(await verify(OURS)).toEqual(CLAIMS);
    expect(await joseAccepts(OURS)).toBe(true);
  });

  it('RFC 7519, 4.1.4: are valid until the millisecond before they expire', async () => {
    expect(await verify(OURS, CLAIMS.expiresAtMs - 1)).not.toBeNull();
    expect(await verify(OURS, CLAIMS.expiresAtMs)).toBeNull();
  });

  it('survive a rotation of secrets while the old one is listed, and are signed with the first', async () => {
    const overlap = configWith({ sessionSecrets: [SECRET_2, SECRET_1] });
    expect(await verifySessionToken(overlap, OURS, NOW_MS)).toEqual(CLAIMS);
    const fresh = await signSessionToken(overlap, CLAIMS, NOW_MS);
    expect(decodePart(fresh.split('.')[0] ?? '')).toEqual({ alg: 'HS256', typ: 'JWT', kid: SECRET_2.kid });
    const after = configWith({ sessionSecrets: [SECRET_2] });
    expect(await verifySessionToken(after, fresh, NOW_MS)).toEqual(CLAIMS);
    expect(await verifySessionToken(after, OURS, NOW_MS)).toBeNull();
  });

  it('are short enough for the longest name of a key and of a user', async () => {
    const longest = configWith({ sessionSecrets: [{ ...SECRET_1, kid: 'k'.repeat(16) }] });
    const claims = Object.fromEntries(
      Object.entries(CLAIMS).map(([name, value]) => [name, typeof value === 'string' ? value.padEnd(43, 'x') : value]),
    ) as unknown as SessionClaims;
    const token = await signSessionToken(longest, claims, NOW_MS);
    expect(token.length).toBeLessThan(1_024 / 2);
    expect(await verifySessionToken(longest, token, NOW_MS)).toEqual(claims);
  });

  it('made by hand as ours are pass, so what is refused below is refused for what it differs in', async () => {
    expect(withHeader({})).toBe(OURS);
    expect(withClaims({})).toBe(OURS);
    expect(withHeaderText(JSON.stringify(header))).toBe(OURS);
    expect(withPayloadText(JSON.stringify(payload))).toBe(OURS);
  });

  it('RFC 7519, 4: with a claim that we do not know are read without it', async () => {
    expect(await verify(withClaims({ 'https://breakwater.dev/later': 'yes' }))).toEqual(CLAIMS);
  });
});

const last = signaturePart.slice(-1);
/** 43 characters hold 258 bits: the last two stand for nothing, and four characters decode to one byte (RFC 4648, 3.5). */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const twin = ALPHABET[ALPHABET.indexOf(last) ^ 1] ?? '';

refuses('base64url', [
  ['RFC 7515, 2', 'padding at the signature', () => `${OURS}=`, 'jose'],
  ['RFC 7515, 2', 'a space at the end', () => `${OURS} `, 'jose'],
  ['RFC 7515, 2', 'a line break at the end', () => `${OURS}\n`, 'jose'],
  ['RFC 7515, 2', 'a tab within the signature', () => `${OURS.slice(0, -5)}\t${OURS.slice(-5)}`, 'jose'],
  [
    'RFC 7515, 2',
    'a carriage return and line break within the signature',
    () => `${OURS.slice(0, -5)}\r\n${OURS.slice(-5)}`,
    'jose',
  ],
  ['RFC 4648, 3.5', 'stray trailing bits in the signature', () => OURS.slice(0, -1) + twin, 'jose'],
  ['RFC 7515, 2', 'a space before the token', () => ` ${OURS}`],
  ['RFC 7515, 2', 'white space in a header, signed so', () => signed(`${headerPart}\n`, payloadPart), 'jose'],
  ['RFC 7515, 2', 'padding in a header, signed so', () => signed(`${headerPart}=`, payloadPart), 'jose'],
  ['RFC 7515, 2', 'white space in a payload, signed so', () => signed(headerPart, ` ${payloadPart}`), 'jose'],
  ['RFC 4648, 5', 'a plus, which is of the other alphabet', () => OURS.replace(/.$/, '+')],
  ['RFC 4648, 5', 'a slash, which is of the other alphabet', () => OURS.replace(/.$/, '/')],
  ['RFC 4648, 3.3', 'a character of no alphabet', () => OURS.replace(/.$/, '!')],
  ['RFC 4648, 3.3', 'a letter that is not ASCII', () => OURS.replace(/.$/, 'é')],
  ['RFC 4648, 3.3', 'a zero byte', () => `${OURS}\u0000`],
  ['RFC 4648, 3.3', 'a no-break space at the end', () => `${OURS}\u00a0`],
  ['RFC 4648, 3.3', 'percent encoding', () => OURS.replaceAll('.', '%2E')],
  ['RFC 7515, 5.2', 'bytes after the signature', () => `${OURS}AAAA`],
  ['RFC 7515, 5.2', 'a signature that is cut', () => OURS.slice(0, -4)],
  ['RFC 7515, 5.2', 'the signature twice', () => OURS + signaturePart],
  ['RFC 7515, 5.2', 'an empty signature', () => `${headerPart}.${payloadPart}.`],
  ['RFC 7515, 5.2', 'an empty header', () => signed('', payloadPart)],
  ['RFC 7515, 5.2', 'an empty payload', () => signed(headerPart, '')],
  ['RFC 7515, 3.1', 'one part', () => 'not a token'],
  ['RFC 7515, 3.1', 'nothing', () => ''],
  ['RFC 7515, 3.1', 'two parts', () => `${headerPart}.${payloadPart}`],
  ['RFC 7515, 3.1', 'a dot behind it', () => `${OURS}.`],
  ['RFC 7515, 3.1', 'a dot before it', () => `.${OURS}`],
  ['RFC 7516, 3.1', 'the five parts of an encrypted token', () => `${OURS}.${payloadPart}.${signaturePart}`],
  ['RFC 7515, 3.1', 'two dots alone', () => '..'],
  [
    'RFC 7515, 7.2.2',
    'the flattened JSON serialisation',
    () => JSON.stringify({ protected: headerPart, payload: payloadPart, signature: signaturePart }),
  ],
  [
    'RFC 7515, 7.2.1',
    'the general JSON serialisation',
    () => JSON.stringify({ payload: payloadPart, signatures: [{ protected: headerPart, signature: signaturePart }] }),
  ],
  ['RFC 8725, 3.11', 'more than any token of ours is long', () => withClaims({ more: 'x'.repeat(1_024) }), 'jose'],
]);

describe('the signature', () => {
  it('RFC 7515, 5.2: a token with any one character changed is refused, also where that changes no byte', async () => {
    for (let at = 0; at < OURS.length; at++) {
      // All others at the end, where the last bits of a character stand for nothing; one elsewhere.
      const others = at === OURS.length - 1 ? [...ALPHABET] : [OURS[at] === 'A' ? 'B' : 'A'];
      for (const other of others.filter((character) => character !== OURS[at])) {
        const changed = OURS.slice(0, at) + other + OURS.slice(at + 1);
        expect(await verify(changed), `${other} at ${at}`).toBeNull();
      }
    }
  });

  it('RFC 7515, 5.2: a token with any one character left out or doubled is refused', async () => {
    for (let at = 0; at < OURS.length; at++) {
      expect(await verify(OURS.slice(0, at) + OURS.slice(at + 1)), `without ${at}`).toBeNull();
      expect(await verify(OURS.slice(0, at) + OURS[at] + OURS.slice(at)), `twice ${at}`).toBeNull();
    }
  });
});

const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
function rs256(): string {
  const input = `${encodePart(JSON.stringify({ ...header, alg: 'RS256' }))}.${payloadPart}`;
  return `${input}.${sign('sha256', Buffer.from(input), RSA.privateKey).toString('base64url')}`;
}
/** RFC 8725, 2.1: the HMAC of a public key, for a verifier that lets the token say what a key is. */
function hmacOfPublicKey(): string {
  const pem = String(RSA.publicKey.export({ type: 'spki', format: 'pem' }));
  return `${headerPart}.${payloadPart}.${hmacPart(`${headerPart}.${payloadPart}`, pem)}`;
}
function withHash(alg: string, hash: string): string {
  const input = `${encodePart(JSON.stringify({ ...header, alg }))}.${payloadPart}`;
  return `${input}.${hmacPart(input, SECRET_1.secret, hash)}`;
}
function unsigned(alg: string): string {
  return `${encodePart(JSON.stringify({ ...header, alg }))}.${payloadPart}.`;
}

refuses('alg', [
  ['RFC 8725, 2.1', 'none without a signature', () => unsigned('none')],
  ['RFC 8725, 2.1', 'None', () => unsigned('None')],
  ['RFC 8725, 2.1', 'NONE', () => unsigned('NONE')],
  ['RFC 8725, 2.1', 'nOnE with a good signature', () => withHeader({ alg: 'nOnE' })],
  ['RFC 7518, 3.6', 'none with a good signature', () => withHeader({ alg: 'none' })],
  ['RFC 8725, 3.1', 'HS384 with the right secret', () => withHash('HS384', 'sha384')],
  ['RFC 8725, 3.1', 'HS512 with the right secret', () => withHash('HS512', 'sha512')],
  ['RFC 8725, 3.1', 'RS256 with a key pair of its own', rs256],
  ['RFC 8725, 2.1', 'an HMAC made with a public key', hmacOfPublicKey],
  ['RFC 8725, 3.1', 'ES256', () => withHeader({ alg: 'ES256' })],
  ['RFC 7515, 4.1.1', 'another case, hs256', () => withHeader({ alg: 'hs256' })],
  ['RFC 7515, 4.1.1', 'a space behind it', () => withHeader({ alg: 'HS256 ' })],
  ['RFC 7515, 4.1.1', 'no alg', () => withHeader({ alg: undefined })],
  ['RFC 7515, 4.1.1', 'an empty alg', () => withHeader({ alg: '' })],
  ['RFC 7515, 4.1.1', 'an array', () => withHeader({ alg: ['HS256'] })],
  ['RFC 7515, 4.1.1', 'null', () => withHeader({ alg: null })],
]);

refuses('kid', [
  ['RFC 7515, 4.1.4', 'no kid', () => withHeader({ kid: undefined }), 'jose'],
  ['RFC 7515, 4.1.4', 'an unknown one', () => withHeader({ kid: 'k9' }), 'jose'],
  ['RFC 7515, 4.1.4', 'another case', () => withHeader({ kid: 'K1' }), 'jose'],
  ['RFC 7515, 4.1.4', 'an empty one', () => withHeader({ kid: '' }), 'jose'],
  ['RFC 7515, 4.1.4', 'an array of ours', () => withHeader({ kid: ['k1'] }), 'jose'],
  ['RFC 7515, 4.1.4', 'an object', () => withHeader({ kid: { toString: 'k1' } }), 'jose'],
  ['RFC 7515, 4.1.4', 'null', () => withHeader({ kid: null }), 'jose'],
  ['RFC 8725, 3.10', 'a path', () => withHeader({ kid: '../../../../dev/null' }), 'jose'],
  ['RFC 8725, 3.10', 'SQL', () => withHeader({ kid: "k1' OR '1'='1" }), 'jose'],
  ['RFC 8725, 3.10', 'a URL', () => withHeader({ kid: 'https://keys.example/k1' }), 'jose'],
  ['RFC 8725, 3.10', 'a member that every object has', () => withHeader({ kid: '__proto__' }), 'jose'],
  [
    'RFC 8725, 2.1',
    'our kid over a signature of another secret',
    () => `${headerPart}.${payloadPart}.${hmacPart(`${headerPart}.${payloadPart}`, SECRET_2.secret)}`,
  ],
  [
    'RFC 8725, 3.2',
    'an empty secret',
    () => `${headerPart}.${payloadPart}.${hmacPart(`${headerPart}.${payloadPart}`, '')}`,
  ],
]);

it('RFC 7515, 4.1.4: the kid of one secret does not open what another signed, also where both are ours', async () => {
  const both = configWith({ sessionSecrets: [SECRET_2, SECRET_1] });
  const other = encodePart(JSON.stringify({ ...header, kid: SECRET_2.kid }));
  expect(await verifySessionToken(both, signed(other, payloadPart), NOW_MS)).toBeNull();
  const right = `${other}.${payloadPart}.${hmacPart(`${other}.${payloadPart}`, SECRET_2.secret)}`;
  expect(await verifySessionToken(both, right, NOW_MS)).toEqual(CLAIMS);
});

const JWK = { kty: 'oct', k: encodePart('x'.repeat(32)) };
refuses('keys and certificates that the token brings', [
  ['RFC 7515, 4.1.3', 'jwk', () => withHeader({ jwk: JWK }), 'jose'],
  ['RFC 7515, 4.1.2', 'jku', () => withHeader({ jku: 'https://keys.example/jwks.json' }), 'jose'],
  ['RFC 8725, 3.10', 'jku of an address within', () => withHeader({ jku: 'http://169.254.169.254/' }), 'jose'],
  ['RFC 7515, 4.1.5', 'x5u', () => withHeader({ x5u: 'https://keys.example/cert.pem' }), 'jose'],
  ['RFC 7515, 4.1.6', 'x5c', () => withHeader({ x5c: ['MIIB'] }), 'jose'],
  ['RFC 7515, 4.1.7', 'x5t', () => withHeader({ x5t: 'AAAA' }), 'jose'],
  ['RFC 7515, 4.1.8', 'x5t#S256', () => withHeader({ 'x5t#S256': 'AAAA' }), 'jose'],
  ['RFC 7517, 4.2', 'use', () => withHeader({ use: 'enc' }), 'jose'],
  ['RFC 7517, 4.3', 'key_ops', () => withHeader({ key_ops: ['sign'] }), 'jose'],
  [
    'RFC 8725, 3.10',
    'a jwk that fits the signature, in place of our secret',
    () => {
      const input = `${encodePart(JSON.stringify({ ...header, jwk: JWK }))}.${payloadPart}`;
      return `${input}.${hmacPart(input, 'x'.repeat(32))}`;
    },
  ],
]);

refuses('crit and b64', [
  ['RFC 7515, 4.1.11', 'an unknown extension', () => withHeader({ crit: ['x'], x: 1 })],
  ['RFC 7515, 4.1.11', 'an extension that is not there', () => withHeader({ crit: ['x'] })],
  ['RFC 7515, 4.1.11', 'an empty crit', () => withHeader({ crit: [] })],
  ['RFC 7515, 4.1.11', 'a crit that is no array', () => withHeader({ crit: 'exp' })],
  ['RFC 7515, 4.1.11', 'a crit that names a registered header', () => withHeader({ crit: ['alg'] })],
  ['RFC 7515, 4.1.11', 'an extension that the library knows', () => withHeader({ crit: ['b64'], b64: true }), 'jose'],
  ['RFC 7797, 3', 'a payload that is not encoded', () => withHeader({ crit: ['b64'], b64: false })],
  ['RFC 7797, 6', 'b64 without crit', () => withHeader({ b64: false }), 'jose'],
  ['RFC 7797, 6', 'b64 that says what holds anyway', () => withHeader({ b64: true }), 'jose'],
]);

refuses('typ and cty', [
  ['RFC 8725, 3.11', 'no typ', () => withHeader({ typ: undefined })],
  ['RFC 8725, 3.11', 'the token of another use, at+jwt', () => withHeader({ typ: 'at+jwt' })],
  ['RFC 8725, 3.11', 'JOSE', () => withHeader({ typ: 'JOSE' })],
  ['RFC 7519, 5.1', 'another case', () => withHeader({ typ: 'jwt' }), 'jose'],
  ['RFC 7515, 4.1.9', 'the long form of the media type', () => withHeader({ typ: 'application/jwt' }), 'jose'],
  ['RFC 7519, 5.1', 'an array', () => withHeader({ typ: ['JWT'] })],
  ['RFC 7519, 5.2', 'cty JWT, which says that it is nested', () => withHeader({ cty: 'JWT' }), 'jose'],
  [
    'RFC 7519, 5.2',
    'a token within a token',
    () => signed(encodePart(JSON.stringify({ ...header, cty: 'JWT' })), encodePart(OURS)),
  ],
  ['RFC 7519, 5.2', 'a token within a token of our header', () => withPayloadText(OURS)],
  ['RFC 7516, 4.1.3', 'zip', () => withHeader({ zip: 'DEF' }), 'jose'],
]);

refuses('JSON of the header', [
  [
    'RFC 7515, 4',
    'alg twice, the last one ours',
    () => withHeaderText(`{"alg":"none",${JSON.stringify(header).slice(1)}`),
    'jose',
  ],
  ['RFC 7515, 4', 'alg twice, the first one ours', () => withHeaderText(plus(header, '"alg":"none"'))],
  ['RFC 7515, 4', 'kid twice', () => withHeaderText(plus(header, '"kid":"k1"')), 'jose'],
  ['RFC 7515, 5.2', 'members in another order', () => withHeaderText('{"typ":"JWT","alg":"HS256","kid":"k1"}'), 'jose'],
  ['RFC 7515, 5.2', 'white space', () => withHeaderText(JSON.stringify(header, null, 1)), 'jose'],
  ['RFC 7515, 5.2', 'an escape', () => withHeaderText(JSON.stringify(header).replace('"alg"', '"\\u0061lg"')), 'jose'],
  ['RFC 8259, 8.1', 'a byte order mark', () => withHeaderText(`\ufeff${JSON.stringify(header)}`), 'jose'],
  [
    'RFC 7515, 5.2',
    'bytes that are not UTF-8',
    () =>
      withHeaderText(
        Buffer.concat([Buffer.from('{"\xff":1,', 'latin1'), Buffer.from(JSON.stringify(header).slice(1))]),
      ),
  ],
  ['RFC 7515, 5.2', 'an unknown member', () => withHeader({ later: true }), 'jose'],
  ['RFC 7515, 5.2', 'an own __proto__', () => withHeaderText(plus(header, '"__proto__":{"alg":"none"}')), 'jose'],
  ['RFC 7515, 4', 'an array', () => withHeaderText(JSON.stringify([header]))],
  ['RFC 7515, 4', 'null', () => withHeaderText('null')],
  ['RFC 7515, 5.2', 'something behind the object', () => withHeaderText(`${JSON.stringify(header)}{}`)],
  ['RFC 7515, 5.2', 'text that is no JSON', () => withHeaderText('{alg:HS256}')],
]);

describe('the verifier', () => {
  it('throws for nothing that a cookie can hold', async () => {
    for (const token of ['a.b.c', '...', '=.=.=', '\ud800.\ud800.\ud800', '.'.repeat(5_000), 'x'.repeat(100_000)]) {
      expect(await verify(token)).toBeNull();
    }
  });
});
