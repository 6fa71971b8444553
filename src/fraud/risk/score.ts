import { type Decision, type Facts, type Reason, type RiskSettings, RULE_NAMES } from '../../wire/fraud.ts';
import { RULES, WEAK_RULES } from './rules.ts';
import type { Score } from './types.ts';

const MAX_SCORE = 100;

/**
 * The score of an event by what was known of it: the sum of the points of the enabled rules that hold, cut to 0…100. Weak ones (WEAK_RULES, and where a rule says so) count up to
 * `denyAt − 1` together, whatever their points, so that no country and no fingerprint denies anybody without another rule; their reasons carry the
 * points that counted. Pure: the same facts and settings give the same score at any time, which is what replaying stored events rests on.
 */
export function scoreOf(facts: Facts, settings: RiskSettings): Score {
  let weakLeft = Math.max(0, settings.denyAt - 1);
  const reasons: Reason[] = [];
  for (const rule of RULE_NAMES) {
    const setting = settings.rules[rule];
    const found = setting.enabled ? RULES[rule](facts, setting) : null;
    if (found === null) continue;
    const { points, detail, weak = false } = found;
    const isWeak = weak || WEAK_RULES.has(rule);
    if (!isWeak || points <= weakLeft) {
      reasons.push({ rule, points, detail });
    } else {
      reasons.push({ rule, points: weakLeft, detail: `${detail}; weak signals end below the score that denies` });
    }
    if (isWeak) weakLeft = Math.max(0, weakLeft - points);
  }
  // The sort is stable: of equal points the rules are in the order of RULE_NAMES.
  reasons.sort((a, b) => b.points - a.points);
  const sum = reasons.reduce((total, { points }) => total + points, 0);
  const riskScore = Math.min(MAX_SCORE, Math.max(0, sum));
  return { riskScore, decision: decisionOf(riskScore, settings), reasons, rulesVersion: settings.version };
}

export function decisionOf(
  riskScore: number,
  { reviewAt, denyAt }: Pick<RiskSettings, 'reviewAt' | 'denyAt'>,
): Decision {
  if (riskScore >= denyAt) return 'deny';
  return riskScore >= reviewAt ? 'review' : 'allow';
}
