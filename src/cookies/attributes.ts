import { parseCookieDate } from './cookie-date.ts';
import type { SetCookieLine } from './set-cookie-line.ts';

/** No cookie is kept for longer (RFC 6265bis 5.5). */
export const MAX_AGE_DAYS = 400;
const MAX_AGE_MS = MAX_AGE_DAYS * 86_400_000;

/** What the attributes of a line come to: of several with one name the last usable one counts (RFC 6265bis 5.6 and 5.7). */
export interface ReadAttributes {
  expiry: Expiry;
  /** Null without a `Domain`; '' for an empty one. */
  domain: string | null;
  /** Null where the path is that of the request. */
  path: string | null;
  secure: boolean;
  httpOnly: boolean;
  /** Null where none is named, or none that is known. */
  sameSite: 'Strict' | 'Lax' | 'None' | null;
  partitioned: boolean;
}

export interface Expiry {
  /** Null: with the browser's session. Not later than MAX_AGE_DAYS from now. */
  atMs: number | null;
  /** It asked for more. */
  capped: boolean;
}

/** Values of one attribute, in order. Names are compared without their case. */
export function valuesOf({ attributes }: Pick<SetCookieLine, 'attributes'>, name: string): string[] {
  return attributes.filter((attribute) => attribute.name.toLowerCase() === name).map(({ value }) => value);
}

export function readAttributes(line: SetCookieLine, nowMs: number): ReadAttributes {
  const path = valuesOf(line, 'path').at(-1);
  return {
    expiry: expiryOf(line, nowMs),
    domain: valuesOf(line, 'domain').at(-1) ?? null,
    path: path?.startsWith('/') ? path : null,
    secure: valuesOf(line, 'secure').length > 0,
    httpOnly: valuesOf(line, 'httponly').length > 0,
    sameSite: sameSiteOf(valuesOf(line, 'samesite').at(-1) ?? ''),
    partitioned: valuesOf(line, 'partitioned').length > 0,
  };
}

/** Max-Age goes before Expires, wherever they stand. */
function expiryOf(line: SetCookieLine, nowMs: number): Expiry {
  const ages = valuesOf(line, 'max-age').filter(isMaxAge);
  const age = ages.at(-1);
  if (age !== undefined) return capped(nowMs + Number(age) * 1_000, nowMs);
  const dates = valuesOf(line, 'expires').flatMap((text) => parseCookieDate(text) ?? []);
  const date = dates.at(-1);
  return date === undefined ? { atMs: null, capped: false } : capped(date, nowMs);
}

/** A digit or `-`, then digits only (5.6.2): no sign +, no fraction, no space inside. */
export function isMaxAge(text: string): boolean {
  return /^(\d+|-\d+)$/.test(text);
}

function capped(atMs: number, nowMs: number): Expiry {
  const limitMs = nowMs + MAX_AGE_MS;
  // Before all time that a Date can say is as good as long ago.
  return atMs > limitMs ? { atMs: limitMs, capped: true } : { atMs: Math.max(0, atMs), capped: false };
}

function sameSiteOf(value: string): ReadAttributes['sameSite'] {
  switch (value.toLowerCase()) {
    case 'strict':
      return 'Strict';
    case 'lax':
      return 'Lax';
    case 'none':
      return 'None';
    default:
      return null;
  }
}

/** The path of a cookie that names none: the request's up to its last slash (RFC 6265 5.1.4). */
export function defaultPath(pathname: string): string {
  const last = pathname.lastIndexOf('/');
  return last <= 0 ? '/' : pathname.slice(0, last);
}
