import type { FraudEvent } from '../../../wire/fraud.ts';
import type { List } from '../../api/types.ts';

/** Events of the stream as the page holds them, newest first. */
export interface EventList {
  rows: readonly FraudEvent[];
  /** Came while the reader looked at a row or had paused; newest first. */
  held: readonly FraudEvent[];
  /** Of what is older than `rows`; null at the end. */
  cursor: string | null;
  /** More than a page came while nothing might move: what is shown in place of the list as soon as it may. */
  instead: List<FraudEvent> | null;
}

export function firstPage({ items, nextCursor }: List<FraudEvent>): EventList {
  return { rows: items, held: [], cursor: nextCursor, instead: null };
}

export function older(list: EventList, { items, nextCursor }: List<FraudEvent>): EventList {
  const known = new Set(list.rows.map(({ id }) => id));
  return { ...list, rows: [...list.rows, ...items.filter(({ id }) => !known.has(id))], cursor: nextCursor };
}

/**
 * The newest page, asked for again. Where it meets what is known, its newer part goes on top, or is held; where it does not, more came than a page holds:
 * then it is the whole list, and what was known is reached again by its cursor. Verdicts of known events are taken over.
 */
export function newest(list: EventList, page: List<FraudEvent>, hold: boolean): EventList {
  const fresh = new Map(page.items.map((event) => [event.id, event]));
  const updated = (event: FraudEvent): FraudEvent => {
    const now = fresh.get(event.id);
    return now && now.verdict !== event.verdict ? now : event;
  };
  const all = [...list.held, ...list.rows];
  const known = new Set(all.map(({ id }) => id));
  const arrived = page.items.filter(({ id }) => !known.has(id));
  const meets =
    arrived.length < page.items.length || page.items.length === 0 || page.nextCursor === null || all.length === 0;
  if (!meets || list.instead !== null) return hold ? { ...list, held: page.items, instead: page } : firstPage(page);
  const held = [...arrived, ...list.held.map(updated)];
  const rows = list.rows.map(updated);
  return hold ? { ...list, rows, held } : { ...list, rows: [...held, ...rows], held: [] };
}

export function release(list: EventList): EventList {
  if (list.instead !== null) return firstPage(list.instead);
  return list.held.length === 0 ? list : { ...list, rows: [...list.held, ...list.rows], held: [] };
}

/** The change of an event that has got a verdict. */
export function judged(id: string, verdict: FraudEvent['verdict']): (event: FraudEvent) => FraudEvent {
  return (event) => (event.id === id ? { ...event, verdict } : event);
}

export function withVerdict(list: EventList, id: string, verdict: FraudEvent['verdict']): EventList {
  const change = judged(id, verdict);
  return { ...list, rows: list.rows.map(change), held: list.held.map(change) };
}
