import type { Facts } from './facts.ts';

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

/** One reason of a score: the sentence says what was seen, with its numbers. */
export interface Reason {
  rule: RuleName;
  /** Negative for what speaks for the user. */
  points: number;
  /** For people, such as `9 events of this user in 10 minutes, 8 are usual at most`. */
  detail: string;
}

/** `allow` below the review threshold, `review` from there on, `deny` from the deny threshold on. */
export type Decision = 'allow' | 'review' | 'deny';

export interface Score {
  /** 0 to 100, whole. */
  riskScore: number;
  decision: Decision;
  /** The most points first. Their sum, cut to 0…100, is the score. */
  reasons: Reason[];
  /** Of the settings that the score was made with. */
  rulesVersion: number;
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

/** A rule of the score: pure. Null where it does not hold; `weak` where it rests on a weak signal this time (see WEAK_RULES). */
export type Rule = (facts: Facts, setting: RuleSetting) => { points: number; detail: string; weak?: true } | null;
