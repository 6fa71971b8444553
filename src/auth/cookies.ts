import type { Config } from '../env.ts';
import { cookieValues } from '../shared/cookie-header.ts';
import { isLoopback } from '../shared/loopback.ts';
import { err, ok, type Result } from '../shared/result.ts';

interface CookieNames {
  session: string;
  csrf: string;
  device: string;
  secure: boolean;
}

const HTTPS_NAMES: CookieNames = {
  session: '__Host-gsession',
  csrf: '__Host-csrfToken',
  device: '__Host-gdevice',
  secure: true,
};
const LOOPBACK_NAMES: CookieNames = { session: 'gsession', csrf: 'csrfToken', device: 'gdevice', secure: false };

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
  const values = valuesOf(config, request, 'session');
  return values.length > 1 ? err('duplicate') : ok(values[0] ?? null);
}

/** What device.ts gave this browser, null without it. It opens nothing, so two of them are as good as none. */
export function readDeviceCookie(config: Config, request: Request): string | null {
  const values = valuesOf(config, request, 'device');
  return values.length === 1 ? (values[0] ?? null) : null;
}

function valuesOf(config: Config, request: Request, which: 'session' | 'device'): string[] {
  const name = cookieNames(config, new URL(request.url))?.[which];
  return name === undefined ? [] : cookieValues(request.headers.get('cookie') ?? '', name);
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

/** Chromium keeps no cookie for longer than 400 days; half a year without a sign-in makes a browser a stranger. */
const DEVICE_SECONDS = 180 * 24 * 3_600;

export function deviceCookie(names: CookieNames, token: string): string {
  return serialize(names.device, token, `Max-Age=${DEVICE_SECONDS}; HttpOnly`, names.secure);
}

/** Signing out forgets the session, not the browser. */
export function clearedCookies(names: CookieNames): string[] {
  return [
    serialize(names.session, '', 'Max-Age=0; HttpOnly', names.secure),
    serialize(names.csrf, '', 'Max-Age=0', names.secure),
  ];
}

function serialize(name: string, value: string, attributes: string, secure: boolean): string {
  return `${name}=${value}; Path=/; ${attributes}${secure ? '; Secure' : ''}; SameSite=Strict`;
}
