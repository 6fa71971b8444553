import { getLogs } from '../../api/query.ts';
import { type QueryFault, queryFault } from '../../lib/errors.ts';
import { now } from '../../state/clock.ts';
import { useResource } from '../../state/use-resource.ts';
import type { LiveState } from './use-live.ts';

/** The socket says that a filter is wrong, the search says where: ask it about no time at all. */
export function useFilterFault(project: string, q: string, state: LiveState): QueryFault | null {
  const refused = state.kind === 'refused' && q !== '';
  const asked = useResource(
    refused ? JSON.stringify([project, q]) : null,
    (signal) => {
      const toMs = now();
      return getLogs({ project, q, stream: 'logs', fromMs: toMs - 1, toMs }, { limit: 1 }, signal);
    },
    false,
  );
  return refused ? queryFault(asked.error) : null;
}
