export const DECISIONS = ['allow', 'review', 'deny'] as const;
export type Decision = (typeof DECISIONS)[number];

export const VERDICTS = ['fraud', 'legitimate', 'unsure'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Reason {
  rule: string;
  /** Negative for what speaks for the user. */
  points: number;
  detail: string;
}

/** As listed; the lists of `/events`, `/history` and `/reviews` have the same items. */
export interface FraudEvent {
  id: string;
  atMs: number;
  userId: string;
  /** Public id of the fraud session. */
  sessionId?: string | null;
  eventType: string;
  success: boolean | null;
  amountCents: number | null;
  gateway: string | null;
  metadata: Record<string, unknown>;
  deviceRef: string | null;
  addressRef: string | null;
  country: string | null;
  riskScore: number;
  decision: Decision;
  reasons: Reason[];
  rulesVersion: number;
  facts: Facts;
  verdict: Verdict | null;
  /** In the list of reviews. */
  review?: Review | null;
}

export interface Counted {
  events: number;
  failures: number;
}

export type Velocity = Record<'lastMinute' | 'last10Minutes' | 'lastHour' | 'lastDay', Counted>;

/** What was known when the event was scored. Fields are added in time: any of them may be missing in an older event. */
export interface Facts {
  user?: Velocity | null;
  device?: Velocity | null;
  address?: Velocity | null;
  userAgeMs?: number | null;
  deviceOfUser?: { sinceMs: number; otherDevices: number } | null;
  otherUsersOnDevice?: number | null;
  travel?: { km: number; elapsedMs: number } | null;
  countryChange?: { from: string; to: string; elapsedMs: number } | null;
  amounts?: { count: number; meanLog: number; sdLog: number; maxCents: number } | null;
  sharedReferences?: { accounts: number; types: string[] } | null;
  confirmedFraud?: { user: boolean; device: boolean; linkedAccounts: number } | null;
  confirmedLegitimate?: { user: boolean; device: boolean } | null;
  cookies?: {
    session: string;
    device: string;
    deviceMismatch: boolean;
    duplicated: boolean;
    browserChanged: boolean;
  } | null;
}

export type DecisionCounts = Record<Decision, number>;

export interface FraudSummary {
  decisions: DecisionCounts;
  /** Hours in which nothing was decided are left out. */
  hours: ({ atMs: number } & DecisionCounts)[];
  rules: { rule: string; hits: number }[];
  openReviews: number;
  sessions: number;
  /** Events that are decided and kept, and whose records are not yet in the journal. */
  outbox: { pending: number; oldestPendingAtMs: number | null };
}

/** What a reviewer said, by whom and why. */
export interface Review {
  verdict: Verdict;
  note: string | null;
  decidedBy: string;
  decidedAtMs: number;
}

/** A reference of one account. */
export interface Reference {
  type: string;
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
  riskScore: number | null;
  verdict: Verdict | null;
}

/** A reference with the accounts that have it; the list of them may be a part of `accountCount`. */
export interface SharedReference {
  type: string;
  reference: string;
  accountCount: number;
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
  points: number;
  threshold: number;
}

export interface RiskSettings {
  version: number;
  reviewAt: number;
  denyAt: number;
  rules: Record<string, RuleSetting>;
}

export interface ThresholdBounds {
  unit: string;
  min: number;
  max: number;
  whole: boolean;
  /** Weak rules alone never deny. */
  weak: boolean;
}

export interface RulesAnswer extends RiskSettings {
  /** null where a project has the defaults still. */
  changedAtMs: number | null;
  changedBy: string | null;
  /** False while scores are still made with an earlier version. */
  confirmed: boolean;
  defaults: Omit<RiskSettings, 'version'>;
  thresholds: Record<string, ThresholdBounds>;
}

export interface RuleQuality {
  rule: string;
  hits: number;
  fraud: number;
  legitimate: number;
  /** Share of fraud among the events with a verdict; null where there is none. */
  precision: number | null;
}

export interface Scored {
  riskScore: number;
  decision: Decision;
  reasons: Reason[];
}

export interface DryRunExample {
  eventId: string;
  atMs: number;
  userId: string;
  before: Scored;
  after: Scored;
}

export interface DryRun {
  fromMs: number;
  toMs: number;
  events: number;
  /** With another decision. */
  changed: number;
  /** With another score. */
  rescored: number;
  /** Outer: as it was decided; inner: as it would be. */
  matrix: Record<Decision, DecisionCounts>;
  examples: DryRunExample[];
  /** The time has more events than were looked at. */
  truncated: boolean;
}
