import type { Firing } from '../../../../wire/alerts.ts';
import { WORST_FIRST } from '../words.ts';

/** What the page shows, and what it would show if nobody was looking at a row. */
export interface FiringList {
  rows: readonly Firing[];
  /** Null where the rows are as they should be. */
  next: readonly Firing[] | null;
}

const STATES = ['firing', 'pending', 'resolved'];

/** What fires, then what is about to, then what is over; the worst first, then the newest. What is over goes by when it ended. */
export function inOrder(firings: readonly Firing[]): Firing[] {
  return firings.toSorted((a, b) => {
    if (a.state !== b.state) return STATES.indexOf(a.state) - STATES.indexOf(b.state);
    if (a.state === 'resolved') return (b.resolvedAtMs ?? 0) - (a.resolvedAtMs ?? 0);
    const worse = WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity);
    return worse !== 0 ? worse : sinceMs(b) - sinceMs(a);
  });
}

/** Since when it is wrong: when the condition began to hold, not when somebody was told. */
export function sinceMs({ pendingSinceMs }: Firing): number {
  return pendingSinceMs;
}

/** The newest answer. With `hold` rows change in place, and none comes, goes or moves. */
export function refreshed(list: FiringList | null, newest: readonly Firing[], hold: boolean): FiringList {
  if (list === null || !hold) return { rows: newest, next: null };
  const byId = new Map(newest.map((firing) => [firing.id, firing]));
  const rows = list.rows.map((row) => byId.get(row.id) ?? row);
  const same = rows.length === newest.length && rows.every((row, i) => row.id === newest[i]?.id);
  return { rows, next: same ? null : newest };
}

export function released(list: FiringList): FiringList {
  return list.next === null ? list : { rows: list.next, next: null };
}

/** How many of what waits to be shown are new. */
export function heldCount({ rows, next }: FiringList): number {
  if (next === null) return 0;
  const known = new Set(rows.map(({ id }) => id));
  return next.filter(({ id }) => !known.has(id)).length;
}

export function changed(list: FiringList, id: string, by: (firing: Firing) => Firing): FiringList {
  const change = (firing: Firing) => (firing.id === id ? by(firing) : firing);
  return { rows: list.rows.map(change), next: list.next?.map(change) ?? null };
}
