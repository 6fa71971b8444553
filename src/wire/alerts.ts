import type { Stream } from './record.ts';

/** Rules of one project. Each is evaluated at least every minute. */
export const MAX_RULES = 200;
/** Firings of one rule at a time: with more values of `groupBy` the rest is one, `(other)`. */
export const MAX_GROUPS = 100;
/** Series of one preview. */
export const MAX_PREVIEW_GROUPS = 10;
export const MIN_WINDOW_SECONDS = 10;
export const MAX_WINDOW_SECONDS = 86_400;
/** Ends sooner than this after the last notice are not repeated. */
export const DEFAULT_REPEAT_SECONDS = 4 * 3_600;

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Comparison = 'above' | 'below';

/**
 * What a rule looks at; its value over the rule's window is compared with `threshold`: `above` is more than it, `below` less, error_rate, fraud_score and
 * cookie_bloat are above.
 */
export type Condition =
  /** Records that match a search (docs/search.md) in the window. Counted as they come in. */
  | {
      kind: 'log_count';
      stream: Stream;
      query: string;
      comparison: Comparison;
      threshold: number;
      /** One firing for each value of this field of a record, such as `service`; null is one for all. */
      groupBy: string | null;
    }
  /**
   * What a percentile, average or count of a vital, metric or duration is in the window, which is whole minutes. `labels` filter; `by` splits. Of metrics
   * one label at most can be named. `failure_rate` (0 to 1) is of operations.
   */
  | {
      kind: 'measure';
      source: 'vitals' | 'metrics' | 'operations';
      name: string;
      stat: 'p50' | 'p75' | 'p90' | 'p95' | 'p99' | 'avg' | 'max' | 'min' | 'sum' | 'count' | 'failure_rate';
      labels: Record<string, string>;
      by: string | null;
      /** With fewer events in the window nothing is known; 0 with `count` or `sum` makes nothing at all the value 0. */
      leastCount: number;
      comparison: Comparison;
      threshold: number;
    }
  /** Errors of one group in the window, or of each group where `fingerprint` is null. */
  | { kind: 'error_rate'; fingerprint: string | null; threshold: number }
  /** Fraud events in the window that were given at least this score. */
  | { kind: 'fraud_score'; minScore: number; threshold: number }
  /** The largest `Cookie` header of today (UTC), their average, or the most cookies in one. The window is the day, whatever the rule says. */
  | { kind: 'cookie_bloat'; stat: 'max_bytes' | 'avg_bytes' | 'max_count'; threshold: number }
  /** An hour out of what is usual (docs/operations-data.md). The window is the hour, whatever the rule says. The value is a score, its threshold 4. */
  | {
      kind: 'anomaly';
      stream: 'vitals' | 'operations' | 'metrics' | 'errors';
      name: string;
      stat: string;
      by: string | null;
    }
  /** Nothing matched in the window. */
  | { kind: 'silence'; stream: Stream; query: string };

export type ConditionKind = Condition['kind'];

/** Weekly: no notices on these days between these minutes. What still fires when it ends is told then. */
export interface MuteWindow {
  /** 0 is Sunday. */
  days: number[];
  /** Minutes of the day, 0 to 1,439; where `toMinute` is smaller it ends on the next day. */
  fromMinute: number;
  toMinute: number;
  /** IANA name, such as `Europe/Berlin`. */
  timeZone: string;
}

export interface AlertRuleInput {
  name: string;
  condition: Condition;
  windowSeconds: number;
  /** The condition must have held this long before it fires. */
  forSeconds: number;
  severity: Severity;
  labels: Record<string, string>;
  muteWindows: MuteWindow[];
  notifyResolved: boolean;
  /** Firings of the rule that begin within this are told in one notice. */
  groupWaitSeconds: number;
  /** While it fires it is told again this often; 0 never. */
  repeatSeconds: number;
  /** Destinations; none is a rule that is only seen here. */
  destinationIds: string[];
  enabled: boolean;
}

/** `GET /api/alerts/rules?project=`, `/:id`. */
export interface AlertRule extends AlertRuleInput {
  id: string;
  projectId: string;
  version: number;
  createdAtMs: number;
  changedAtMs: number;
  changedBy: string;
}

/** What the rule is doing, beside it in the list. */
export interface RuleStatus {
  ruleId: string;
  /** The worst of its groups. */
  state: 'inactive' | 'pending' | 'firing';
  /** By the last evaluation; null where nothing is known, with `problem` saying why. */
  value: number | null;
  evaluatedAtMs: number | null;
  problem: string | null;
  firing: number;
  pending: number;
}

export const FIRING_STATES = ['pending', 'firing', 'resolved'] as const;
export type FiringState = (typeof FIRING_STATES)[number];

/** `GET /api/alerts/firings?project=&state=&rule=&cursor=`. One id from the first notice to the last. */
export interface Firing {
  /** `frg_…`. */
  id: string;
  ruleId: string;
  ruleName: string;
  severity: Severity;
  /** The rule's, `group` beside them under the name of what it groups by. */
  labels: Record<string, string>;
  /** Value of what the rule groups by; '' where it does not. */
  group: string;
  state: FiringState;
  /** When the condition began to hold, when it fired, when it ended. */
  pendingSinceMs: number;
  firedAtMs: number | null;
  resolvedAtMs: number | null;
  /** When it fired (the last seen while it fires). */
  value: number | null;
  threshold: number;
  /** In a sentence. */
  summary: string;
  notices: number;
  lastNoticeAtMs: number | null;
  /** Why it is not told now: `silenced`, `muted`, `acknowledged` (which stops repeats alone); null where it is. */
  quiet: 'silenced' | 'muted' | 'acknowledged' | null;
  acknowledged: { by: string; byName: string; atMs: number; note: string | null } | null;
}

/** `GET /api/alerts/silences?project=`: no notices of what has all these labels (`rule` is a rule's id, `severity`, `group`) until then. */
export interface Silence {
  id: string;
  projectId: string;
  matchers: Record<string, string>;
  fromMs: number;
  untilMs: number;
  comment: string | null;
  createdBy: string;
  createdByName: string;
  createdAtMs: number;
}

/** `POST /api/alerts/rules/preview?project=` with a rule: when it would have fired in the last week. */
export interface RulePreview {
  fromMs: number;
  toMs: number;
  stepMs: number;
  /** Of each group that came near: the `MAX_PREVIEW_GROUPS` with the most firings. */
  series: { group: string; points: { ts: number; value: number | null }[] }[];
  firings: { group: string; firedAtMs: number; resolvedAtMs: number | null; value: number | null }[];
  threshold: number | null;
  comparison: Comparison;
  /** Notices that would have been sent, mute windows and grouping counted. */
  notices: number;
  /** False: so much was to be read that only what is from `countedFromMs` on was counted in full. */
  complete: boolean;
  countedFromMs: number;
}

/** Of topic `health` on the socket, and what the pulse shows (`GET /api/health/pulse?project=`). */
export interface Pulse {
  dnsRatio: number | null;
  failureRate: number | null;
  breaker: { state: 'CLOSED' | 'OPEN' | 'HALF_OPEN'; sinceMs: number | null };
  /** Null where no browser has reported any. */
  cookies: { status: 'ok' | 'warn' | 'bad'; maxBytes: number; maxCount: number } | null;
  firing: { critical: number; warning: number; info: number };
  deadLetters: number;
  /** Destinations whose object did not answer: of them nothing is said here. */
  unknown: number;
  /** Destinations to which nothing gets through although no call fails: they refuse all, or nothing can be made into a request. */
  refusing: number;
  atMs: number;
}
