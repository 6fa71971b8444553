import { getLogs } from '../api/query.ts';
import { type QueryFault, queryFault } from '../lib/errors.ts';
import { now } from './clock.ts';
import { useResource } from './use-resource.ts';

/** Who refused a search said that it is wrong; the search itself says where: it is asked about no time at all. Null asks nothing. */
export function useQueryFault(project: string, q: string | null): QueryFault | null {
  const asked = useResource(
    q === null ? null : JSON.stringify([project, q]),
    (signal) => {
      const toMs = now();
      return getLogs({ project, q: q ?? '', stream: 'logs', fromMs: toMs - 1, toMs }, { limit: 1 }, signal);
    },
    false,
  );
  return q === null ? null : queryFault(asked.error);
}
