import type {
  AuditEntry,
  AuditKey,
  AuditPage,
  AuditProof,
  AuditStatus,
  ListedCheckpoint,
  SchemaChange,
} from '../../wire/audit.ts';
import type { OwnSpan } from '../lib/own-span.ts';
import type { PageAt } from './archives.ts';
import { type Answer, type Params, request, urlOf } from './http.ts';
import type { List } from './types.ts';

/** What the trail is narrowed by; null is any. */
export interface AuditFilters {
  kind: string | null;
  project: string | null;
  actor: string | null;
  actorKind: string | null;
  action: string | null;
  target: string | null;
  table: string | null;
  operation: string | null;
  requestId: string | null;
  q: string | null;
}

function paramsOf(filters: Partial<AuditFilters>, { sinceMs, untilMs }: OwnSpan): Params {
  return { ...filters, from: sinceMs, to: untilMs };
}

/** The newest first. */
export function listAudit(
  filters: Partial<AuditFilters>,
  span: OwnSpan,
  page: PageAt,
  signal: AbortSignal,
): Promise<Answer<AuditPage>> {
  return request('GET', '/api/audit', { params: { ...paramsOf(filters, span), ...page }, signal });
}

const ANY_TIME: OwnSpan = { sinceMs: null, untilMs: null };

/** null where there is none. Entries have no gap: the newest one before the next is it. */
export async function getAuditEntry(seq: number, signal: AbortSignal): Promise<Answer<AuditEntry | null>> {
  const answer = await listAudit({}, ANY_TIME, { limit: 1, cursor: String(seq + 1) }, signal);
  if (!answer.ok) return answer;
  const [entry] = answer.value.items;
  return { ...answer, value: entry?.seq === seq ? entry : null };
}

/** A plain link: the cookie is enough for a download. */
export function auditExportUrl(filters: Partial<AuditFilters>, span: OwnSpan, format: 'ndjson' | 'csv'): string {
  return urlOf('/api/audit/export', { ...paramsOf(filters, span), format });
}

export function getAuditStatus(signal: AbortSignal): Promise<Answer<AuditStatus>> {
  return request('GET', '/api/audit/status', { signal });
}

/** Goes on with the check of all entries that is under way, or begins one: some thousand entries a call. */
export function verifyTrail(): Promise<Answer<AuditStatus>> {
  return request('POST', '/api/audit/verify');
}

/** Has the gap that ends at this number covered as entries that are not there. */
export function acceptGap(toSeq: number, reason: string): Promise<Answer<unknown>> {
  return request('POST', '/api/audit/gap', { body: { toSeq, reason } });
}

/** Says of a finding that it was looked into. */
export function acknowledgeFinding(findingId: string, reason: string): Promise<Answer<AuditStatus>> {
  return request('POST', '/api/audit/acknowledge', { body: { findingId, reason } });
}

/** Signs a checkpoint that covers what is there now. */
export function sealTrail(): Promise<Answer<unknown>> {
  return request('POST', '/api/audit/seal');
}

/** The newest first. */
export function listCheckpoints(page: PageAt, signal: AbortSignal): Promise<Answer<List<ListedCheckpoint>>> {
  return request('GET', '/api/audit/checkpoints', { params: { ...page }, signal });
}

export function getProof(seq: number): Promise<Answer<AuditProof>> {
  return request('GET', `/api/audit/proof/${seq}`);
}

export function listAuditKeys(signal: AbortSignal): Promise<Answer<List<AuditKey>>> {
  return request('GET', '/api/audit/keys', { signal });
}

/** The newest first. */
export function listSchemaChanges(page: PageAt, signal: AbortSignal): Promise<Answer<List<SchemaChange>>> {
  return request('GET', '/api/audit/schema-changes', { params: { ...page }, signal });
}
