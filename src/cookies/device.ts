import { cookieValues } from '../shared/cookie-header.ts';
import { sha256Hex } from '../shared/hash.ts';

/** Cookies of the device that `POST /api/fraud/login` sets (src/fraud): the page's own, and that of embedded pages. */
const DEVICE_NAMES = ['d_id', 'd_id_p'];
/**
 * SHA-256 of the device cookie, by which the project's fraud object knows the device. Null where there is none, or two of one name. Over HTTPS only
 * what a subdomain cannot plant counts.
 */
export function deviceHashOf(header: string, url: URL): string | null {
  const prefix = url.protocol === 'https:' ? '__Host-' : '';
  const values = DEVICE_NAMES.map((name) => cookieValues(header, prefix + name)).find(({ length }) => length > 0);
  const [value = '', second] = values ?? [];
  if (value === '' || second !== undefined) return null;
  return sha256Hex(value);
}
