import type {
  AffectedUser,
  Breach,
  BreachChange,
  BreachNotification,
  BreachReport,
  BreachSearch,
  BreachState,
  NewBreach,
} from '../../wire/compliance.ts';
import type { Stream } from '../../wire/record.ts';
import type { PageAt } from './archives.ts';
import { type Answer, request, urlOf } from './http.ts';
import type { List } from './types.ts';

const breachAt = (id: string) => `/api/compliance/breaches/${encodeURIComponent(id)}`;

export interface BreachFilters {
  /** null is any. */
  project: string | null;
  state: BreachState | null;
}

/** The next clock to run out first, resolved ones last. */
export function listBreaches(filters: BreachFilters, page: PageAt, signal: AbortSignal): Promise<Answer<List<Breach>>> {
  return request('GET', '/api/compliance/breaches', { params: { ...filters, ...page }, signal });
}

export function getBreach(id: string, signal: AbortSignal): Promise<Answer<Breach>> {
  return request('GET', breachAt(id), { signal });
}

export function createBreach(breach: NewBreach): Promise<Answer<Breach>> {
  return request('POST', '/api/compliance/breaches', { body: breach });
}

/** `version` is the one that was read: the server refuses when another change came between. */
export function changeBreach(id: string, change: BreachChange): Promise<Answer<Breach>> {
  return request('PATCH', breachAt(id), { body: change });
}

export function resolveBreach(id: string, version: number, resolution: string): Promise<Answer<Breach>> {
  return request('POST', `${breachAt(id)}/resolve`, { body: { version, resolution } });
}

/** `doneAtMs` null: it is open after all. */
export type ClockAnswer = { doneAtMs: number | null; note: string | null } | { notNeeded: true; note: string };

export function answerClock(id: string, clock: string, answer: ClockAnswer): Promise<Answer<Breach>> {
  return request('POST', `${breachAt(id)}/clocks/${encodeURIComponent(clock)}`, { body: answer });
}

export interface AffectedQuestion {
  project: string;
  q: string;
  from: number;
  to: number;
  stream: Stream | null;
}

export function searchAffected(id: string, question: AffectedQuestion): Promise<Answer<BreachSearch>> {
  return request('POST', `${breachAt(id)}/affected`, { body: question });
}

export function listSearches(id: string, signal: AbortSignal): Promise<Answer<List<BreachSearch>>> {
  return request('GET', `${breachAt(id)}/searches`, { signal });
}

export function stopSearches(id: string): Promise<Answer<List<BreachSearch>>> {
  return request('POST', `${breachAt(id)}/searches/stop`);
}

/** `state` null is any. */
export function listAffected(
  id: string,
  state: AffectedUser['state'] | null,
  page: PageAt,
  signal: AbortSignal,
): Promise<Answer<List<AffectedUser>>> {
  return request('GET', `${breachAt(id)}/affected`, { params: { state, ...page }, signal });
}

export type NotificationInput = Pick<BreachNotification, 'destinationId' | 'subject' | 'body'>;

export function notifyAffected(id: string, input: NotificationInput): Promise<Answer<BreachNotification>> {
  return request('POST', `${breachAt(id)}/notify`, { body: input });
}

export function stopNotifying(id: string): Promise<Answer<BreachNotification>> {
  return request('POST', `${breachAt(id)}/notify/stop`);
}

export function listNotifications(id: string, signal: AbortSignal): Promise<Answer<List<BreachNotification>>> {
  return request('GET', `${breachAt(id)}/notify`, { signal });
}

export function getReport(id: string, regime: string, signal: AbortSignal): Promise<Answer<BreachReport>> {
  return request('GET', `${breachAt(id)}/report`, { params: { regime, format: 'json' }, signal });
}

/** A plain link: the cookie is enough for a download. */
export function reportUrl(id: string, regime: string, format: 'html' | 'json'): string {
  return urlOf(`${breachAt(id)}/report`, { regime, format });
}
