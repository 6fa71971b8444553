import type { Ctx } from '../../env.ts';
import type { ReadError } from '../../query/index.ts';
import { err, ok, type Result, unreachable } from '../../shared/result.ts';
import type { AlertRuleInput, RulePreview } from '../../wire/alerts.ts';
import type { AlertError } from '../errors.ts';
import { type CountCondition, countedRecords } from '../evaluate/records.ts';
import { limitOf } from '../state/index.ts';
import { countHistory } from './count-history.ts';
import { anomalyHistory, cookieHistory } from './day-histories.ts';
import { errorHistory } from './error-history.ts';
import { type History, PREVIEW_MS, type Range } from './history.ts';
import { measureHistory } from './measure-history.ts';
import { replay } from './replay.ts';

/** As evaluations have it: longer windows are counted by rows. */
const MAX_EXACT_MS = 3_600_000;

/**
 * When a rule would have fired in the last seven days: the state machine of firings, run over what its condition would have seen. Bounded like a search;
 * what was too much is said. Nothing is kept, nobody is told. Errors: invalid, read (store_away, query_too_broad).
 */
export async function previewRule(
  ctx: Ctx,
  projectId: string,
  rule: AlertRuleInput,
): Promise<Result<RulePreview, AlertError>> {
  const range = { fromMs: ctx.nowMs - PREVIEW_MS, toMs: ctx.nowMs };
  const history = await historyOf(ctx, projectId, rule, range);
  if (!history.ok) return history;
  const { complete, countedFromMs } = history.value;
  const replayed = replay({ ...rule, id: '', enabled: true }, history.value, range);
  return ok({ ...range, ...replayed, ...limitOf(rule.condition), complete, countedFromMs });
}

/** What a condition would have seen over a range. Errors: as previewRule. */
export async function historyOf(
  ctx: Ctx,
  projectId: string,
  { condition, windowSeconds }: AlertRuleInput,
  range: Range,
): Promise<Result<History, AlertError>> {
  const windowMs = windowSeconds * 1_000;
  switch (condition.kind) {
    case 'log_count':
    case 'fraud_score':
    case 'silence':
      return ofRecords(ctx, projectId, condition, windowMs, range);
    case 'error_rate':
      return windowMs <= MAX_EXACT_MS
        ? ofRecords(ctx, projectId, condition, windowMs, range)
        : read(errorHistory(ctx, projectId, condition.fingerprint, windowMs, range));
    case 'measure':
      return read(measureHistory(ctx, projectId, condition, windowMs, range));
    case 'anomaly':
      return read(anomalyHistory(ctx, projectId, condition, range));
    case 'cookie_bloat':
      return read(cookieHistory(ctx, projectId, condition, range));
    default:
      return unreachable(condition);
  }
}

function ofRecords(
  ctx: Ctx,
  projectId: string,
  condition: CountCondition,
  windowMs: number,
  range: Range,
): Promise<Result<History, AlertError>> {
  const counted = countedRecords(condition);
  if (!counted.ok) {
    return Promise.resolve(err({ kind: 'invalid', errors: [{ pointer: '/condition/query', reason: counted.error }] }));
  }
  const namesMissed = counted.value.field !== null && limitOf(condition).comparison === 'below';
  return read(countHistory(ctx, projectId, counted.value, { windowMs, namesMissed }, range));
}

async function read(history: Promise<Result<History, ReadError>>): Promise<Result<History, AlertError>> {
  const done = await history;
  return done.ok ? done : err({ kind: 'read', error: done.error });
}
