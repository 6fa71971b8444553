import type { Reason } from '../../../wire/fraud.ts';

export interface ReasonStep {
  rule: string;
  points: number;
  detail: string;
  /** Where its bar begins and how long it is, in points on the common scale. */
  from: number;
  length: number;
}

export interface ReasonSteps {
  steps: ReasonStep[];
  /** The ends of the scale that holds every bar. */
  lowest: number;
  highest: number;
}

/** Of the last step, where the score is not the sum of its reasons. */
export const CUT = 'cut';

/**
 * Each reason goes on where the one before it ended, so that the last bar ends at the score. A score is cut to 0…100: what that
 * takes away or adds is a step of its own.
 */
export function reasonSteps(reasons: readonly Reason[], riskScore: number): ReasonSteps {
  const steps: ReasonStep[] = [];
  let at = 0;
  const add = (rule: string, points: number, detail: string) => {
    const next = at + points;
    steps.push({ rule, points, detail, from: Math.min(at, next), length: Math.abs(points) });
    at = next;
  };
  for (const { rule, points, detail } of reasons) add(rule, points, detail);
  if (at !== riskScore) add(CUT, riskScore - at, cutWords(at, riskScore));
  const ends = steps.flatMap(({ from, length }) => [from, from + length]);
  return { steps, lowest: Math.min(0, ...ends), highest: Math.max(100, ...ends) };
}

function cutWords(sum: number, riskScore: number): string {
  if (sum > riskScore) return riskScore === 100 ? 'A score ends at 100' : 'More did not count';
  return 'A score does not go below 0';
}
