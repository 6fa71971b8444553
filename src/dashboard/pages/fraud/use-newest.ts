import type { FraudEvent } from '../../../wire/fraud.ts';
import { type EventQuery, listEvents } from '../../api/fraud.ts';
import { useResource } from '../../state/use-resource.ts';

/** `unknown`: it could not be asked for, or is further back than the server looks at once. `none`: there is no such event. */
export type Newest = { kind: 'loading' | 'unknown' | 'none' } | { kind: 'event'; event: FraudEvent };

const ANY_TIME = { fromMs: null, toMs: null };

/** The newest event with these filters, of all times: asked for where a time is empty, so that the reader is told where there is one. */
export function useNewest(
  project: string,
  filters: EventQuery,
  isEmpty: boolean,
): { newest: Newest; reload: () => void } {
  const key = isEmpty ? JSON.stringify([project, filters]) : null;
  const { data, error, reload } = useResource(
    key,
    (signal) => listEvents(project, ANY_TIME, filters, { limit: 1, cursor: null }, signal),
    false,
  );
  return { newest: newestOf(), reload };

  function newestOf(): Newest {
    if (error !== null) return { kind: 'unknown' };
    if (data === null) return { kind: 'loading' };
    const [event] = data.items;
    if (event !== undefined) return { kind: 'event', event };
    return { kind: data.nextCursor === null ? 'none' : 'unknown' };
  }
}
