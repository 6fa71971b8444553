import type { PersonIdentity } from '../../../wire/compliance.ts';

export const MAX_IDS = 100;
export const MAX_ID_CHARS = 256;
export const MIN_IDENTIFIER_CHARS = 6;

/** Each value once and in order, so that two requests for one person have one reference. Identifiers fold case, as they are looked for. */
export function normaliseIdentity({ userIds, sessionIds, identifiers }: PersonIdentity): PersonIdentity {
  return {
    userIds: distinct(userIds),
    sessionIds: distinct(sessionIds),
    identifiers: distinct(identifiers.map((text) => text.normalize('NFC').toLowerCase())),
  };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values.map((value) => value.trim()))].filter((value) => value !== '').sort();
}

export function isNobody({ userIds, sessionIds, identifiers }: PersonIdentity): boolean {
  return userIds.length + sessionIds.length + identifiers.length === 0;
}
