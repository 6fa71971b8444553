import type {
  ArchiveCheck,
  ArchiveDetail,
  ArchivePage,
  ArchiveRestore,
  ArchiveRun,
  ArchiveSettings,
  ArchiveStatus,
  LegalHold,
  ManifestCheck,
  WarehouseFile,
} from '../../wire/archive.ts';
import type { Stream } from '../../wire/record.ts';
import type { OwnSpan } from '../lib/own-span.ts';
import { type Answer, request, urlOf } from './http.ts';
import { listAll } from './list-all.ts';
import type { List } from './types.ts';

export interface PageAt {
  limit: number;
  cursor: string | null;
}

const archiveAt = (id: string) => `/api/archives/${encodeURIComponent(id)}`;
const timeOf = ({ sinceMs, untilMs }: OwnSpan) => ({ from: sinceMs, to: untilMs });

/** The newest day first. `stream` null is all streams. */
export function listArchives(
  project: string,
  { stream, ...span }: OwnSpan & { stream: Stream | null },
  page: PageAt,
  signal: AbortSignal,
): Promise<Answer<ArchivePage>> {
  return request('GET', '/api/archives', { params: { project, stream, ...timeOf(span), ...page }, signal });
}

export function getArchive(project: string, id: string, signal: AbortSignal): Promise<Answer<ArchiveDetail>> {
  return request('GET', archiveAt(id), { params: { project }, signal });
}

export function getArchiveStatus(project: string, signal: AbortSignal): Promise<Answer<ArchiveStatus>> {
  return request('GET', '/api/archives/status', { params: { project }, signal });
}

/** A plain link: the cookie is enough for a download. */
export function archiveUrl(project: string, id: string): string {
  return urlOf(`${archiveAt(id)}/download`, { project });
}

/** Reads the object back whole. */
export function verifyArchive(project: string, id: string): Promise<Answer<ArchiveCheck>> {
  return request('POST', `${archiveAt(id)}/verify`, { params: { project } });
}

/** Some manifests behind number `after`, each by the hash that the next one names. */
export function verifyChain(project: string, after: number): Promise<Answer<ManifestCheck>> {
  return request('POST', '/api/archives/verify', { params: { project, after } });
}

/** One bounded run. */
export function runArchive(project: string): Promise<Answer<ArchiveRun>> {
  return request('POST', '/api/archives/run', { body: { project } });
}

export interface RestoreInput {
  fromMs: number;
  toMs: number;
  stream?: Stream;
  days: number;
}

/** As much as one call takes; called again it goes on. */
export function restoreArchive(project: string, range: RestoreInput): Promise<Answer<ArchiveRestore>> {
  return request('POST', '/api/archives/restore', { params: { project }, body: range });
}

export function changeArchiveSettings(project: string, settings: ArchiveSettings): Promise<Answer<ArchiveSettings>> {
  return request('PUT', '/api/archives/settings', { params: { project }, body: settings });
}

export function listHolds(project: string, signal: AbortSignal): Promise<Answer<List<LegalHold>>> {
  return listAll('/api/archives/holds', { project }, signal);
}

export interface HoldInput {
  stream: Stream | null;
  fromMs: number;
  toMs: number | null;
  reason: string;
}

export function createHold(project: string, hold: HoldInput): Promise<Answer<LegalHold>> {
  return request('POST', '/api/archives/holds', { params: { project }, body: hold });
}

export function releaseHold(project: string, id: string): Promise<Answer<LegalHold>> {
  return request('POST', `/api/archives/holds/${encodeURIComponent(id)}/release`, { params: { project } });
}

/** The newest day first. */
export function listWarehouse(
  project: string,
  span: OwnSpan,
  page: PageAt,
  signal: AbortSignal,
): Promise<Answer<List<WarehouseFile>>> {
  return request('GET', '/api/archives/warehouse', { params: { project, ...timeOf(span), ...page }, signal });
}

export function warehouseUrl(project: string, { day, stream }: WarehouseFile): string {
  return urlOf(`/api/archives/warehouse/${day}/${stream}`, { project });
}
