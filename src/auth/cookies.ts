import type { Config } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';

interface CookieNames {
  session: string;
  csrf: string;
  secure: boolean;
}

const HTTPS_NAMES: CookieNames = { session: '__Host-gsession', csrf: '__Host-csrfToken', secure: true };
const LOOPBACK_NAMES: CookieNames = { session: 'gsession', csrf: 'csrfToken', secure: false };

/**
 * Names by transport; null where no cookie may travel, which is plain HTTP to anything but this machine. The plain names
 * are read over loopback only: over HTTPS a sibling subdomain could plant them, and the `__Host-` prefix is what stops that.
 */
export function cookieNames(config: Config, url: URL): CookieNames | null {
  if (url.protocol === 'https:') return HTTPS_NAMES;
  return config.environment === 'local' && isLoopback(url.hostname) ? LOOPBACK_NAMES : null;
}

/** The session cookie, null without one. Two of its name are an attack or a fault; which one is ours cannot be told. */
export function readSessionCookie(config: Config, request: Request): Result<string | null, 'duplicate'> {
  const names = cookieNames(config, new URL(request.url));
  if (!names) return ok(null);
  const values: string[] = [];
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && trimmed(pair.slice(0, equals)) === names.session) values.push(trimmed(pair.slice(equals + 1)));
  }
  if (values.length > 1) return err('duplicate');
  return ok(values[0] ?? null);
}

/**
 * Without the white space of RFC 6265, which is space and tab. `trim()` takes more, and a browser keeps it as part of the name: a sibling
 * subdomain may plant U+00A0 before `__Host-gsession`, which has no such prefix for the browser and would have our name here.
 */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '');
}

export interface SessionCookies {
  token: string;
  csrf: string;
  maxAgeSeconds: number;
}

/** `Set-Cookie` values of a session; only the CSRF cookie is readable by script. */
export function sessionCookies(names: CookieNames, { token, csrf, maxAgeSeconds }: SessionCookies): string[] {
  return [
    serialize(names.session, token, `Max-Age=${maxAgeSeconds}; HttpOnly`, names.secure),
    serialize(names.csrf, csrf, `Max-Age=${maxAgeSeconds}`, names.secure),
  ];
}

export function clearedCookies(names: CookieNames): string[] {
  return [
    serialize(names.session, '', 'Max-Age=0; HttpOnly', names.secure),
    serialize(names.csrf, '', 'Max-Age=0', names.secure),
  ];
}

function serialize(name: string, value: string, attributes: string, secure: boolean): string {
  return `${name}=${value}; Path=/; ${attributes}${secure ? '; Secure' : ''}; SameSite=Strict`;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
