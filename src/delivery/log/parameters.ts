import { type ListPlace, readCursor } from '../../shared/page.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseTime } from '../../shared/time.ts';
import { DELIVERY_STATES, type DeliveryState } from '../../wire/delivery.ts';
import type { DeliveryError } from '../errors.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
/** The range of Date. */
const END_OF_TIME_MS = 8.64e15;

export interface DeliveryListQuery {
  /** Null: all of the project. */
  destinationId: string | null;
  state: DeliveryState | null;
  /** Deliveries that were made from then, to before then. */
  fromMs: number;
  toMs: number;
  limit: number;
  /** The last that was shown; null for the start. */
  after: ListPlace | null;
}

/** `?destination=&state=&from=&to=&limit=&cursor=`. Error: invalid. */
export function deliveryParameters({
  destination,
  state,
  from,
  to,
  limit,
  cursor,
}: Readonly<Record<string, string | undefined>>): Result<DeliveryListQuery, DeliveryError> {
  const errors: { pointer: string; reason: string }[] = [];
  const isState = DELIVERY_STATES.find((known) => known === state);
  if (state && !isState) errors.push({ pointer: '/state', reason: `must be one of ${DELIVERY_STATES.join(', ')}` });
  const time = (pointer: string, text: string | undefined, fallback: number): number => {
    const ms = text ? parseTime(text) : fallback;
    if (ms === null) errors.push({ pointer, reason: 'must be Unix milliseconds or an ISO 8601 time' });
    return ms ?? fallback;
  };
  const [fromMs, toMs] = [time('/from', from, 0), time('/to', to, END_OF_TIME_MS)];
  const count = limit === undefined ? DEFAULT_LIMIT : /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MAX_LIMIT)
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_LIMIT}` });
  const after = cursor ? readCursor(cursor) : null;
  if (cursor && after === null) errors.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  if (errors.length > 0) return err({ kind: 'invalid', errors });
  return ok({ destinationId: destination || null, state: isState ?? null, fromMs, toMs, limit: count, after });
}
