import type { Ctx } from '../../env.ts';
import { facets, type ReadError, type Scope, searchRecords } from '../../query/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { AlertRule, Condition } from '../../wire/alerts.ts';
import { holds, limitOf, type Observation } from '../state/index.ts';
import { type Evaluation, ofOneGroup, TOO_MUCH, unreadable } from './evaluation.ts';
import { type CountCondition, type CountedRecords, countedRecords } from './records.ts';

/** As many as facets tell apart; of more they give up the rarer half now and then. */
const MAX_VALUES = 10_000;

/** Records of the last window by a search: what a rule's own count is held against where that was interrupted. Sees what was acknowledged before. */
export async function evaluateCounts(
  ctx: Ctx,
  projectId: string,
  { condition, windowSeconds }: Pick<AlertRule, 'windowSeconds'> & { condition: CountCondition },
): Promise<Evaluation> {
  const counted = countedRecords(condition);
  if (!counted.ok) return { observed: null, problem: counted.error };
  const { stream, query, field } = counted.value;
  // Records are stamped by their senders, whose clocks may be a little ahead: what arrived by now counts until the next window.
  const scope = { projectId, stream, query, fromMs: ctx.nowMs - windowSeconds * 1_000, toMs: ctx.nowMs + 1 };
  if (condition.kind === 'silence') return isSilent(ctx, scope);
  if (field !== null) return countGroups(ctx, condition, scope, field);
  const found = await facets(ctx, scope, [], 0);
  if (!found.ok) return unreadable(found.error);
  const value = knownCount(condition, found.value.records, found.value.complete);
  return ofOneGroup(value, value === null ? TOO_MUCH : null);
}

/** One record says that it is not, so that a long window costs no more than finding it. */
async function isSilent(ctx: Ctx, scope: Scope): Promise<Evaluation> {
  const found = await searchRecords(ctx, { ...scope, order: 'desc', limit: 1, after: null });
  if (!found.ok) return unreadable(found.error);
  const { records, end } = found.value;
  if (records.length === 0 && !end.complete) return ofOneGroup(null, TOO_MUCH);
  return ofOneGroup(records.length);
}

async function countGroups(
  ctx: Ctx,
  condition: CountCondition,
  scope: Scope,
  field: NonNullable<CountedRecords['field']>,
): Promise<Evaluation> {
  const found = await countValues(ctx, scope, field);
  if (!found.ok) return unreadable(found.error);
  const { counts, isWhole } = found.value;
  const values: Observation[] = [...counts].map(([group, count]) => ({
    group,
    value: knownCount(condition, count, isWhole),
  }));
  const rest = isWhole ? 'zero' : 'unseen';
  if (limitOf(condition).comparison === 'above')
    return { observed: { values, rest }, problem: isWhole ? null : TOO_MUCH };

  // Who had nothing in the window is not in it: those of the window before are who is missed. A group that fires is known without that.
  const windowMs = scope.toMs - scope.fromMs;
  const before = await countValues(ctx, { ...scope, fromMs: scope.fromMs - windowMs, toMs: scope.fromMs }, field);
  if (!before.ok) return unreadable(before.error);
  const missed = isWhole ? [...before.value.counts.keys()].filter((group) => !counts.has(group)) : [];
  const named = [...values, ...missed.map((group) => ({ group, value: 0 }))];
  return { observed: { values: named, rest }, problem: isWhole && before.value.isWhole ? null : TOO_MUCH };
}

/** Counts by value. Not whole: some may be too low, and some values not there. Errors: store_away. */
async function countValues(
  ctx: Ctx,
  scope: Scope,
  field: string,
): Promise<Result<{ counts: Map<string, number>; isWhole: boolean }, ReadError>> {
  const found = await facets(ctx, scope, [field], MAX_VALUES);
  if (!found.ok) return found;
  const [facet] = found.value.facets;
  const counts = new Map((facet?.values ?? []).map(({ value, count }) => [value, count]));
  // Texts that are no categories are left out of few values too; rare values are given up of very many alone.
  const isGivenUp = facet?.truncated === true && counts.size >= MAX_VALUES / 2;
  return ok({ counts, isWhole: found.value.complete && !isGivenUp });
}

/** Of a count that may be too low what is sure all the same: that it is more than a limit, never that it is less. */
function knownCount(condition: Condition, count: number, complete: boolean): number | null {
  if (complete) return count;
  const isSure = holds(condition, count) === (limitOf(condition).comparison === 'above');
  return isSure ? count : null;
}
