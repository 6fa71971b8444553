import type { AlertRule, Firing } from '../../wire/alerts.ts';

/** One firing of one rule, from the moment its condition holds until nobody is owed a word about it. A value that can be stored as JSON. */
export interface GroupState {
  firingId: string;
  group: string;
  phase: 'pending' | 'firing' | 'resolved';
  pendingSinceMs: number;
  firedAtMs: number | null;
  resolvedAtMs: number | null;
  /** The last that was known while it held. */
  value: number | null;
  /** What the evaluation said beside the value, such as the sentence of an anomaly. */
  note: string | null;
  /** While it fires: since when the condition does not hold any more. */
  clearSinceMs: number | null;
  /** While it fires: since when evaluations that succeed find nothing of this group. */
  goneSinceMs: number | null;
  /** Notices in which it was told. */
  notices: number;
  lastNoticeAtMs: number | null;
  acknowledged: Firing['acknowledged'];
}

export interface Observation {
  group: string;
  /** Null: nothing is known. */
  value: number | null;
  note?: string;
}

/** What an evaluation found. */
export interface Observed {
  values: readonly Observation[];
  /**
   * Groups that are not named: `zero` had nothing to count, `gone` left no trace in the window (which says nothing of their value), `unseen` were not
   * looked at.
   */
  rest: 'zero' | 'gone' | 'unseen';
}

export interface Notice {
  type: 'alert.firing' | 'alert.repeated' | 'alert.resolved';
  /** As they are after it. */
  firings: GroupState[];
}

/** What the machine reads of a rule. */
export type RuleView = Pick<
  AlertRule,
  | 'id'
  | 'condition'
  | 'enabled'
  | 'forSeconds'
  | 'groupWaitSeconds'
  | 'labels'
  | 'muteWindows'
  | 'notifyResolved'
  | 'repeatSeconds'
  | 'severity'
>;
