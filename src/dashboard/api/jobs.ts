import type {
  JobRun,
  JobRuns,
  JobStatus,
  Notice,
  NoticeSettings,
  NoticeSettingsAnswer,
  StorageUse,
} from '../../wire/jobs.ts';
import { type Answer, request } from './http.ts';
import type { List } from './types.ts';

const jobAt = (name: string) => `/api/jobs/${encodeURIComponent(name)}`;

export function listJobs(signal: AbortSignal): Promise<Answer<List<JobStatus>>> {
  return request('GET', '/api/jobs', { signal });
}

/** The newest 50, newest first. */
export function listRuns(name: string, signal: AbortSignal): Promise<Answer<JobRuns>> {
  return request('GET', `${jobAt(name)}/runs`, { signal });
}

/** Answers when the run has ended. */
export function runJob(name: string): Promise<Answer<JobRun>> {
  return request('POST', `${jobAt(name)}/run`);
}

/** Newest first. */
export function listNotices(
  page: { limit: number; cursor: string | null },
  signal: AbortSignal,
): Promise<Answer<List<Notice>>> {
  return request('GET', '/api/notices', { params: page, signal });
}

export function getNoticeSettings(signal: AbortSignal): Promise<Answer<NoticeSettingsAnswer>> {
  return request('GET', '/api/notices/settings', { signal });
}

export function changeNoticeSettings(settings: NoticeSettings): Promise<Answer<NoticeSettingsAnswer>> {
  return request('PUT', '/api/notices/settings', { body: settings });
}

export function getStorage(signal: AbortSignal): Promise<Answer<StorageUse>> {
  return request('GET', '/api/storage', { signal });
}
