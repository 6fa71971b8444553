import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { signKey } from '../../src/projects/key.ts';
import { configureLog, LOG_LEVELS, type LogFields, type LogLine, log, setLogSink } from '../../src/shared/log.ts';
import { REDACTED, redactAlso } from '../../src/shared/redact.ts';
import { configWith } from '../helpers/worker/config.ts';

const METHODS = { debug: 'debug', info: 'log', warn: 'warn', error: 'error', fatal: 'error' } as const;

let lines: [method: string, line: string][];
let before: ReturnType<typeof configureLog>;

beforeEach(() => {
  lines = [];
  before = configureLog({ level: 'debug', now: () => 1_700_000_000_000 });
  for (const method of ['debug', 'log', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line) => void lines.push([method, String(line)]));
  }
});
afterEach(() => {
  configureLog(before);
  setLogSink(null);
});

/** What is written for these fields. */
function lineOf(fields: LogFields): string {
  lines = [];
  log('error', 'tried', fields);
  expect(lines).toHaveLength(1);
  return lines[0]?.[1] ?? '';
}

describe('a line of the log', () => {
  it('is one object of JSON on one line, with its time, its level and its event before the rest', () => {
    const line = lineOf({ requestId: 'r1', count: 2, ok: true, none: null, ids: ['a', 'b'], cause: 'two\nlines' });
    expect(line.split('\n')).toHaveLength(1);
    expect(Object.entries(JSON.parse(line))).toEqual([
      ['ts', 1_700_000_000_000],
      ['level', 'error'],
      ['event', 'tried'],
      ['requestId', 'r1'],
      ['count', 2],
      ['ok', true],
      ['none', null],
      ['ids', ['a', 'b']],
      ['cause', 'two\nlines'],
    ]);
  });

  it('goes to the method of the console that the platform knows its level by', () => {
    for (const level of LOG_LEVELS) log(level, 'tried');
    expect(lines.map(([method]) => method)).toEqual(LOG_LEVELS.map((level) => METHODS[level]));
  });

  it.each(LOG_LEVELS.map((level, at) => [level, at] as const))(
    'is written from %s upward where that is wanted',
    (level, at) => {
      configureLog({ level });
      for (const one of LOG_LEVELS) log(one, 'tried');
      expect(lines.map(([, line]) => JSON.parse(line).level)).toEqual(LOG_LEVELS.slice(at));
    },
  );

  it('has no time before the configuration is read, and leaves out what is not there', () => {
    configureLog({ now: null });
    expect(JSON.parse(lineOf({ userId: undefined, projectId: null }))).toEqual({
      ...{ level: 'error', event: 'tried', projectId: null },
    });
  });

  it('never throws and never holds what is deeper than one object, whatever it is given', () => {
    const nested = { request: { headers: { deep: 'inside' } } };
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withNullPrototype: true })), (fields) => {
        expect(() => JSON.parse(lineOf(fields as LogFields))).not.toThrow();
      }),
    );
    expect(lineOf(nested as unknown as LogFields)).not.toContain('inside');
  });

  it('keeps at most 8,000 characters of a text and a hundred members of a list', () => {
    const line = JSON.parse(lineOf({ cause: 'x'.repeat(100_000), ids: Array.from({ length: 500 }, (_, i) => i) }));
    expect([line.cause.length, line.ids.length]).toEqual([8_001, 100]);
  });

  it('is heard by who listens, as it was written and only where it was', () => {
    const heard: LogLine[] = [];
    setLogSink((line) => heard.push(line));
    configureLog({ level: 'info' });
    log('debug', 'not wanted');
    log('info', 'wanted', { cause: 'Bearer abc.def', ids: ['a'] });
    expect(heard).toEqual([
      {
        ...{ ts: 1_700_000_000_000, level: 'info', event: 'wanted' },
        fields: { cause: `Bearer ${REDACTED}`, ids: ['a'] },
      },
    ]);
  });
});

const base64Url = fc.string({ unit: fc.constantFrom(...'ABCabcXYZ019-_'), minLength: 8, maxLength: 60 });
const words = fc.array(fc.constantFrom('the', 'request', 'said', 'Error:', 'at', '/api/x', '12', 'é', '"', '\n', ','), {
  maxLength: 6,
});

/** A secret as it may come into a text, and the part of it that nobody may read. */
interface Hidden {
  text: string;
  secret: string;
}

const hidden: Record<string, fc.Arbitrary<Hidden>> = {
  'an API key that this deployment signed': fc
    .record({ id: fc.stringMatching(/^[0-9a-z]{8,32}$/), origins: fc.option(fc.array(fc.webUrl(), { maxLength: 3 })) })
    .map(({ id, origins }) => {
      const text = signKey(configWith({}), {
        keyId: `key_${id}`,
        projectId: 'prj_1',
        scopes: ['ingest'],
        origins,
        quota: null,
      });
      return { text, secret: text.slice(text.indexOf('.') + 1) };
    }),
  'a Bearer token': base64Url.map((secret) => ({ text: `Bearer ${secret}`, secret })),
  'Basic credentials': base64Url.map((secret) => ({ text: `authorization=Basic ${secret}==`, secret })),
  'an Authorization header of another scheme': base64Url.map((secret) => ({
    text: `Authorization: ApiKey  ${secret}`,
    secret,
  })),
  'a JWT': fc
    .tuple(base64Url, base64Url)
    .map(([payload, secret]) => ({ text: `eyJhbGciOiJIUzI1NiJ9.${payload}.${secret}`, secret })),
  'a JWT that was cut': base64Url.map((secret) => ({ text: `eyJhbGciOiJIUzI1NiJ9.${secret}`, secret })),
  'a session cookie among others': base64Url.map((secret) => ({
    text: `cookie: theme=dark; __Host-gsession=${secret}; a=b`,
    secret,
  })),
  'the second of the cookies of a header': base64Url.map((secret) => ({
    text: `Cookie: gsession=x; other=${secret}`,
    secret,
  })),
  'a Set-Cookie line': base64Url.map((secret) => ({ text: `Set-Cookie: gdevice=${secret}; Path=/`, secret })),
  'a cookie without its header': base64Url.map((secret) => ({ text: `got gsession=${secret}`, secret })),
  'a CSRF token': base64Url.map((secret) => ({ text: `x-csrf-token: ${secret}`, secret })),
  'the secret of a webhook': base64Url.map((secret) => ({ text: `whsec_${secret}`, secret })),
  'the signing key of a webhook': base64Url.map((secret) => ({ text: `whsk_${secret}`, secret })),
  'a password in a URL': base64Url.map((secret) => ({ text: `https://ada:${secret}@db.example:5432/x`, secret })),
  'a password with an @ in a URL': base64Url.map((secret) => ({
    text: `postgres://ada:p@${secret}@db.example/x`,
    secret,
  })),
  'a key in a query': base64Url.map((secret) => ({ text: `/api/ingest?service=a&key=${secret}&x=1`, secret })),
  'a token in a query': base64Url.map((secret) => ({ text: `/cb?access_token=${secret}`, secret })),
  'a password in a form': base64Url.map((secret) => ({ text: `username=ada&password=${secret}`, secret })),
  'a password in JSON': base64Url.map((secret) => ({
    text: JSON.stringify({ username: 'ada', password: `${secret} and more"` }),
    secret,
  })),
  'a client secret in JSON with blanks': base64Url.map((secret) => ({
    text: `{"client_secret" : "${secret}"}`,
    secret,
  })),
  'a password in JSON within JSON': base64Url.map((secret) => ({
    text: JSON.stringify(JSON.stringify({ username: 'ada', password: secret })),
    secret,
  })),
  'a token in JSON within JSON within JSON': base64Url.map((secret) => ({
    text: JSON.stringify(JSON.stringify(JSON.stringify({ a: 1, accessToken: secret }))),
    secret,
  })),
  'a token in a query within a query': base64Url.map((secret) => ({
    text: `/login?next=${encodeURIComponent(`/cb?token=${secret}&a=b`)}`,
    secret,
  })),
  'a pwd in a connection string': base64Url.map((secret) => ({ text: `Server=db;Uid=ada;Pwd=${secret};`, secret })),
  'what signs a URL': base64Url.map((secret) => ({
    text: `https://b.example/o?X-Amz-Signature=${secret}&x=1`,
    secret,
  })),
  'a private key of a file': base64Url.map((secret) => ({
    text: `-----BEGIN EC PRIVATE KEY-----\n${secret.replaceAll('-', '+')}\n-----END EC PRIVATE KEY-----`,
    secret: secret.replaceAll('-', '+'),
  })),
  'the key of a socket': base64Url.map((secret) => ({ text: `dashboard-v1.3+telemetry, bearer.${secret}`, secret })),
};

/** The ways in which a text gets into a line. */
const places: ((text: string) => LogFields)[] = [
  (cause) => ({ cause }),
  (path) => ({ requestId: 'r1', path, method: 'GET' }),
  (one) => ({ ids: ['a', one, 'b'] }),
  (one) => ({ detail: { reason: one } }),
];

describe('no secret reaches a line', () => {
  it.each(Object.entries(hidden))('%s, whatever stands around it and whichever field it is in', (_, form) => {
    fc.assert(
      fc.property(
        form,
        words,
        words,
        fc.constantFrom('', ' ', '(', '['),
        fc.constantFrom(...places),
        (one, left, right, gap, place) => {
          const line = lineOf(place(`${left.join(' ')} ${gap}${one.text} ${right.join(' ')}`));
          expect(line).not.toContain(one.secret);
          expect(line).toContain(REDACTED);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    'password',
    'newPassword',
    'setupToken',
    'cookie',
    'Authorization',
    'apiKey',
    'api_key',
    'client_secret',
    'csrf',
    'PWD',
    'private_key',
    'signingKey',
    'x-signature',
  ])('a field that is called %s, and a member that is', (name) => {
    fc.assert(
      fc.property(fc.oneof(base64Url, fc.integer({ min: 10_000_000 })), (secret) => {
        expect(lineOf({ [name]: secret })).not.toContain(String(secret));
        expect(lineOf({ detail: { [name]: secret } })).not.toContain(String(secret));
      }),
    );
  });

  it('the secrets of the configuration, which have no form of their own', () => {
    redactAlso(['a setup token of some words', 'short']);
    expect(JSON.parse(lineOf({ cause: 'got <a setup token of some words>, short' })).cause).toBe(
      `got <${REDACTED}>, short`,
    );
  });

  it('a text that is longer than what is looked through, of which the rest is not written', () => {
    const line = lineOf({ cause: `${'x'.repeat(31_990)} Bearer ${'s'.repeat(100)}` });
    expect(line).not.toContain('sss');
  });

  it.each([
    'x',
    'a:',
    '://',
    'key',
    'bearer ',
    'eyJ.',
    'cookie ',
    'secret="',
    'bw_a',
    '@',
    'key\\"',
    '-----BEGIN PRIVATE KEY-----',
    'pwd%3D',
    '\\"',
    ' ',
  ])('a text of 32,000 characters that is made of %j, which takes no longer for being made so', (piece) => {
    const text = piece.repeat(32_000 / piece.length);
    expect(lineOf({ cause: `${text.slice(0, 31_000)} Bearer hidden-token-of-mine` })).not.toContain(
      'hidden-token-of-mine',
    );
  });

  it('and what is none stays as it is', () => {
    const fields = {
      requestId: '4bf92f3577b34da6a3ce929d0e0e4736',
      route: '/api/projects/:id/keys',
      keyId: 'key_01jabc',
      sessionId: 'ses_01jabc',
      cause: 'D1_ERROR: no such table: blocks: SQLITE_ERROR',
      url: 'https://api.example/hook',
      ids: ['blk_1', 'blk_2'],
    };
    expect(JSON.parse(lineOf(fields))).toMatchObject(fields);
    expect(JSON.parse(lineOf({ cause: 'key bw_01jabc.k1.eyJwIjoiYSJ9.c2ln was refused' })).cause).toBe(
      `key bw_01jabc.${REDACTED} was refused`,
    );
  });
});
