import type { Config } from '../../../env.ts';
import { encryptAtRest } from '../../../shared/at-rest.ts';
import { randomId } from '../../../shared/ids.ts';
import type { DestinationSecret } from '../../../wire/delivery.ts';
import { generateSecret, publicKeyText, secretText } from '../../sign/secret.ts';
import { secretPurpose } from './sealing.ts';
import type { StoredSecret } from './types.ts';

/** Beside the newest of its kind: a third is of a rotation that nobody finished. */
const MAX_OLD = 2;
export interface MadeSecret {
  secret: StoredSecret;
  /** Shown once. Null for a private key, which nobody but us needs. */
  inClear: string | null;
}

export function makeSecret(
  config: Pick<Config, 'dataSecrets'>,
  destinationId: string,
  kind: DestinationSecret['kind'],
  nowMs: number,
): MadeSecret {
  const made = generateSecret(kind);
  const stored = encryptAtRest(config, secretPurpose(destinationId), made.bytes);
  const shown = { id: randomId('sec'), kind, publicKey: publicKeyText(made), createdAtMs: nowMs, expiresAtMs: null };
  return { secret: { ...shown, stored }, inClear: kind === 'v1' ? secretText(made) : null };
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
