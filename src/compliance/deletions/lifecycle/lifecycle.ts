import type { DeletionState } from '../../../wire/compliance.ts';

/**
 * `grace_ended` by the clock, `execute` by an administrator; `begin` once the ledger's row is written; `reopen` where what was held is free, or the
 * database was set back to before the execution.
 */
export type DeletionEvent = 'grace_ended' | 'execute' | 'cancel' | 'begin' | 'finish' | 'reopen';

const MOVES: Readonly<Record<DeletionState, Partial<Record<DeletionEvent, DeletionState>>>> = {
  grace: { grace_ended: 'due', execute: 'due', cancel: 'cancelled' },
  // Nothing is deleted yet.
  due: { begin: 'running', cancel: 'cancelled' },
  // What was begun is ended: half an erasure is none, and none can be taken back.
  running: { finish: 'done' },
  done: { reopen: 'running' },
  cancelled: {},
};

/** The state behind an event; null where the event cannot come in this state. */
export function moved(state: DeletionState, event: DeletionEvent): DeletionState | null {
  return MOVES[state][event] ?? null;
}

/** The states in which an event can come: what a statement that makes the move is guarded by. */
export function statesBefore(event: DeletionEvent): DeletionState[] {
  return (Object.keys(MOVES) as DeletionState[]).filter((state) => MOVES[state][event] !== undefined);
}
