import type { Ctx } from '../../env.ts';
import { facets, type Scope, searchRecords } from '../../query/index.ts';
import type { AlertRule, Condition } from '../../wire/alerts.ts';
import { holds, limitOf, type Observation } from '../state/index.ts';
import { type Evaluation, ofOneGroup, TOO_MUCH, unreadable } from './evaluation.ts';
import { type CountCondition, type CountedRecords, countedRecords } from './records.ts';

/** As many as facets tell apart. */
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
  const found = await facets(ctx, scope, [field], MAX_VALUES);
  if (!found.ok) return unreadable(found.error);
  const { complete } = found.value;
  const values = observationsOf(condition, found.value, complete);
  if (limitOf(condition).comparison === 'above') {
    const rest = complete ? 'zero' : 'unseen';
    return { observed: { values, rest }, problem: complete ? null : TOO_MUCH };
  }
  // Who had nothing in the window is not in it: those of the window before are who is missed. A group that fires is known without that.
  const windowMs = scope.toMs - scope.fromMs;
  const before = await facets(
    ctx,
    { ...scope, fromMs: scope.fromMs - windowMs, toMs: scope.fromMs },
    [field],
    MAX_VALUES,
  );
  if (!before.ok) return unreadable(before.error);
  const seen = new Set(values.map(({ group }) => group));
  const missed = (before.value.facets[0]?.values ?? []).filter(({ value }) => !seen.has(value));
  const isKnown = complete && before.value.complete;
  const zeros = complete ? missed.map(({ value }) => ({ group: value, value: 0 })) : [];
  return {
    observed: { values: [...values, ...zeros], rest: complete ? 'zero' : 'unseen' },
    problem: isKnown ? null : TOO_MUCH,
  };
}

function observationsOf(
  condition: Condition,
  found: { facets: { values: { value: string; count: number }[] }[] },
  complete: boolean,
): Observation[] {
  return (found.facets[0]?.values ?? []).map(({ value, count }) => ({
    group: value,
    value: knownCount(condition, count, complete),
  }));
}

/** Of a count that may be too low what is sure all the same: that it is more than a limit, never that it is less. */
function knownCount(condition: Condition, count: number, complete: boolean): number | null {
  if (complete) return count;
  const isSure = holds(condition, count) === (limitOf(condition).comparison === 'above');
  return isSure ? count : null;
}
