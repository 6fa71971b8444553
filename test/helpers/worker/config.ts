import type { Config } from '../../../src/env.ts';

export const SECRET_1 = { kid: 'k1', secret: 'first-secret-of-at-least-forty-three-characters-x' };
export const SECRET_2 = { kid: 'k2', secret: 'other-secret-of-at-least-forty-three-characters-x' };

/** A checked configuration, for tables that vary one field of it. */
export function configWith(overrides: Partial<Config>): Config {
  return {
    environment: 'local',
    clockOffsetMs: 0,
    logLevel: 'info',
    journalShards: 1,
    databaseLimitBytes: 10_000_000_000,
    measures: true,
    userRequestsPerMinute: 100,
    publicHosts: [],
    dnsResolverUrl: 'https://resolver.example/dns-query',
    sessionSecrets: [SECRET_1],
    apiKeySecrets: [SECRET_1],
    dataSecrets: [SECRET_1],
    setupToken: null,
    ...overrides,
  };
}
