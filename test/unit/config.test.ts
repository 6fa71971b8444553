import { describe, expect, it } from 'vitest';
import { type Env, parseConfig } from '../../src/env.ts';

const SECRET = 'a-secret-of-at-least-forty-three-characters';
const OTHER = 'another-secret-of-at-least-forty-three-chars';

/** Checks the variables; the bindings are none of parseConfig's business. */
function parse(variables: Partial<Env>): ReturnType<typeof parseConfig> {
  const good = {
    SESSION_SECRETS: `k1:${SECRET}`,
    API_KEY_SECRETS: `k1:${SECRET}`,
    DATA_SECRETS: `k1:${SECRET}`,
    JOURNAL_SHARDS: '1',
    USER_REQUESTS_PER_MINUTE: '100',
    DNS_RESOLVER_URL: 'https://resolver.example/dns-query',
  };
  return parseConfig({
    ENVIRONMENT: 'production',
    CLOCK_OFFSET_MS: '0',
    SETUP_TOKEN: '',
    ...good,
    ...variables,
  } as Env);
}

describe('the configuration', () => {
  it('lists the secrets in the order of their rotation: the first signs', () => {
    const { sessionSecrets } = parse({ SESSION_SECRETS: `k2:${OTHER},k1:${SECRET}` });
    expect(sessionSecrets.map(({ kid }) => kid)).toEqual(['k2', 'k1']);
  });

  it('moves the clock and opens plain HTTP on one machine only', () => {
    expect(parse({ CLOCK_OFFSET_MS: '5' })).toMatchObject({ environment: 'production', clockOffsetMs: 0 });
    expect(parse({ ENVIRONMENT: 'Local', CLOCK_OFFSET_MS: '5' }).environment).toBe('production');
    expect(parse({ ENVIRONMENT: 'local', CLOCK_OFFSET_MS: '5' })).toMatchObject({ clockOffsetMs: 5 });
  });

  it('goes by the paid plan of the database unless told otherwise', () => {
    expect(parse({}).databaseLimitBytes).toBe(10_000_000_000);
    expect(parse({ D1_LIMIT_BYTES: '500000000' }).databaseLimitBytes).toBe(500_000_000);
  });

  it('has no setup token unless one is set', () => {
    const token = 'sixteen-letters!';
    expect([parse({}).setupToken, parse({ SETUP_TOKEN: token }).setupToken]).toEqual([null, token]);
  });

  it('takes a resolver over plain HTTP only on this machine', () => {
    const DNS_RESOLVER_URL = 'http://127.0.0.1:5300/dns-query';
    expect(parse({ ENVIRONMENT: 'local', DNS_RESOLVER_URL }).dnsResolverUrl).toBe(DNS_RESOLVER_URL);
    expect(() => parse({ DNS_RESOLVER_URL })).toThrow('DNS_RESOLVER_URL must be');
  });

  it('knows by which hosts it is reached, where it is told', () => {
    expect([parse({}).publicHosts, parse({ PUBLIC_HOSTS: '' }).publicHosts]).toEqual([[], []]);
    expect(parse({ PUBLIC_HOSTS: 'ops.example.com, Breakwater.example.workers.dev' }).publicHosts).toEqual([
      'ops.example.com',
      'breakwater.example.workers.dev',
    ]);
  });

  it('writes what happened to the log, and more or less of it where it is told', () => {
    expect([parse({}).logLevel, parse({ LOG_LEVEL: '' }).logLevel]).toEqual(['info', 'info']);
    expect([parse({ LOG_LEVEL: 'debug' }).logLevel, parse({ LOG_LEVEL: 'fatal' }).logLevel]).toEqual([
      'debug',
      'fatal',
    ]);
  });

  const refused: [what: string, variables: Partial<Env>, sentence: string][] = [
    ['a database limit in words', { D1_LIMIT_BYTES: '10 GB' }, 'D1_LIMIT_BYTES must be'],
    ['a database limit that nothing fits into', { D1_LIMIT_BYTES: '1000' }, 'D1_LIMIT_BYTES must be'],
    ['no secret', { SESSION_SECRETS: '' }, 'SESSION_SECRETS is not set'],
    ['a short secret', { API_KEY_SECRETS: 'k1:short' }, 'API_KEY_SECRETS must hold kid:secret pairs'],
    ['a secret without a kid', { API_KEY_SECRETS: SECRET }, 'API_KEY_SECRETS must hold kid:secret pairs'],
    ['a kid that cannot stand in a key', { API_KEY_SECRETS: `k.1:${SECRET}` }, 'API_KEY_SECRETS must hold'],
    ['one kid for two secrets', { SESSION_SECRETS: `k1:${OTHER},k1:${SECRET}` }, 'SESSION_SECRETS names a kid twice'],
    ['a setup token that can be guessed', { SETUP_TOKEN: 'fifteen-letters' }, 'SETUP_TOKEN must have at least 16'],
    ['a level of the log that is none', { LOG_LEVEL: 'verbose' }, 'LOG_LEVEL must be one of debug, info'],
    ['no shards', { JOURNAL_SHARDS: '' }, 'JOURNAL_SHARDS must be'],
    ['too many shards', { JOURNAL_SHARDS: '65' }, 'JOURNAL_SHARDS must be'],
    ['half a shard', { JOURNAL_SHARDS: '1.5' }, 'JOURNAL_SHARDS must be'],
    ['no rate', { USER_REQUESTS_PER_MINUTE: '0' }, 'USER_REQUESTS_PER_MINUTE must be'],
    ['a host with a path', { PUBLIC_HOSTS: 'ops.example.com/x' }, 'PUBLIC_HOSTS must hold host names'],
    ['no resolver', { DNS_RESOLVER_URL: '' }, 'DNS_RESOLVER_URL must be'],
    ['a resolver that is no URL', { DNS_RESOLVER_URL: '1.1.1.1' }, 'DNS_RESOLVER_URL must be'],
    [
      'a resolver elsewhere over plain HTTP',
      { ENVIRONMENT: 'local', DNS_RESOLVER_URL: 'http://1.1.1.1/' },
      'DNS_RESOLVER_URL must be',
    ],
    ['a clock that is no number', { ENVIRONMENT: 'local', CLOCK_OFFSET_MS: 'soon' }, 'CLOCK_OFFSET_MS must be'],
  ];
  it.each(refused)('with %s is refused by name, and no secret is in the sentence', (_, variables, sentence) => {
    expect(() => parse(variables)).toThrow(sentence);
    expect(() => parse(variables)).not.toThrow(SECRET);
  });
});
