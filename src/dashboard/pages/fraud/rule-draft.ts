import {
  type RiskSettings,
  RULE_NAMES,
  type RuleSetting,
  type RulesAnswer,
  type ThresholdBounds,
} from '../../../wire/fraud.ts';

/** What a change sends: the server refuses members that it does not know. */
export function settingsOf({ version, reviewAt, denyAt, rules }: RiskSettings): RiskSettings {
  return { version, reviewAt, denyAt, rules };
}

export function sameRule(a: RuleSetting, b: RuleSetting): boolean {
  return a.enabled === b.enabled && a.points === b.points && a.threshold === b.threshold;
}

/** How many settings a draft changes; the version is none. */
export function changesOf(base: RiskSettings, draft: RiskSettings): number {
  const ends = Number(base.reviewAt !== draft.reviewAt) + Number(base.denyAt !== draft.denyAt);
  return ends + RULE_NAMES.filter((rule) => !sameRule(base.rules[rule], draft.rules[rule])).length;
}

/** The changes that a draft makes to `base`, made to `theirs`: what both changed is as in the draft. */
export function rebased(base: RiskSettings, draft: RiskSettings, theirs: RiskSettings): RiskSettings {
  const rules = { ...theirs.rules };
  for (const rule of RULE_NAMES) if (!sameRule(base.rules[rule], draft.rules[rule])) rules[rule] = draft.rules[rule];
  return {
    version: theirs.version,
    reviewAt: base.reviewAt === draft.reviewAt ? theirs.reviewAt : draft.reviewAt,
    denyAt: base.denyAt === draft.denyAt ? theirs.denyAt : draft.denyAt,
    rules,
  };
}

const wholeIn = (value: number, min: number, max: number) => Number.isInteger(value) && value >= min && value <= max;

export function pointsFault(points: number): string | null {
  return wholeIn(points, 0, 100) ? null : 'A whole number from 0 to 100';
}

export function thresholdFault(threshold: number, bounds: ThresholdBounds): string | null {
  const { min, max, whole } = bounds;
  const fits = whole ? wholeIn(threshold, min, max) : threshold >= min && threshold <= max;
  return fits ? null : `A ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
}

export function scaleFault({ reviewAt, denyAt }: RiskSettings): string | null {
  if (!wholeIn(reviewAt, 0, 99) || !wholeIn(denyAt, 1, 100))
    return 'Whole numbers: review from 0 to 99, deny from 1 to 100';
  return reviewAt < denyAt ? null : 'Review has to begin below deny';
}

/** Whether the server would take it. */
export function isValid(draft: RiskSettings, thresholds: RulesAnswer['thresholds']): boolean {
  return (
    scaleFault(draft) === null &&
    RULE_NAMES.every((rule) => {
      const { points, threshold } = draft.rules[rule];
      return pointsFault(points) === null && thresholdFault(threshold, thresholds[rule]) === null;
    })
  );
}
