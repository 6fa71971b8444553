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
  fromMs: number;
  toMs: number;
  decisions: DecisionCounts;
  hours: ({ atMs: number } & DecisionCounts)[];
  topRules: { rule: string; hits: number }[];
  openReviews: number;
  sessions: number;
  /** Events that are kept here and not yet in the journal. */
  outbox?: number;
}

export interface Reference {
  type: string;
  reference: string;
  accounts: { userId: string; firstSeenAtMs: number }[];
}

export interface GraphNode {
  id: string;
  kind: 'user' | 'device' | 'reference';
  label: string;
  riskScore?: number | null;
  verdict?: Verdict | null;
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

export interface RuleQuality {
  rule: string;
  hits: number;
  fraud: number;
  legitimate: number;
}

export interface DryRunExample {
  id: string;
  atMs: number;
  userId: string;
  before: { riskScore: number; decision: Decision };
  after: { riskScore: number; decision: Decision };
}

export interface DryRun {
  events: number;
  changed: number;
  /** Outer: as it was decided; inner: as it would be. */
  matrix: Record<Decision, DecisionCounts>;
  examples: DryRunExample[];
}
