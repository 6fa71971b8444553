import type { Config, SigningSecret } from '../env.ts';
import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';
import { constantTimeEqual, hmacSha256 } from '../shared/hash.ts';
import { isScope } from './scopes.ts';
import type { KeyClaims } from './types.ts';

/**
 * `bw_<id>.<kid>.<base64url of JSON claims>.<base64url of HMAC-SHA256>`: verifies without a database. The signature covers everything before
 * its dot and is checked before the claims are parsed. The id comes first and in clear, without its `key_`, so that whoever finds a key in a
 * log or a config knows which row of the list it is. All characters are allowed in a header, a URL and a WebSocket subprotocol. The claims
 * of a key with every scope and the most and longest origins (schema.ts) have 3,100 characters.
 */
const KEY = /^(bw_([0-9a-z]{1,32})\.([A-Za-z0-9_-]{1,16})\.([A-Za-z0-9_-]{1,4000}))\.([A-Za-z0-9_-]{43})$/;
const ID_PREFIX = 'key_';
/** Keys remembered by an isolate, at about 500 bytes each. A deployment with more active keys only loses speed. */
const MAX_VERIFIED_KEYS = 2_048;

/** Short names, because the key travels with every request. */
interface Payload {
  p: string;
  s: readonly string[];
  o?: readonly string[];
  /** Records a day. */
  q?: number;
}

export function signKey(config: Config, claims: KeyClaims): string {
  const { kid, secret } = config.apiKeySecrets[0];
  const payload: Payload = { p: claims.projectId, s: claims.scopes };
  if (claims.origins) payload.o = claims.origins;
  if (claims.quota) payload.q = claims.quota.recordsPerDay;
  const id = claims.keyId.slice(ID_PREFIX.length);
  const signed = `bw_${id}.${kid}.${toBase64Url(utf8(JSON.stringify(payload)))}`;
  return `${signed}.${toBase64Url(hmacSha256(secret, signed))}`;
}

/** What lists show of a key: all before its first dot, which is another for every key and no secret. */
export function displayPrefix(key: string): string {
  return key.slice(0, key.indexOf('.'));
}

const verified = new WeakMap<Config, Map<string, KeyClaims>>();

/**
 * The claims of a key that this deployment signed, or null. Synchronous and without storage, for the write side. It says nothing about
 * revocation: the journal knows (write side), D1 knows (read side). Only good keys are remembered, so a flood of bad ones evicts nothing.
 */
export function verifyKey(config: Config, key: string): KeyClaims | null {
  let known = verified.get(config);
  if (!known) {
    known = new Map();
    verified.set(config, known);
  }
  const seen = known.get(key);
  if (seen) {
    // Least recently used goes first: a Map iterates in order of insertion.
    known.delete(key);
    known.set(key, seen);
    return seen;
  }
  const claims = verify(config.apiKeySecrets, key);
  if (!claims) return null;
  if (known.size >= MAX_VERIFIED_KEYS) {
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  }
  known.set(key, claims);
  return claims;
}

function verify(secrets: readonly SigningSecret[], key: string): KeyClaims | null {
  const [, signed, id, kid, payload, signature] = KEY.exec(key) ?? [];
  if (signed === undefined || payload === undefined || signature === undefined) return null;
  const secret = secrets.find((candidate) => candidate.kid === kid)?.secret;
  const mac = fromBase64Url(signature);
  const bytes = fromBase64Url(payload);
  if (secret === undefined || !mac || !bytes || !constantTimeEqual(mac, hmacSha256(secret, signed))) return null;
  return claimsOf(ID_PREFIX + id, JSON.parse(new TextDecoder().decode(bytes)));
}

/** The signature is ours, so the shape is what some version of signKey wrote; one that this version does not know is refused. */
function claimsOf(keyId: string, payload: unknown): KeyClaims | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { p, s, o = null, q = null, ...unknown } = payload as Record<string, unknown>;
  if (Object.keys(unknown).length > 0 || typeof p !== 'string') return null;
  if (!Array.isArray(s) || !s.every(isScope)) return null;
  if (o !== null && !(Array.isArray(o) && o.every((origin) => typeof origin === 'string'))) return null;
  if (q !== null && !(typeof q === 'number' && Number.isSafeInteger(q) && q >= 1)) return null;
  return { keyId, projectId: p, scopes: s, origins: o, quota: q === null ? null : { recordsPerDay: q } };
}
