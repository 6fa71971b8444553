import type { Config } from '../../../env.ts';
import { decryptAtRest, encryptAtRest, isUnderOldKey } from '../../../shared/at-rest.ts';
import { utf8 } from '../../../shared/bytes.ts';
import { log } from '../../../shared/log.ts';
import type { Definition, StoredSecret } from './types.ts';

type Secrets = Pick<Config, 'dataSecrets'>;

/** As src/delivery/calls.ts has them: the object opens what is encrypted here. */
export const headerPurpose = (destinationId: string): string => `destination header ${destinationId}`;
export const secretPurpose = (destinationId: string): string => `destination secret ${destinationId}`;

export function sealHeader(config: Secrets, destinationId: string, value: string): string {
  return encryptAtRest(config, headerPurpose(destinationId), utf8(value));
}

/** Whether this is the value of a stored header. What cannot be opened is no value: whoever tells it anew must be able to. */
export function isHeaderValue(config: Secrets, destinationId: string, stored: string, value: string): boolean {
  return openOrNull(config, headerPurpose(destinationId), stored)?.equals(utf8(value)) ?? false;
}

interface Sealed {
  definition: Definition;
  secrets: StoredSecret[];
}

/**
 * What is under an older pair of DATA_SECRETS is put under the newest. What does not open stays as it is, because its pair may come back: `sealedWith`, which is
 * the newest pair where all is well, is then the one that is missing.
 */
export function resealed(
  config: Secrets,
  destinationId: string,
  { definition, secrets }: Sealed,
): Sealed & { sealedWith: string } {
  let sealedWith = config.dataSecrets[0].kid;
  const reseal = (purpose: string, stored: string): string => {
    if (!isUnderOldKey(config, stored)) return stored;
    const opened = openOrNull(config, purpose, stored);
    if (opened !== null) return encryptAtRest(config, purpose, opened);
    sealedWith = stored.split('.')[1] ?? '';
    return stored;
  };
  const headers = definition.headers.map((header) =>
    header.secret ? { ...header, value: reseal(headerPurpose(destinationId), header.value) } : header,
  );
  return {
    definition: { ...definition, headers },
    secrets: secrets.map((one) => ({ ...one, stored: reseal(secretPurpose(destinationId), one.stored) })),
    sealedWith,
  };
}

function openOrNull(config: Secrets, purpose: string, stored: string): Buffer | null {
  try {
    return Buffer.from(decryptAtRest(config, purpose, stored));
  } catch (cause) {
    log('error', 'destination_secret_unreadable', { purpose, cause: String(cause) });
    return null;
  }
}
