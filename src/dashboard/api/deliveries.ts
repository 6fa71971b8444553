import type { Delivery, DeliveryDetail, DeliveryState } from '../../wire/delivery.ts';
import type { Span } from '../lib/range.ts';
import { type Answer, request } from './http.ts';
import type { List } from './types.ts';

export interface DeliveryFilters {
  /** null is any. */
  destination: string | null;
  state: DeliveryState | null;
}

export interface DeliveryList extends List<Delivery> {
  /** Destinations that did not answer: what they have is missing. */
  unknown: string[];
}

/** The newest first, of one destination or of all. */
export function listDeliveries(
  project: string,
  { fromMs, toMs }: Span,
  filters: DeliveryFilters,
  page: { limit: number; cursor: string | null },
  signal: AbortSignal,
): Promise<Answer<DeliveryList>> {
  const span = { from: Math.floor(fromMs), to: Math.ceil(toMs) };
  return request('GET', '/api/deliveries', { params: { project, ...span, ...filters, ...page }, signal });
}

export function getDelivery(project: string, id: string, signal: AbortSignal): Promise<Answer<DeliveryDetail>> {
  return request('GET', `/api/deliveries/${encodeURIComponent(id)}`, { params: { project }, signal });
}

export function replayDelivery(project: string, id: string): Promise<Answer<{ deliveries: number }>> {
  return request('POST', `/api/deliveries/${encodeURIComponent(id)}/replay`, { params: { project } });
}

/** Dead letters of one destination that were made in the span, or all of them. */
export function replayDeadLetters(
  project: string,
  destinationId: string,
  span: Span | null,
  signal: AbortSignal,
): Promise<Answer<{ deliveries: number }>> {
  const made = span === null ? { all: true } : { from: Math.floor(span.fromMs), to: Math.ceil(span.toMs) };
  return request('POST', '/api/deliveries/replay', { params: { project }, body: { destinationId, ...made }, signal });
}
