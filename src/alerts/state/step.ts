import { unreachable } from '../../shared/result.ts';
import type { GroupState, RuleView } from './types.ts';

/**
 * How long the condition must not have held before a firing ends: what every rule is evaluated in at least once, so that two evaluations in a row said
 * so. Without it a value around the threshold would tell its receivers twice with every batch of records (docs/adr/0021).
 */
export const CLEAR_AFTER_MS = 60_000;
/** After that long without any trace of a group, such as a page that is not there any more, its firing ends: nobody would be told otherwise. */
export const GONE_AFTER_MS = 24 * 3_600_000;

/** What an evaluation says of one group. */
export type Finding = { kind: 'held'; value: number; note: string | null } | { kind: 'clear' } | { kind: 'gone' };

/** What one finding makes of one group. Null: there is nothing to keep. */
export function step(
  state: GroupState | null,
  rule: RuleView,
  group: string,
  finding: Finding,
  nowMs: number,
  newId: () => string,
): GroupState | null {
  switch (finding.kind) {
    case 'held':
      return stepHeld(state ?? pendingOf(newId(), group, nowMs), rule, finding, nowMs);
    case 'clear':
      return state && stepClear(state, nowMs);
    case 'gone':
      return state && stepGone(state, nowMs);
    default:
      return unreachable(finding);
  }
}

function pendingOf(firingId: string, group: string, nowMs: number): GroupState {
  return {
    ...{ firingId, group, phase: 'pending', pendingSinceMs: nowMs, firedAtMs: null, resolvedAtMs: null },
    ...{ value: null, note: null, clearSinceMs: null, goneSinceMs: null },
    ...{ notices: 0, lastNoticeAtMs: null, acknowledged: null },
  };
}

function stepHeld(
  state: GroupState,
  { forSeconds }: RuleView,
  { value, note }: { value: number; note: string | null },
  nowMs: number,
): GroupState {
  const seen: GroupState = { ...state, value, note, clearSinceMs: null, goneSinceMs: null };
  const fires = seen.phase === 'pending' && nowMs - seen.pendingSinceMs >= forSeconds * 1_000;
  return fires ? { ...seen, phase: 'firing', firedAtMs: nowMs } : seen;
}

function stepClear(state: GroupState, nowMs: number): GroupState | null {
  // It never fired: there was nothing, and the next time is another one.
  if (state.phase === 'pending') return null;
  const clearSinceMs = state.clearSinceMs ?? nowMs;
  const cleared = { ...state, clearSinceMs, goneSinceMs: null };
  return nowMs - clearSinceMs >= CLEAR_AFTER_MS ? ended(cleared, nowMs) : cleared;
}

function stepGone(state: GroupState, nowMs: number): GroupState | null {
  const goneSinceMs = state.goneSinceMs ?? nowMs;
  if (nowMs - goneSinceMs < GONE_AFTER_MS) return { ...state, goneSinceMs };
  return state.phase === 'pending' ? null : ended({ ...state, goneSinceMs }, nowMs);
}

export function ended(state: GroupState, nowMs: number): GroupState {
  return { ...state, phase: 'resolved', resolvedAtMs: nowMs };
}

/** A clock that was set back leaves times in its future, for which everything would wait: they are taken for now, so that no wait begins anew more than once. */
export function notAfter(state: GroupState, nowMs: number): GroupState {
  const times = [
    'pendingSinceMs',
    'firedAtMs',
    'resolvedAtMs',
    'clearSinceMs',
    'goneSinceMs',
    'lastNoticeAtMs',
  ] as const;
  if (times.every((name) => (state[name] ?? 0) <= nowMs)) return state;
  const mended = { ...state, pendingSinceMs: Math.min(state.pendingSinceMs, nowMs) };
  for (const name of times.slice(1) as Exclude<(typeof times)[number], 'pendingSinceMs'>[]) {
    const known = state[name];
    mended[name] = known === null ? null : Math.min(known, nowMs);
  }
  return mended;
}
