import type { Config } from '../env.ts';
import { cookieValues } from '../shared/cookie-header.ts';
import { isLoopback } from '../shared/loopback.ts';
import type { PresentedCookies } from './calls.ts';

export const SESSION_TTL_MS = 7 * 86_400_000;
export const DEVICE_TTL_MS = 14 * 86_400_000;

interface Names {
  prefix: '__Host-' | '';
  secure: boolean;
}

/**
 * By transport: over HTTPS with `__Host-`, which no sibling subdomain can plant; the plain names over loopback only. Null where no cookie may travel,
 * which is plain HTTP to anything but this machine.
 */
function namesOf(config: Pick<Config, 'environment'>, url: URL): Names | null {
  if (url.protocol === 'https:') return { prefix: '__Host-', secure: true };
  return config.environment === 'local' && isLoopback(url.hostname) ? { prefix: '', secure: false } : null;
}

/** The cookie of a page that embeds another site's is a second one: `SameSite=None` on the first would send it everywhere. */
const EMBEDDED = '_p';
const SESSION = 'fraud_sid';
const DEVICE = 'd_id';
const MAX_VALUE_CHARS = 256;

/** Two cookies of one name are none, and noted: which of them is ours, nobody can tell. */
export function readFraudCookies(config: Pick<Config, 'environment'>, url: URL, header: string): PresentedCookies {
  const names = namesOf(config, url);
  if (names === null || header === '') return { session: null, device: null, duplicated: false };
  const valuesOf = (name: string, suffix: string) => cookieValues(header, `${names.prefix}${name}${suffix}`);
  const sessions = [valuesOf(SESSION, ''), valuesOf(SESSION, EMBEDDED)];
  const devices = [valuesOf(DEVICE, ''), valuesOf(DEVICE, EMBEDDED)];
  const duplicated = [...sessions, ...devices].some((values) => values.length > 1);
  return { session: onlyOne(sessions), device: onlyOne(devices), duplicated };
}

/** Of the first name that came: null where it came twice. */
function onlyOne(variants: readonly string[][]): string | null {
  const [value = '', ...more] = variants.find((values) => values.length > 0) ?? [];
  // Ours have 43 characters: what is far longer needs no look-up.
  return more.length > 0 || value === '' || value.length > MAX_VALUE_CHARS ? null : value;
}

/** `Set-Cookie` values of a session that was opened; none where no cookie may travel. */
export function openedCookies(
  config: Pick<Config, 'environment'>,
  url: URL,
  { session, device }: { session: string; device: string },
  embedded: boolean,
): string[] {
  const names = namesOf(config, url);
  if (names === null) return [];
  return [
    serialize(names, SESSION, session, SESSION_TTL_MS / 1_000, embedded),
    serialize(names, DEVICE, device, DEVICE_TTL_MS / 1_000, embedded),
  ];
}

/** Both pairs: a partitioned cookie is another one for the browser, and is cleared only by what says so. */
export function clearedFraudCookies(config: Pick<Config, 'environment'>, url: URL): string[] {
  const names = namesOf(config, url);
  if (names === null) return [];
  return [SESSION, DEVICE].flatMap((name) => [
    serialize(names, name, '', 0, false),
    serialize(names, name, '', 0, true),
  ]);
}

function serialize(
  { prefix, secure }: Names,
  name: string,
  value: string,
  maxAgeSeconds: number,
  embedded: boolean,
): string {
  const common = `${prefix}${name}${embedded ? EMBEDDED : ''}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly`;
  // Browsers take Secure from loopback over plain HTTP too, and SameSite=None only with it.
  if (embedded) return `${common}; Secure; SameSite=None; Partitioned`;
  return `${common}${secure ? '; Secure' : ''}; SameSite=Strict`;
}
