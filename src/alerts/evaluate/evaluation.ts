import type { ReadError } from '../../query/index.ts';
import type { Observed } from '../state/index.ts';

/** What was found of a rule at one moment. */
export interface Evaluation {
  /** Null: nothing is known. */
  observed: Observed | null;
  /** Why something is not known, in a sentence for people; null where all is. */
  problem: string | null;
}

export const NOTHING_READ: Evaluation = { observed: null, problem: 'The store did not answer.' };
const DAMAGED: Evaluation = {
  observed: null,
  problem: 'A part of the history cannot be read: it is missing or damaged.',
};
export const TOO_MUCH = 'More is to be read than one evaluation may.';

/** What the read side refuses an evaluation with. */
export function unreadable(error: ReadError): Evaluation {
  if (error.kind === 'store_away') return NOTHING_READ;
  return error.kind === 'block_unreadable' ? DAMAGED : { observed: null, problem: TOO_MUCH };
}

export function ofOneGroup(value: number | null, problem: string | null = null): Evaluation {
  return { observed: { values: [{ group: '', value }], rest: 'zero' }, problem };
}
