import type { SessionList, SessionTimeline } from '../../wire/error-groups.ts';
import type { Span } from '../lib/range.ts';
import { type Page, spanParams } from './errors.ts';
import { type Answer, request } from './http.ts';

export function listSessions(
  project: string,
  span: Span,
  q: string,
  limit: number,
  signal: AbortSignal,
): Promise<Answer<SessionList>> {
  return request('GET', '/api/query/sessions', { params: { project, ...spanParams(span), q, limit }, signal });
}

/** What it left, oldest first. */
export function getSession(
  project: string,
  id: string,
  span: Span,
  page: Page,
  signal: AbortSignal,
): Promise<Answer<SessionTimeline>> {
  const path = `/api/query/sessions/${encodeURIComponent(id)}`;
  return request('GET', path, { params: { project, ...spanParams(span), ...page }, signal });
}
