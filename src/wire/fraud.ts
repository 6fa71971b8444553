/** Fraud, as its routes answer it and as its events are kept. */

export const RULE_NAMES = [
  'user_velocity',
  'device_velocity',
  'address_velocity',
  'new_device',
  'device_shared',
  'impossible_travel',
  'country_change',
  'amount_unusual',
  'failure_burst',
  'reference_overlap',
  'cookie_anomaly',
  'browser_changed',
  'confirmed_fraud',
  'confirmed_legitimate',
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** `allow` below the review threshold, `review` from there on, `deny` from the deny threshold on. */
export const DECISIONS = ['allow', 'review', 'deny'] as const;
export type Decision = (typeof DECISIONS)[number];
export type DecisionCounts = Record<Decision, number>;

export const VERDICTS = ['fraud', 'legitimate', 'unsure'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const REFERENCE_TYPES = ['phone', 'email', 'device'] as const;
export type ReferenceType = (typeof REFERENCE_TYPES)[number];

/** One reason of a score: the sentence says what was seen, with its numbers. */
export interface Reason {
  rule: RuleName;
  /** Negative for what speaks for the user. */
  points: number;
  /** For people, such as `9 events of this user in 10 minutes, 8 are usual at most`. */
  detail: string;
}

/** What a decision rests on and comes to. */
export interface Scored {
  /** 0 to 100, whole. */
  riskScore: number;
  decision: Decision;
  /** The most points first. Their sum, cut to 0…100, is the score. */
  reasons: Reason[];
}

/**
 * What was known of an event at the moment it was scored, and all that its score may rest on. Stored with the event, so that any other rules can be
 * run on it later (dry run, replay) with the answer they would have given then. Everything is bounded; counts stop at MAX_COUNTED.
 */
export interface Facts {
  /** Version of this shape. Fields are only added, and null is what an older event does not say. */
  v: 1;
  eventType: string;
  /** Of the customer's product: false for a refused sign-in or payment. Null where it was not said. */
  success: boolean | null;
  amountCents: number | null;
  /** Events of the same user, device or address in the time before this one, itself not counted. Null: the event names none. */
  user: Velocity;
  device: Velocity | null;
  address: Velocity | null;
  /** Since the user was first seen; 0 for the first event. */
  userAgeMs: number;
  /** Null where no device is known. `sinceMs`: since this user was first seen on it, 0 for the first time. */
  deviceOfUser: { sinceMs: number; otherDevices: number } | null;
  /** Other users seen on the device within 30 days. */
  otherUsersOnDevice: number;
  /** Against the last event of the user that had a place; null where either has none. */
  travel: { km: number; elapsedMs: number } | null;
  /** Country of the user's last event, where it is another one. */
  countryChange: { from: string; to: string; elapsedMs: number } | null;
  /** Of the user's earlier amounts that were successful, or allowed where nobody said how it went; null without any. `meanLog` and `sdLog` are of ln(amount in cents + 1). */
  amounts: { count: number; meanLog: number; sdLog: number; maxCents: number } | null;
  /** Other accounts with a reference (phone, e-mail, device) in common with this one. */
  sharedReferences: { accounts: number; types: string[] };
  /** Confirmed as fraud by a reviewer: this user before, its device, an account that shares a reference or device. */
  confirmedFraud: { user: boolean; device: boolean; linkedAccounts: number };
  /** Confirmed as legitimate by a reviewer, and not as fraud since. */
  confirmedLegitimate: { user: boolean; device: boolean };
  cookies: CookieFacts;
}

export interface Velocity {
  lastMinute: Counted;
  last10Minutes: Counted;
  lastHour: Counted;
  lastDay: Counted;
}

export interface Counted {
  events: number;
  failures: number;
}

/** What the fraud cookies of the request said; `none` is no cookie at all, which is usual for a first visit and for calls between servers. */
export interface CookieFacts {
  session: 'none' | 'valid' | 'expired' | 'revoked' | 'unknown' | 'of_another_user';
  device: 'none' | 'known' | 'unknown' | 'revoked';
  /** The device cookie is not the one that the session was opened with. */
  deviceMismatch: boolean;
  /** Two cookies of one fraud cookie's name. */
  duplicated: boolean;
  /** Browser family or operating system differ from those that the session was opened with. */
  browserChanged: boolean;
}

type Scalar = null | boolean | number | string;
type Within<T> = Scalar | T[] | { [key: string]: T };
/** JSON, six levels deep at most (input.ts). Spelled out, because the types of RPC end at a type that names itself. */
export type Metadata = { [key: string]: Within<Within<Within<Within<Within<Scalar>>>>> };

/** An event as it is kept and listed. */
export interface FraudEvent {
  /** UUIDv7, the id of its record in the stream `fraud` too. */
  id: string;
  atMs: number;
  userId: string;
  /** Public id of the fraud session, which opens nothing; null without one. */
  sessionId: string | null;
  eventType: string;
  success: boolean | null;
  amountCents: number | null;
  gateway: string | null;
  metadata: Metadata;
  /** Keyed hash, the same for the same device in this project; null where none is known. */
  deviceRef: string | null;
  /** Keyed hash of the address (of the /64 for IPv6); the address itself is kept nowhere. */
  addressRef: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  riskScore: number;
  decision: Decision;
  reasons: Reason[];
  rulesVersion: number;
  facts: Facts;
  verdict: Verdict | null;
}

/** What a reviewer said of an event, by whom and why. */
export interface Review {
  verdict: Verdict;
  note: string | null;
  decidedBy: string;
  decidedAtMs: number;
  /** False while the object that scores has not been told. */
  applied: boolean;
}

/** `review` is null where nobody has decided. */
export interface ReviewedEvent extends FraudEvent {
  review: Review | null;
}

export interface FraudSummary {
  events: number;
  decisions: DecisionCounts;
  /** Hours in which nothing was decided are left out. */
  hours: ({ atMs: number } & DecisionCounts)[];
  rules: { rule: RuleName; hits: number }[];
  openReviews: number;
  sessions: number;
  /** Of records on their way into the journal: their events are decided and kept. */
  outbox: { pending: number; failures: number; oldestPendingAtMs: number | null };
}

/** A reference of one account. */
export interface Reference {
  type: ReferenceType;
  reference: string;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  /** That have it, this one counted. */
  accounts: number;
}

export interface LookupAccount {
  userId: string;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  /** Of the account's last event. */
  riskScore: number | null;
  verdict: Verdict | null;
}

/** A reference with the accounts that have it. */
export interface SharedReference {
  type: ReferenceType;
  reference: string;
  accountCount: number;
  /** The earliest linked first, and not all where there are many. */
  accounts: LookupAccount[];
}

export interface GraphNode {
  id: string;
  kind: 'user' | 'device' | 'reference';
  label: string;
  riskScore?: number;
  verdict?: Verdict;
}

export interface GraphEdge {
  from: string;
  to: string;
  type: string;
  lastSeenAtMs: number;
}

export interface AccountGraph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** There is more than was sent. */
  cut: boolean;
}

export interface RuleSetting {
  enabled: boolean;
  /** 0 to 100. */
  points: number;
  /** What the rule compares with, in the rule's unit; its meaning and bounds are in the rule's docstring. */
  threshold: number;
}

export interface RiskSettings {
  /** Grows by one with every change. 0 are the defaults. */
  version: number;
  /** 0 to 100, reviewAt < denyAt. */
  reviewAt: number;
  denyAt: number;
  rules: Record<RuleName, RuleSetting>;
}

/** What a rule's threshold may be and what it counts. Its meaning and the source of its default are in the rule's docstring. */
export interface ThresholdBounds {
  unit: string;
  min: number;
  max: number;
  whole: boolean;
}

export interface RulesAnswer extends RiskSettings {
  /** Null for a project that has the defaults still. */
  changedAtMs: number | null;
  changedBy: string | null;
  /** False while the object that scores has not been told of this version. */
  confirmed: boolean;
  defaults: Omit<RiskSettings, 'version'>;
  /** Bounds of the thresholds, and which rules count as weak. */
  thresholds: Record<RuleName, ThresholdBounds & { weak: boolean }>;
}

/** How often a rule was a reason, and what reviewers said of those events. */
export interface RuleCounts {
  rule: RuleName;
  hits: number;
  fraud: number;
  legitimate: number;
}

export interface RuleQuality extends RuleCounts {
  /** Share of fraud among the events with a verdict of fraud or legitimate; null where there is none. */
  precision: number | null;
}

export interface DryRunExample {
  eventId: string;
  atMs: number;
  userId: string;
  before: Scored;
  after: Scored;
}

export interface ReplayResult {
  events: number;
  /** Events with another decision. */
  changed: number;
  /** Events with another score, with or without another decision. */
  rescored: number;
  /** Outer: as it was decided; inner: as it would be. */
  matrix: Record<Decision, DecisionCounts>;
  /** Of the changed ones those whose score moved most; of equals the newest. At most 20. */
  examples: DryRunExample[];
}

export interface DryRun extends ReplayResult {
  fromMs: number;
  toMs: number;
  /** Of the settings that the tried ones are a change of. */
  rulesVersion: number;
  /** Whether the range has more events than were looked at. */
  truncated: boolean;
}
