import type {
  AccountGraph,
  DryRun,
  FraudEvent,
  FraudSummary,
  Reference,
  ReviewedEvent,
  RiskSettings,
  RuleQuality,
  RulesAnswer,
  SharedReference,
  Verdict,
} from '../../wire/fraud.ts';
import { type Answer, request } from './http.ts';
import type { List } from './types.ts';

export interface EventQuery {
  decision: string | null;
  rule: string | null;
  userId: string | null;
  minScore: number | null;
}

export interface Period {
  fromMs: number;
  toMs: number;
}

/** Null is open. */
export interface OpenPeriod {
  fromMs: number | null;
  toMs: number | null;
}

const period = ({ fromMs, toMs }: OpenPeriod) => ({
  from: fromMs === null ? null : Math.floor(fromMs),
  to: toMs === null ? null : Math.ceil(toMs),
});

export function getSummary(project: string, span: Period, signal: AbortSignal): Promise<Answer<FraudSummary>> {
  return request('GET', '/api/fraud/summary', { params: { project, ...period(span) }, signal });
}

/** The newest first. A page may hold fewer than there are, and still have a cursor: the server looks at so many events a request. */
export function listEvents(
  project: string,
  span: OpenPeriod,
  query: EventQuery,
  page: { limit: number; cursor: string | null },
  signal: AbortSignal,
): Promise<Answer<List<FraudEvent>>> {
  return request('GET', '/api/fraud/events', { params: { project, ...period(span), ...query, ...page }, signal });
}

/** Of any time. */
export function getEvent(project: string, eventId: string, signal: AbortSignal): Promise<Answer<ReviewedEvent>> {
  return request('GET', `/api/fraud/events/${encodeURIComponent(eventId)}`, { params: { project }, signal });
}

export function getHistory(
  project: string,
  userId: string,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Answer<List<FraudEvent>>> {
  return request('GET', '/api/fraud/history', { params: { project, userId, limit: 50, cursor }, signal });
}

export function listReviews(
  project: string,
  status: 'open' | 'decided',
  cursor: string | null,
  signal: AbortSignal,
): Promise<Answer<List<FraudEvent>>> {
  return request('GET', '/api/fraud/reviews', { params: { project, status, limit: 100, cursor }, signal });
}

export function decideReview(
  project: string,
  eventId: string,
  verdict: Verdict,
  note: string,
): Promise<Answer<unknown>> {
  return request('POST', `/api/fraud/reviews/${encodeURIComponent(eventId)}`, {
    params: { project },
    body: { verdict, ...(note === '' ? {} : { note }) },
  });
}

export function getReferences(project: string, userId: string, signal: AbortSignal): Promise<Answer<List<Reference>>> {
  return request('GET', '/api/fraud/references', { params: { project, userId }, signal });
}

export function getGraph(project: string, userId: string, signal: AbortSignal): Promise<Answer<AccountGraph>> {
  return request('GET', '/api/fraud/graph', { params: { project, userId }, signal });
}

export type LookupType = 'phone' | 'email' | 'device';

/** In a body: the identifier is in no address, log of addresses or history of a browser. */
export function lookUp(project: string, type: LookupType, value: string): Promise<Answer<List<SharedReference>>> {
  return request('POST', '/api/fraud/cross-lookup', { params: { project }, body: { [type]: value } });
}

export function listShared(
  project: string,
  minAccounts: number,
  signal: AbortSignal,
): Promise<Answer<List<SharedReference>>> {
  return request('GET', '/api/fraud/cross-lookup', { params: { project, minAccounts }, signal });
}

export function endSessions(project: string, userId: string): Promise<Answer<unknown>> {
  return request('DELETE', '/api/fraud/sessions', { params: { project, userId } });
}

export function getRules(project: string, signal: AbortSignal): Promise<Answer<RulesAnswer>> {
  return request('GET', '/api/fraud/rules', { params: { project }, signal });
}

/** `settings.version` is the one that was read: the server refuses when another change came between. */
export function putRules(project: string, settings: RiskSettings): Promise<Answer<RulesAnswer>> {
  return request('PUT', '/api/fraud/rules', { params: { project }, body: settings });
}

export function dryRunRules(
  project: string,
  settings: RiskSettings,
  span: Period,
  signal: AbortSignal,
): Promise<Answer<DryRun>> {
  return request('POST', '/api/fraud/rules/dry-run', {
    params: { project },
    body: { settings, ...period(span) },
    signal,
  });
}

export function getQuality(project: string, signal: AbortSignal): Promise<Answer<List<RuleQuality>>> {
  return request('GET', '/api/fraud/rules/quality', { params: { project }, signal });
}
