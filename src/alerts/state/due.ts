import { isRepeated, isUntold } from './notices.ts';
import { CLEAR_AFTER_MS, GONE_AFTER_MS } from './step.ts';
import type { GroupState, RuleView } from './types.ts';

const MINUTE_MS = 60_000;

/**
 * When time changes something about these groups by itself. What is due already and did not happen waits for something else (a value that is not known,
 * the end of a silence or of a mute window, which is at a whole minute): it is looked at every minute.
 */
export function dueAt(states: readonly GroupState[], rule: RuleView, nowMs: number): number | null {
  const times = states.flatMap((state) => timesOf(state, rule, nowMs));
  if (times.length === 0) return null;
  const nextMinuteMs = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
  return Math.min(...times.map((atMs) => (atMs > nowMs ? atMs : nextMinuteMs)));
}

function timesOf(state: GroupState, rule: RuleView, nowMs: number): number[] {
  const { phase, pendingSinceMs, firedAtMs, clearSinceMs, goneSinceMs, lastNoticeAtMs } = state;
  // Owed a word that has to wait.
  if (phase === 'resolved') return [nowMs];
  const times: number[] = [];
  if (phase === 'pending') times.push(pendingSinceMs + rule.forSeconds * 1_000);
  if (clearSinceMs !== null) times.push(clearSinceMs + CLEAR_AFTER_MS);
  if (goneSinceMs !== null) times.push(goneSinceMs + GONE_AFTER_MS);
  if (isUntold(state)) times.push((firedAtMs ?? nowMs) + rule.groupWaitSeconds * 1_000);
  if (isRepeated(state, rule)) times.push((lastNoticeAtMs ?? nowMs) + rule.repeatSeconds * 1_000);
  return times;
}
