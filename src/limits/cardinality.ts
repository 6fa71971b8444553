import { MAX_LABEL_NAMES, type ProjectLimits } from '../wire/limits.ts';
import type { SetKey } from './names.ts';

/** How many members a set may have in a day. */
export function setLimit(set: SetKey, limits: ProjectLimits): number {
  if (set === 'n') return limits.attributeNames;
  return set === 'l' ? MAX_LABEL_NAMES : limits.labelValues;
}

export interface Admission {
  admitted: number[];
  refused: number[];
  /** The set takes nothing more today. */
  isFull: boolean;
}

/** Who comes first is in: `fresh` are different members that are not among the `count` that the set has. */
export function admit(fresh: readonly number[], count: number, limit: number): Admission {
  const room = Math.max(0, limit - count);
  return { admitted: fresh.slice(0, room), refused: fresh.slice(room), isFull: count + fresh.length >= limit };
}
