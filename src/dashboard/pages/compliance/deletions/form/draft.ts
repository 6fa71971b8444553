import type { DeletionInput } from '../../../../../wire/compliance.ts';
import { type HoldDraft, holdOf } from './hold-fields.tsx';

export interface DeletionDraft {
  projectId: string;
  regimeId: string;
  /** One a line. */
  userIds: string;
  sessionIds: string;
  identifiers: string;
  receivedAtMs: number | null;
  graceDays: number;
  contact: string;
  holds: HoldDraft[];
}

export const MIN_IDENTIFIER_CHARS = 6;
export const DEFAULT_GRACE_DAYS = 30;
export const MAX_GRACE_DAYS = 90;

export function linesOf(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()))].filter((line) => line !== '');
}

/** Too short to be looked for as a word: it would be found in everybody's records. */
export function shortIdentifier(draft: DeletionDraft): string | null {
  return linesOf(draft.identifiers).find((line) => line.length < MIN_IDENTIFIER_CHARS) ?? null;
}

/** Null while something is missing. */
export function inputOf(draft: DeletionDraft): DeletionInput | null {
  const identity = {
    userIds: linesOf(draft.userIds),
    sessionIds: linesOf(draft.sessionIds),
    identifiers: linesOf(draft.identifiers),
  };
  const { projectId, regimeId, receivedAtMs, graceDays, holds } = draft;
  const names = identity.userIds.length + identity.sessionIds.length + identity.identifiers.length;
  const isGrace = Number.isInteger(graceDays) && graceDays >= 0 && graceDays <= MAX_GRACE_DAYS;
  const isReasoned = holds.every(({ reason }) => reason.trim() !== '');
  if (projectId === '' || regimeId === '' || receivedAtMs === null || names === 0 || !isGrace || !isReasoned)
    return null;
  if (shortIdentifier(draft) !== null) return null;
  const contact = draft.contact.trim() || null;
  return { projectId, identity, regimeId, receivedAtMs, graceDays, contact, holds: holds.map(holdOf) };
}
