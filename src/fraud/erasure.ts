import type { PersonIdentity } from '../wire/compliance.ts';

/** What is to be erased of a person, in the words of calls to the Fraud object. Each call may be repeated: what is gone is not counted again. */
export type FraudErasure =
  /** Events that name the person and came before `beganAtMs`, behind `afterSeq`; nothing is deleted. */
  | { kind: 'find'; identity: PersonIdentity; beganAtMs: number; afterSeq: number }
  /** These, with their reviews and answers. Verdicts on them that others hold are deleted before (src/compliance/deletions). */
  | { kind: 'events'; ids: string[] }
  /** Sessions, cookies, devices that are nobody else's, references and the profile itself. */
  | { kind: 'profile'; identity: PersonIdentity }
  /** Sends what waits for the journal: what is not there yet cannot be erased there. */
  | { kind: 'flush' };

export interface FraudErased {
  /** Of `find`: events, and where to go on; null at the end. */
  ids: string[];
  nextSeq: number | null;
  /** What was deleted, by name. */
  counts: Record<string, number>;
  /** Of `events`: those on their way to the journal, to be tried again. Of `flush`: those that the journal has not taken. */
  left: number;
}

export const NOTHING_ERASED: FraudErased = { ids: [], nextSeq: null, counts: {}, left: 0 };
