import type { Alerts } from '../durable-objects/alerts/alerts.ts';
import type { Destination } from '../durable-objects/destination/destination.ts';
import type { Fraud } from '../durable-objects/fraud/fraud.ts';
import type { Hub } from '../durable-objects/hub/hub.ts';
import type { Journal } from '../durable-objects/journal/journal.ts';
import type { Limiter } from '../durable-objects/limiter/limiter.ts';
import type { Metrics } from '../durable-objects/metrics/metrics.ts';
import { LOG_LEVELS, type LogLevel, useLogConfig } from './shared/log.ts';
import { isLoopback } from './shared/loopback.ts';
import { redactAlso } from './shared/redact.ts';
import type { Role } from './wire/access.ts';

/** Bindings as the platform hands them over: strings, unchecked. Only parseConfig reads the strings. */
export interface Env {
  DB: D1Database;
  ASSETS: Fetcher;
  /** Archives, source maps and more (docs/storage-schema.md). */
  STORE: R2Bucket;
  JOURNAL: DurableObjectNamespace<Journal>;
  HUB: DurableObjectNamespace<Hub>;
  LIMITER: DurableObjectNamespace<Limiter>;
  FRAUD: DurableObjectNamespace<Fraud>;
  DESTINATION: DurableObjectNamespace<Destination>;
  ALERTS: DurableObjectNamespace<Alerts>;
  METRICS: DurableObjectNamespace<Metrics>;
  /** Which version is deployed, and since when. Not everywhere there. */
  VERSION?: WorkerVersionMetadata;
  ENVIRONMENT: string;
  /** The least urgent lines of the log that are written (src/shared/log.ts). Empty is info. */
  LOG_LEVEL: string;
  JOURNAL_SHARDS: string;
  /** Bytes that the database may have: the plan's. Empty is the paid plan. */
  D1_LIMIT_BYTES: string;
  USER_REQUESTS_PER_MINUTE: string;
  /** `off` measures nothing of the deployment itself. */
  MEASURE: string;
  CLOCK_OFFSET_MS: string;
  DNS_RESOLVER_URL: string;
  /** Hosts that this deployment answers at, comma separated, beside the one that a request comes to. */
  PUBLIC_HOSTS: string;
  /** Secret. `kid:secret` pairs, comma separated; the first signs, all verify, so that keys rotate by overlap. */
  SESSION_SECRETS: string;
  /** Secret. Same form; signs API keys. Dropping a pair here invalidates every key it signed. */
  API_KEY_SECRETS: string;
  /** Secret. Same form; encrypts what must be read again, such as second factors (src/shared/at-rest.ts). A pair goes when nothing is under it any more. */
  DATA_SECRETS: string;
  /** Secret. Allows `POST /api/auth/setup`: create or recover the first administrator. Empty switches the route off. */
  SETUP_TOKEN: string;
}

export interface SigningSecret {
  kid: string;
  secret: string;
}

/** Env, checked once per isolate. */
export interface Config {
  environment: 'local' | 'production';
  /** Added to the real clock in every decision; 0 in production. */
  clockOffsetMs: number;
  logLevel: LogLevel;
  journalShards: number;
  /** What the database may have at most: near it, blocks go to the archive early (src/archive/move/pressure.ts). */
  databaseLimitBytes: number;
  /** Of one user or key, on what is neither ingest nor query. */
  userRequestsPerMinute: number;
  /** Whether requests, calls and alarms are measured (src/observability/red). */
  measures: boolean;
  /** Says over HTTPS, as `application/dns-json`, where the names of webhooks lead. */
  dnsResolverUrl: string;
  /** No webhook is sent to one of them. */
  publicHosts: readonly string[];
  sessionSecrets: readonly [SigningSecret, ...SigningSecret[]];
  apiKeySecrets: readonly [SigningSecret, ...SigningSecret[]];
  dataSecrets: readonly [SigningSecret, ...SigningSecret[]];
  setupToken: string | null;
}

export type { Role };

export type Actor =
  | { kind: 'anonymous' }
  | {
      kind: 'user';
      userId: string;
      username: string;
      role: Role;
      sessionId: string;
      /** When the person last proved who they are in this session: by signing in, or by a step-up since. */
      provenAtMs: number;
      /** Projects this user may see; null is all. Administrators always have null. */
      projectIds: readonly string[] | null;
    }
  | { kind: 'key'; keyId: string; projectId: string; scopes: readonly string[] }
  | { kind: 'system'; job: string };

/** What a route asked before it let somebody in. */
export type AccessCheck =
  | { kind: 'role'; role: Role }
  /** That who acts has proved lately who they are. */
  | { kind: 'proof' }
  | { kind: 'project'; projectId: string; action: 'read' | 'export' | 'write' | 'admin' };

/** Held by a request that came with an Idempotency-Key (src/idempotency) while it runs. */
export interface Claim {
  /** In every audit row of the request, whose transaction fails once the claim is another's. */
  id: string;
  /** Asked again before the answer is given to a repeat. */
  checks: AccessCheck[];
}

/** What is left of a limit after this request, for the `RateLimit` headers of its answer. */
export interface Allowance {
  /** The policy's name in the headers. */
  name: string;
  limit: number;
  windowSeconds: number;
  remaining: number;
  /** Until all of it is there again. */
  resetSeconds: number;
}

/** What the log says of a request beside its answer. Whoever finds it out writes it here; copies of the context share it. */
export interface RequestFacts {
  /** The key of a request to the write side, which has no actor. */
  keyId: string | null;
  /** A project that is there, and that the request is about. */
  projectId: string | null;
  /** Of a refusal (docs/errors.md). */
  code: string | null;
  /** The caller's span, where it sent `traceparent`. */
  parentSpanId: string | null;
}

/** What every verb gets: nothing else reads the clock, the bindings or the request. */
export interface Ctx {
  env: Env;
  config: Config;
  /** The one clock of this request, alarm or cron run, in Unix milliseconds. */
  nowMs: number;
  actor: Actor;
  requestId: string;
  /** Client address as the edge saw it; 'unknown' where it did not say. */
  address: string;
  /**
   * ISO 3166-1 alpha-2 as the edge saw it, or T1 for Tor; null where it did not say. Asked for where it is needed: with it the runtime parses all that the edge knows of
   * a request, which is a twenty-fifth of what storing a batch takes.
   */
  country: () => string | null;
  claim?: Claim;
  /** The limits that this request was counted against so far. Whoever counts it adds to it; copies of this context share it. */
  allowances: Allowance[];
  /** Only a request has them. */
  facts?: RequestFacts;
}

/** D1 on the paid plan (developers.cloudflare.com/d1/platform/limits). */
const DEFAULT_DATABASE_BYTES = 10_000_000_000;
/** Less would be no setting but a mistake: the tables alone take a fifth of it. */
const MIN_DATABASE_BYTES = 10_000_000;

const parsed = new WeakMap<object, Config>();

/**
 * Throws a sentence that names the variable: a Worker with a broken configuration must not answer at all. What it read sets up the log of the isolate, which
 * from then on writes none of these secrets.
 */
export function parseConfig(env: Env): Config {
  const known = parsed.get(env);
  if (known) return known;
  const environment = env.ENVIRONMENT === 'local' ? 'local' : 'production';
  const journalShards = Number(env.JOURNAL_SHARDS);
  if (!Number.isInteger(journalShards) || journalShards < 1 || journalShards > 64) {
    throw new Error('JOURNAL_SHARDS must be a whole number from 1 to 64');
  }
  const databaseLimitBytes = Number(env.D1_LIMIT_BYTES || DEFAULT_DATABASE_BYTES);
  if (!Number.isSafeInteger(databaseLimitBytes) || databaseLimitBytes < MIN_DATABASE_BYTES) {
    throw new Error(`D1_LIMIT_BYTES must be a whole number of at least ${MIN_DATABASE_BYTES}`);
  }
  const userRequestsPerMinute = Number(env.USER_REQUESTS_PER_MINUTE);
  if (!Number.isInteger(userRequestsPerMinute) || userRequestsPerMinute < 1) {
    throw new Error('USER_REQUESTS_PER_MINUTE must be a whole number of at least 1');
  }
  const clockOffsetMs = environment === 'local' ? Number(env.CLOCK_OFFSET_MS || '0') : 0;
  if (!Number.isSafeInteger(clockOffsetMs)) throw new Error('CLOCK_OFFSET_MS must be whole milliseconds');
  const config: Config = {
    environment,
    clockOffsetMs,
    logLevel: parseLogLevel(env.LOG_LEVEL),
    journalShards,
    databaseLimitBytes,
    userRequestsPerMinute,
    measures: env.MEASURE !== 'off',
    dnsResolverUrl: parseResolverUrl(env.DNS_RESOLVER_URL, environment),
    publicHosts: parseHosts(env.PUBLIC_HOSTS),
    sessionSecrets: parseSecrets('SESSION_SECRETS', env.SESSION_SECRETS),
    apiKeySecrets: parseSecrets('API_KEY_SECRETS', env.API_KEY_SECRETS),
    dataSecrets: parseSecrets('DATA_SECRETS', env.DATA_SECRETS),
    setupToken: parseSetupToken(env.SETUP_TOKEN),
  };
  parsed.set(env, config);
  redactAlso([
    ...[...config.sessionSecrets, ...config.apiKeySecrets, ...config.dataSecrets].map(({ secret }) => secret),
    ...(config.setupToken === null ? [] : [config.setupToken]),
  ]);
  useLogConfig({ logLevel: config.logLevel, now: () => clockNowMs(config) });
  return config;
}

/** Milliseconds of the one clock. Called at the edge of a request, alarm or cron run and nowhere else. */
export function clockNowMs(config: Pick<Config, 'clockOffsetMs'>): number {
  return Date.now() + config.clockOffsetMs;
}

/** Whoever answers here decides what webhooks may be sent to: never over plain HTTP but to this machine. */
function parseResolverUrl(text: string | undefined, environment: Config['environment']): string {
  const url = text && URL.canParse(text) ? new URL(text) : null;
  const local = environment === 'local' && url?.protocol === 'http:' && isLoopback(url.hostname);
  if (!url || (url.protocol !== 'https:' && !local) || url.username !== '' || url.hash !== '') {
    throw new Error('DNS_RESOLVER_URL must be the https:// URL of a resolver that answers application/dns-json');
  }
  return url.href;
}

function parseLogLevel(text: string | undefined): LogLevel {
  const level = text ? LOG_LEVELS.find((one) => one === text) : 'info';
  if (!level) throw new Error(`LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function parseSetupToken(text: string | undefined): string | null {
  if (!text) return null;
  // Whoever guesses it owns the deployment; guesses are throttled by address, of which an attacker has many.
  if (text.length < 16) throw new Error('SETUP_TOKEN must have at least 16 characters, or be empty');
  return text;
}

function parseHosts(text: string | undefined): string[] {
  const hosts = (text ?? '').split(',').flatMap((host) => host.trim().toLowerCase() || []);
  const isHost = (host: string): boolean =>
    URL.canParse(`https://${host}/`) && new URL(`https://${host}/`).host === host;
  if (!hosts.every(isHost))
    throw new Error('PUBLIC_HOSTS must hold host names such as ops.example.com, comma separated');
  return hosts;
}

function parseSecrets(name: string, text: string | undefined): [SigningSecret, ...SigningSecret[]] {
  const pairs = (text ?? '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const colon = part.indexOf(':');
      const kid = part.slice(0, colon);
      const secret = part.slice(colon + 1);
      // 32 characters of base64url are 192 bits; RFC 7518 3.2 asks for at least the hash's size for HS256 keys, 43 characters.
      if (colon < 1 || !/^[A-Za-z0-9_-]{1,16}$/.test(kid) || secret.length < 43) {
        throw new Error(`${name} must hold kid:secret pairs with secrets of at least 43 characters`);
      }
      return { kid, secret };
    });
  // The second of two would never be found: what it signed would end without a word.
  if (new Set(pairs.map(({ kid }) => kid)).size < pairs.length) throw new Error(`${name} names a kid twice`);
  const [first, ...rest] = pairs;
  if (!first) throw new Error(`${name} is not set`);
  return [first, ...rest];
}
