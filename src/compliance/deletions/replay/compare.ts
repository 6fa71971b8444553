import type { LedgerHead } from '../store/ledger-store.ts';
import type { StoredRequest } from '../store/request-store.ts';

/**
 * What the object in R2 and the row of the request say of each other. `replay`: the row is of before what the object says. `correct`: the object is of before,
 * because a run died between the two. Pure.
 */
export function compareLedger(head: LedgerHead, request: StoredRequest | null): 'same' | 'replay' | 'correct' {
  if (request === null) return 'replay';
  // Where an execution goes on, its end compares again.
  if (request.state === 'running') return 'same';
  if (request.state !== 'done') return 'replay';
  const [told, known] = [head.executedAtMs ?? 0, request.executedAtMs ?? 0];
  if (told > known) return 'replay';
  return told < known ? 'correct' : 'same';
}
