import { hkdfSync } from 'node:crypto';
import type { Config } from '../../../env.ts';
import { decryptAtRest, encryptAtRest } from '../../../shared/at-rest.ts';
import { decodeUtf8, toBase64Url, utf8 } from '../../../shared/bytes.ts';
import { hmacSha256 } from '../../../shared/hash.ts';
import type { PersonIdentity } from '../../../wire/compliance.ts';

/** What of a request is never in the clear where it is stored. */
export interface SealedPerson {
  identity: PersonIdentity;
  contact: string | null;
}

type Secrets = Pick<Config, 'dataSecrets'>;

/** 128 bits: no two people meet by chance. */
const REFERENCE_BYTES = 16;

const purposeOf = (requestId: string): string => `erasure ${requestId}`;

export function sealPerson(config: Secrets, requestId: string, person: SealedPerson): string {
  return encryptAtRest(config, purposeOf(requestId), utf8(JSON.stringify(person)));
}

/** Throws where it was sealed with a secret that is gone: such a request cannot be carried out, and somebody has to know. */
export function openPerson(config: Secrets, requestId: string, sealed: string): SealedPerson {
  const text = decodeUtf8(decryptAtRest(config, purposeOf(requestId), sealed));
  if (text === null) throw new Error(`the identity of ${requestId} is no text`);
  return JSON.parse(text) as SealedPerson;
}

/**
 * Keyed hashes of a normalised identity in its project: the first is stored, and each of them is what the same identity had under a secret before. Whoever
 * has the database alone can test no guess against them.
 */
export function referencesOf(config: Secrets, projectId: string, identity: PersonIdentity): [string, ...string[]] {
  const text = JSON.stringify([projectId, identity.userIds, identity.sessionIds, identity.identifiers]);
  const [first, ...rest] = config.dataSecrets;
  return [referenceUnder(first.secret, text), ...rest.map(({ secret }) => referenceUnder(secret, text))];
}

function referenceUnder(secret: string, text: string): string {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'breakwater erasure reference v1', 32));
  return toBase64Url(hmacSha256(key, text).subarray(0, REFERENCE_BYTES));
}
