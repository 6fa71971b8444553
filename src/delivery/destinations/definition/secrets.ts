import type { Config } from '../../../env.ts';
import { encryptAtRest } from '../../../shared/at-rest.ts';
import { concatBytes, fromBase64, fromBase64Url, toBase64 } from '../../../shared/bytes.ts';
import { randomId } from '../../../shared/ids.ts';
import type { DestinationSecret } from '../../../wire/delivery.ts';
import { secretPurpose } from './sealing.ts';
import type { StoredSecret } from './types.ts';

/** Standard Webhooks asks for 24 to 64 bytes of a symmetric secret; an Ed25519 seed has 32 (RFC 8032, 5.1.5). */
const SECRET_BYTES = 32;
/** Beside the newest of its kind: a third is of a rotation that nobody finished. */
const MAX_OLD = 2;
/** PKCS #8 (RFC 8410, 7) of an Ed25519 key up to its seed. */
const ED25519_PKCS8 = fromBase64('MC4CAQAwBQYDK2VwBCIEIA==');

export interface MadeSecret {
  secret: StoredSecret;
  /** Shown once. Null for a private key, which nobody but us needs. */
  inClear: string | null;
}

export async function makeSecret(
  config: Pick<Config, 'dataSecrets'>,
  destinationId: string,
  kind: DestinationSecret['kind'],
  nowMs: number,
): Promise<MadeSecret> {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  const stored = encryptAtRest(config, secretPurpose(destinationId), bytes);
  const publicKey = kind === 'v1a' ? `whpk_${toBase64(await publicKeyOf(bytes))}` : null;
  const secret = { id: randomId('sec'), kind, publicKey, createdAtMs: nowMs, expiresAtMs: null, stored };
  return { secret, inClear: kind === 'v1' ? `whsec_${toBase64(bytes)}` : null };
}

async function publicKeyOf(seed: Uint8Array): Promise<Uint8Array> {
  const pkcs8 = concatBytes([ED25519_PKCS8, seed]);
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign']);
  const { x } = (await crypto.subtle.exportKey('jwk', key)) as JsonWebKey;
  const bytes = fromBase64Url(x ?? '');
  if (bytes?.byteLength !== 32) throw new Error('an Ed25519 key has a public key of 32 bytes');
  return bytes;
}

/**
 * With a new one in front. Those of its kind sign beside it until the overlap is over, at most two of them; what ends sooner stays so, and what has
 * ended is left out.
 */
export function rotated(
  secrets: readonly StoredSecret[],
  newest: StoredSecret,
  overlapMs: number,
  nowMs: number,
): StoredSecret[] {
  const endsAtMs = nowMs + overlapMs;
  const old = secrets
    .map((one) =>
      one.kind === newest.kind ? { ...one, expiresAtMs: Math.min(one.expiresAtMs ?? endsAtMs, endsAtMs) } : one,
    )
    .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs);
  const same = old.filter(({ kind }) => kind === newest.kind).slice(0, MAX_OLD);
  return [newest, ...old.filter((one) => one.kind !== newest.kind || same.includes(one))];
}
