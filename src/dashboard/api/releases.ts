import type { Release } from '../../wire/error-groups.ts';
import { type Answer, request } from './http.ts';
import type { List } from './types.ts';

/** Releases that were announced, or seen first, in this time. */
export function listReleases(
  project: string,
  period: { fromMs: number; toMs: number },
  signal: AbortSignal,
): Promise<Answer<List<Release>>> {
  return request('GET', '/api/releases', { params: { project, from: period.fromMs, to: period.toMs }, signal });
}
