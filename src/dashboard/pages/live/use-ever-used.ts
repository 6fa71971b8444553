import { getHistogram } from '../../api/query.ts';
import { WIDEST_MS } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { span } from '../../state/range.ts';
import { useResource } from '../../state/use-resource.ts';

/**
 * Whether the project has any record of the last 30 days; null while that is not known, true when it cannot be told: first
 * steps would mislead who is past them. Asked only when `ask` is set,
 * and again when the page is refreshed.
 */
export function useEverUsed(project: string, ask: boolean): boolean | null {
  const wide = useResource(ask ? `${project} ${span.value.toMs}` : null, (signal) => {
    const toMs = now();
    return getHistogram({ project, q: '', stream: null, fromMs: toMs - WIDEST_MS, toMs }, 1, signal);
  });
  if (wide.error) return true;
  return wide.data ? wide.data.buckets.some((bucket) => bucket.total > 0) : null;
}
