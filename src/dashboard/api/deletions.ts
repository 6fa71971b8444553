import type {
  DeletionInput,
  DeletionRequest,
  DeletionState,
  ErasureCategory,
  ErasureReceipt,
} from '../../wire/compliance.ts';
import type { Stream } from '../../wire/record.ts';
import type { PageAt } from './archives.ts';
import { type Answer, request, urlOf } from './http.ts';
import type { List } from './types.ts';

const requestAt = (id: string) => `/api/compliance/deletions/${encodeURIComponent(id)}`;

export interface DeletionFilters {
  /** null is any. */
  project: string | null;
  state: DeletionState | null;
}

/** The newest first. */
export function listDeletions(
  filters: DeletionFilters,
  page: PageAt,
  signal: AbortSignal,
): Promise<Answer<List<DeletionRequest>>> {
  return request('GET', '/api/compliance/deletions', { params: { ...filters, ...page }, signal });
}

export function getDeletion(id: string, signal: AbortSignal): Promise<Answer<DeletionRequest>> {
  return request('GET', requestAt(id), { signal });
}

export function createDeletion(input: DeletionInput): Promise<Answer<DeletionRequest>> {
  return request('POST', '/api/compliance/deletions', { body: input });
}

export function cancelDeletion(id: string, reason: string): Promise<Answer<DeletionRequest>> {
  return request('POST', `${requestAt(id)}/cancel`, { body: { reason } });
}

/** Ends the grace period: it begins with the next run. */
export function executeDeletion(id: string): Promise<Answer<DeletionRequest>> {
  return request('POST', `${requestAt(id)}/execute`);
}

export interface DeletionHoldInput {
  category: ErasureCategory;
  /** Of records alone; null is every stream. */
  stream: Stream | null;
  reason: string;
}

export function addDeletionHold(id: string, hold: DeletionHoldInput): Promise<Answer<DeletionRequest>> {
  return request('POST', `${requestAt(id)}/holds`, { body: hold });
}

export function releaseDeletionHold(id: string, holdId: string): Promise<Answer<DeletionRequest>> {
  return request('POST', `${requestAt(id)}/holds/${encodeURIComponent(holdId)}/release`);
}

export function getReceipt(id: string, signal: AbortSignal): Promise<Answer<ErasureReceipt>> {
  return request('GET', `${requestAt(id)}/receipt`, { signal });
}

/** A plain link: the cookie is enough for a download. */
export function receiptUrl(id: string, format: 'html' | 'json'): string {
  return urlOf(`${requestAt(id)}/receipt`, { format });
}
