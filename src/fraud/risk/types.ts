import type { Facts, RuleSetting, Scored } from '../../wire/fraud.ts';

export interface Score extends Scored {
  /** Of the settings that the score was made with. */
  rulesVersion: number;
}

/** A rule of the score: pure. Null where it does not hold; `weak` where it rests on a weak signal this time (see WEAK_RULES). */
export type Rule = (facts: Facts, setting: RuleSetting) => { points: number; detail: string; weak?: true } | null;
