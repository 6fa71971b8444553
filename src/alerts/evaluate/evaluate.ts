import type { Ctx } from '../../env.ts';
import { unreachable } from '../../shared/result.ts';
import type { AlertRule } from '../../wire/alerts.ts';
import { evaluateAnomaly } from './anomaly.ts';
import { evaluateCookies } from './cookies.ts';
import { evaluateCounts } from './counts.ts';
import { evaluateErrors } from './errors.ts';
import type { Evaluation } from './evaluation.ts';
import { evaluateMeasure } from './measure.ts';

/**
 * What a rule sees at `ctx.nowMs`, by questions to the stores alone. It never throws for what the stores or the rule are like: what cannot be known is
 * null, with a sentence why. Rules that are evaluated with one context share what one request may read (src/query/limits.ts); each with a copy that has
 * `allowances` of its own has all of it.
 */
export async function evaluate(
  ctx: Ctx,
  projectId: string,
  { condition, windowSeconds }: Pick<AlertRule, 'condition' | 'windowSeconds'>,
): Promise<Evaluation> {
  switch (condition.kind) {
    case 'log_count':
    case 'fraud_score':
    case 'silence':
      return evaluateCounts(ctx, projectId, { condition, windowSeconds });
    case 'error_rate':
      return evaluateErrors(ctx, projectId, { condition, windowSeconds });
    case 'measure':
      return evaluateMeasure(ctx, projectId, { condition, windowSeconds });
    case 'anomaly':
      return evaluateAnomaly(ctx, projectId, condition);
    case 'cookie_bloat':
      return evaluateCookies(ctx, projectId, condition);
    default:
      return unreachable(condition);
  }
}
