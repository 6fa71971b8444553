import { RULE_NAMES, type RuleQuality } from '../wire/fraud.ts';
import type { RiskObject } from './risk-object.ts';

/** Every rule, also those that never held, in the order of RULE_NAMES. */
export async function ruleQuality(object: RiskObject): Promise<RuleQuality[]> {
  const counts = new Map((await object.quality()).map((of) => [of.rule, of]));
  return RULE_NAMES.map((rule) => {
    const { hits, fraud, legitimate } = counts.get(rule) ?? { hits: 0, fraud: 0, legitimate: 0 };
    const judged = fraud + legitimate;
    return { rule, hits, fraud, legitimate, precision: judged === 0 ? null : fraud / judged };
  });
}
