import type { DeletionInput, PersonIdentity } from '../../../wire/compliance.ts';
import { MIN_IDENTIFIER_CHARS } from '../identity/identity.ts';
import { Person } from '../identity/person.ts';

export type SystemHold = DeletionInput['holds'][number];

/** Unless somebody releases it: what a controller has to document of a breach, a person's wish does not take away. */
export const DEFAULT_HOLD: SystemHold = {
  category: 'breach_register',
  stream: null,
  reason:
    'Legal obligation: whoever was affected by a breach is part of its documentation (GDPR Art. 33(5) and 17(3)(b)). Release this hold where no law asks for it.',
};

/** Reasons stay in the audit trail, which forgets nothing: they may not say whom they are about. */
export function namesPerson({ userIds, sessionIds, identifiers }: PersonIdentity, text: string): boolean {
  const ids = [...userIds, ...sessionIds].filter((id) => id.length >= MIN_IDENTIFIER_CHARS);
  return new Person({ userIds: [], sessionIds: [], identifiers: [...identifiers, ...ids] }).isNamedInText(text);
}
