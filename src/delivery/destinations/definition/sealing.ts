import type { Config } from '../../../env.ts';
import { decryptAtRest, encryptAtRest, isUnderOldKey } from '../../../shared/at-rest.ts';
import { utf8 } from '../../../shared/bytes.ts';
import type { Definition, StoredSecret } from './types.ts';

type Secrets = Pick<Config, 'dataSecrets'>;

/** As src/delivery/calls.ts has them: the object opens what is encrypted here. */
export const headerPurpose = (destinationId: string): string => `destination header ${destinationId}`;
export const secretPurpose = (destinationId: string): string => `destination secret ${destinationId}`;

export function sealHeader(config: Secrets, destinationId: string, value: string): string {
  return encryptAtRest(config, headerPurpose(destinationId), utf8(value));
}

export function openHeader(config: Secrets, destinationId: string, stored: string): string {
  return new TextDecoder().decode(decryptAtRest(config, headerPurpose(destinationId), stored));
}

interface Sealed {
  definition: Definition;
  secrets: StoredSecret[];
}

/** All of it under the newest pair of DATA_SECRETS. Throws for what does not open. */
export function resealed(config: Secrets, destinationId: string, { definition, secrets }: Sealed): Sealed {
  const reseal = (purpose: string, stored: string): string =>
    isUnderOldKey(config, stored) ? encryptAtRest(config, purpose, decryptAtRest(config, purpose, stored)) : stored;
  const headers = definition.headers.map((header) =>
    header.secret ? { ...header, value: reseal(headerPurpose(destinationId), header.value) } : header,
  );
  return {
    definition: { ...definition, headers },
    secrets: secrets.map((one) => ({ ...one, stored: reseal(secretPurpose(destinationId), one.stored) })),
  };
}
