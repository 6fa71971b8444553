import type { Destination } from '../../wire/delivery.ts';
import type { Answer } from './http.ts';
import { listAll } from './list-all.ts';
import type { List } from './types.ts';

/** All of them: a project has at most 100. */
export function listDestinations(project: string, signal: AbortSignal): Promise<Answer<List<Destination>>> {
  return listAll('/api/destinations', { project }, signal);
}
