import type { Config } from '../../../env.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { isHeaderValue, sealHeader } from './sealing.ts';
import type { StoredHeader } from './types.ts';

export const MAX_HEADERS = 20;
const MAX_HEADER_NAME_CHARS = 64;
const MAX_HEADER_VALUE_CHARS = 4_096;

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
/** RFC 9110, 5.5, without what is no ASCII, which receivers read differently. */
const FIELD_VALUE = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;
/** Of the connection (RFC 9110, 7.6.1), of the body, or ours. */
const RESERVED = new Set([
  ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'expect', 'via', 'date'],
  ...['content-length', 'content-type', 'content-encoding', 'accept-encoding', 'set-cookie'],
]);
const RESERVED_PREFIXES = ['webhook-', 'proxy-', 'cf-', 'sec-'];

/** Why a header may not have this name; null where it may. */
export function headerNameFault(name: string): string | null {
  if (name.length > MAX_HEADER_NAME_CHARS) return `must have at most ${MAX_HEADER_NAME_CHARS} characters`;
  if (!TOKEN.test(name)) return 'must be a header name: letters, digits and hyphens';
  const lower = name.toLowerCase();
  const isReserved = RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix));
  return isReserved ? 'is set by whoever sends, and by nobody else' : null;
}

export function headerValueFault(value: string): string | null {
  if (value.length > MAX_HEADER_VALUE_CHARS) return `must have at most ${MAX_HEADER_VALUE_CHARS} characters`;
  return FIELD_VALUE.test(value) ? null : 'must be printable ASCII on one line, without spaces around it';
}

export interface GivenHeader {
  name: string;
  /** Null: as it was, of a secret one. */
  value: string | null;
  secret: boolean;
}

/** For storage. A secret one that is not told anew stays as it is; one that is told the same stays too, so that nothing seems changed. */
export function storedHeaders(
  config: Pick<Config, 'dataSecrets'>,
  destinationId: string,
  given: readonly GivenHeader[],
  before: readonly StoredHeader[],
): Result<StoredHeader[], { pointer: string; reason: string }> {
  const stored: StoredHeader[] = [];
  for (const [i, { name, value, secret }] of given.entries()) {
    const old = before.find((one) => one.secret && one.name.toLowerCase() === name.toLowerCase());
    if (value === null && (!secret || !old))
      return err({
        pointer: `/headers/${i}/value`,
        reason: secret ? 'is missing: there is none to keep' : 'is missing',
      });
    if (!secret) stored.push({ name, value: value ?? '', secret });
    else if (old && (value === null || isHeaderValue(config, destinationId, old.value, value)))
      stored.push({ ...old, name });
    else stored.push({ name, value: sealHeader(config, destinationId, value ?? ''), secret });
  }
  return ok(stored);
}
