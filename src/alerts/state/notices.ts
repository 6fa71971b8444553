import type { Firing, Silence } from '../../wire/alerts.ts';
import { isSilenced } from './labels.ts';
import { isMuted } from './mute.ts';
import type { GroupState, Notice, RuleView } from './types.ts';

export interface NoticeContext {
  rule: RuleView;
  silences: readonly Silence[];
  nowMs: number;
}

/** Who is told what now. States that are told are given as they are afterwards, the others as they came; `resolved`: ids of those told to have ended. */
export function tell(
  states: readonly GroupState[],
  { rule, silences, nowMs }: NoticeContext,
): { states: GroupState[]; resolved: string[]; notices: Notice[] } {
  if (states.length === 0 || isMuted(rule.muteWindows, nowMs))
    return { states: [...states], resolved: [], notices: [] };
  const loud = states.filter(({ group }) => !isSilenced(silences, rule, group, nowMs));
  const repeatMs = rule.repeatSeconds * 1_000;
  const untold = loud.filter(isUntold);
  const waitMs = rule.groupWaitSeconds * 1_000;
  const isWaitOver = untold.some(({ firedAtMs }) => nowMs - (firedAtMs ?? nowMs) >= waitMs);
  const repeated = loud.filter((state) => isRepeated(state, rule) && nowMs - (state.lastNoticeAtMs ?? 0) >= repeatMs);
  const resolved = loud.filter((state) => isResolutionOwed(state, rule));

  const told = new Map<string, GroupState>();
  const notices: Notice[] = [];
  const say = (type: Notice['type'], whom: readonly GroupState[]): void => {
    if (whom.length === 0) return;
    const firings = whom.map((state) => ({ ...state, notices: state.notices + 1, lastNoticeAtMs: nowMs }));
    for (const firing of firings) told.set(firing.firingId, firing);
    notices.push({ type, firings });
  };
  // What ended is told first: a group that fires again meanwhile is another firing, and an ordered receiver should not be left with the older news.
  say('alert.resolved', resolved);
  say('alert.firing', isWaitOver ? untold : []);
  say('alert.repeated', repeated);
  return {
    states: states.map((state) => told.get(state.firingId) ?? state),
    resolved: resolved.map(({ firingId }) => firingId),
    notices,
  };
}

/** Why a firing is not told now; an acknowledgement stops its repeats alone. */
export function quietOf(state: GroupState, { rule, silences, nowMs }: NoticeContext): Firing['quiet'] {
  if (isSilenced(silences, rule, state.group, nowMs)) return 'silenced';
  if (isMuted(rule.muteWindows, nowMs)) return 'muted';
  return state.acknowledged !== null && state.phase === 'firing' ? 'acknowledged' : null;
}

/** It fires, and nobody was told. */
export function isUntold({ phase, notices }: GroupState): boolean {
  return phase === 'firing' && notices === 0;
}

/** Not in the minute in which it may be over. */
export function isRepeated(state: GroupState, { repeatSeconds }: RuleView): boolean {
  const { phase, notices, acknowledged, clearSinceMs } = state;
  return phase === 'firing' && notices > 0 && acknowledged === null && clearSinceMs === null && repeatSeconds > 0;
}

/** Only who was told that it fires is told that it ended, also when that has to wait for the end of a silence. */
export function isResolutionOwed({ phase, notices }: GroupState, { notifyResolved }: RuleView): boolean {
  return notifyResolved && phase === 'resolved' && notices > 0;
}
