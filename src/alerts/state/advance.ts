import { MAX_GROUPS, type Silence } from '../../wire/alerts.ts';
import { dueAt } from './due.ts';
import { holds, worstFirst } from './limit.ts';
import { isResolutionOwed, quietOf, tell } from './notices.ts';
import { ended, type Finding, notAfter, step } from './step.ts';
import type { GroupState, Notice, Observation, Observed, RuleView } from './types.ts';

/** The group of all groups beyond MAX_GROUPS. */
export const OTHER_GROUPS = '(other)';

export interface Moment {
  nowMs: number;
  /** Null: nothing was evaluated, or nothing could be known. What is, stays; notices that have become due are given all the same. */
  observed: Observed | null;
  /** Of the project; those that are not in force are passed over. */
  silences: readonly Silence[];
  /** Gives ids that were never given before, `frg_…`. */
  newId(): string;
}

export interface Advanced {
  /** To be kept and given to the next call: what pends or fires, and what ended while its notice has to wait. */
  groups: GroupState[];
  /** What ended now, or whose last notice was given now: nothing changes about them any more. */
  ended: GroupState[];
  /** Ids of what pended and came to nothing. */
  dropped: string[];
  /** In the order in which they are to be delivered. */
  notices: Notice[];
  /** When to call again at the latest, also where no evaluation is due: null where time alone changes nothing. */
  dueAtMs: number | null;
}

/**
 * What a moment makes of all groups of one rule. Pure; the caller stores `groups` and gives out `notices` in one transaction, so that whatever it
 * forgets to give out never happened.
 */
export function advance(rule: RuleView, groups: readonly GroupState[], moment: Moment): Advanced {
  const { nowMs, silences } = moment;
  const before = groups.map((state) => notAfter(state, nowMs));
  const waiting = before.filter(({ phase }) => phase === 'resolved');
  const live = before.filter(({ phase }) => phase !== 'resolved');
  const stepped = rule.enabled ? observe(rule, live, moment) : live.map((state) => stop(state, nowMs));
  const kept = stepped.filter((state) => state !== null);
  const { states, notices, resolved } = tell([...waiting, ...kept], { rule, silences, nowMs });
  const isOver = (state: GroupState): boolean =>
    state.phase === 'resolved' && (resolved.includes(state.firingId) || !isResolutionOwed(state, rule));
  const left = states.filter((state) => !isOver(state));
  const ids = new Set(kept.map(({ firingId }) => firingId));
  return {
    groups: left,
    ended: states.filter(isOver),
    dropped: live.map(({ firingId }) => firingId).filter((id) => !ids.has(id)),
    notices,
    dueAtMs: dueAt(left, rule, nowMs),
  };
}

/**
 * Ends all groups of a rule that is deleted, or whose condition is another one now. What was told is told to have ended, whatever is silenced or muted:
 * there is no later moment for it.
 */
export function retire(rule: RuleView, groups: readonly GroupState[], nowMs: number): Advanced {
  const stopped = groups.map((state) => notAfter(state, nowMs)).map((state) => stop(state, nowMs));
  const { states, notices } = tell(
    stopped.filter((state) => state !== null),
    { rule: { ...rule, muteWindows: [] }, silences: [], nowMs },
  );
  const dropped = groups.filter((_, index) => stopped[index] === null).map(({ firingId }) => firingId);
  return { groups: [], ended: states, dropped, notices, dueAtMs: null };
}

/**
 * The rule goes on, and tells others than before: who is new hears what fires and was told already, as far as it may be told now; who is left out hears that
 * it ended, for there is no later moment for them. It changes no state: the notices of those who stay are counted, not these.
 */
export function redirect(
  rule: RuleView,
  groups: readonly GroupState[],
  { nowMs, silences }: Pick<Moment, 'nowMs' | 'silences'>,
): { joined: Notice[]; left: Notice[] } {
  const told = groups.map((state) => notAfter(state, nowMs)).filter(({ notices }) => notices > 0);
  const fires = told.filter((state) => state.phase === 'firing' && quietOf(state, { rule, silences, nowMs }) === null);
  const over = rule.notifyResolved ? told.map((state) => (state.phase === 'firing' ? ended(state, nowMs) : state)) : [];
  const notice = (type: Notice['type'], firings: GroupState[]): Notice[] =>
    firings.length === 0 ? [] : [{ type, firings }];
  return { joined: rule.enabled ? notice('alert.firing', fires) : [], left: notice('alert.resolved', over) };
}

function stop(state: GroupState, nowMs: number): GroupState | null {
  if (state.phase === 'resolved') return state;
  return state.phase === 'pending' ? null : ended(state, nowMs);
}

function observe(
  rule: RuleView,
  live: readonly GroupState[],
  { nowMs, observed, newId }: Moment,
): (GroupState | null)[] {
  if (observed === null) return [...live];
  const byGroup = new Map(observed.values.map((observation) => [observation.group, observation]));
  const others = live.filter(({ group }) => group !== OTHER_GROUPS);
  const stepped = others.map((state) => {
    const finding = findingOf(rule, byGroup.get(state.group), observed.rest);
    return finding === null ? state : step(state, rule, state.group, finding, nowMs, newId);
  });

  // Groups that begin now, the worst first: those for which there is no place are one.
  const known = new Set(others.map(({ group }) => group));
  const order = worstFirst(rule.condition);
  const begun = observed.values
    .filter(({ group, value }) => !known.has(group) && value !== null && holds(rule.condition, value))
    .sort((a, b) => order(a.value ?? 0, b.value ?? 0) || (a.group < b.group ? -1 : 1));
  const named = begun.filter(({ group }) => group !== OTHER_GROUPS);
  const open = stepped.filter((state) => state !== null && state.phase !== 'resolved').length;
  const places = Math.max(0, MAX_GROUPS - 1 - open);
  const fresh = named.slice(0, places).map((one) => step(null, rule, one.group, heldOf(one), nowMs, newId));
  const told = new Set(named.slice(0, places));
  const beyond = begun.filter((one) => !told.has(one));
  return [...stepped, ...fresh, observeOthers(rule, live, beyond, observed, { nowMs, newId })];
}

function observeOthers(
  rule: RuleView,
  live: readonly GroupState[],
  beyond: readonly Observation[],
  { values, rest }: Observed,
  { nowMs, newId }: Pick<Moment, 'nowMs' | 'newId'>,
): GroupState | null {
  const state = live.find(({ group }) => group === OTHER_GROUPS) ?? null;
  const [worst] = beyond;
  if (worst) return step(state, rule, OTHER_GROUPS, heldOf(worst), nowMs, newId);
  const isUnknown = rest === 'unseen' || values.some(({ group, value }) => group === OTHER_GROUPS && value === null);
  return isUnknown ? state : step(state, rule, OTHER_GROUPS, { kind: 'clear' }, nowMs, newId);
}

/** Null: nothing is known. */
function findingOf(rule: RuleView, observation: Observation | undefined, rest: Observed['rest']): Finding | null {
  if (observation === undefined && rest === 'gone') return { kind: 'gone' };
  const value = observation === undefined ? (rest === 'zero' ? 0 : null) : observation.value;
  if (value === null) return null;
  if (!holds(rule.condition, value)) return { kind: 'clear' };
  return { kind: 'held', value, note: observation?.note ?? null };
}

function heldOf({ value, note }: Observation): Finding {
  return { kind: 'held', value: value ?? 0, note: note ?? null };
}
