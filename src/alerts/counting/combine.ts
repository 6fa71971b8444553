import type { AlertRule } from '../../wire/alerts.ts';
import { groupLabelOf, holds, limitOf, type Observation, type Observed, OTHER_GROUPS } from '../state/index.ts';
import type { Continuity } from './follow.ts';

type Rule = Pick<AlertRule, 'condition'>;
/**
 * Records by group, of what was counted: never more than there are. OTHER_GROUPS holds those for which there was no place; what each of them has is not
 * known, so its sum is compared with nothing.
 */
export type Counts = ReadonlyMap<string, number>;

/** Whether the counts of a window are all that can be known of it. `sinceMs`: from then on every record was counted. */
export function decides(
  { condition, windowSeconds }: Rule & Pick<AlertRule, 'windowSeconds'>,
  counts: Counts,
  { sinceMs, isBehind }: Continuity,
  nowMs: number,
): boolean {
  if (sinceMs === null || sinceMs > nowMs - windowSeconds * 1_000 || counts.has(OTHER_GROUPS)) return false;
  // What is on its way can only be more, and is looked at as it comes.
  if (limitOf(condition).comparison === 'above') return true;
  // That there is too little is said when nothing is on its way. A group that has nothing any more is in no count.
  return !isBehind && groupLabelOf(condition) === null;
}

/** Where they are: what is not there is not there. */
export function countsAlone(rule: Rule, counts: Counts): Observed {
  return { values: valuesOf(rule, counts), rest: 'zero' };
}

/**
 * Where some were not: what the counts say for certain all the same. More than the threshold stays more, whatever was missed; that there is less is not
 * known.
 */
export function countsProve({ condition }: Rule, counts: Counts): Observed | null {
  const isProof = (value: number): boolean =>
    limitOf(condition).comparison === 'below' ? !holds(condition, value) : holds(condition, value);
  const values = named(counts).filter(({ value }) => isProof(value));
  return values.length === 0 ? null : { values, rest: 'unseen' };
}

/** From this share of the threshold on a burst of notices is expected. */
const NEAR = 0.7;

/** Whether a group is about to pass the threshold. */
export function isNear({ condition }: Rule, counts: Counts): boolean {
  const { comparison, threshold } = limitOf(condition);
  return (
    comparison === 'above' && named(counts).some(({ value }) => value > threshold * NEAR && !holds(condition, value))
  );
}

/** Whether a window that has at most so many proves nothing, and is not near to it. */
export function saysNothing({ condition }: Rule, most: number): boolean {
  const { comparison, threshold } = limitOf(condition);
  return comparison === 'above' && most <= threshold * NEAR && !holds(condition, most);
}

/** A search and the counts both miss records, never the other way round: the search those that came since, the counts those that came before. */
export function larger(rule: Rule, searched: Observed, counts: Counts): Observed {
  const values = new Map(searched.values.map((one) => [one.group, one]));
  const proven = new Set(countsProve(rule, counts)?.values.map(({ group }) => group));
  for (const { group, value } of named(counts)) {
    const known = values.get(group);
    const found = known ? known.value : searched.rest === 'zero' ? 0 : null;
    // Where the search does not know, a count says only what more records would not change.
    if (found === null ? proven.has(group) : found < value) values.set(group, { ...known, group, value });
  }
  return { values: [...values.values()], rest: searched.rest };
}

/** A rule with one group has it also where there was nothing to count. */
function valuesOf({ condition }: Rule, counts: Counts): Observation[] {
  const values = named(counts);
  return groupLabelOf(condition) === null && !counts.has('') ? [...values, { group: '', value: 0 }] : values;
}

function named(counts: Counts): { group: string; value: number }[] {
  return [...counts].flatMap(([group, value]) => (group === OTHER_GROUPS ? [] : [{ group, value }]));
}
