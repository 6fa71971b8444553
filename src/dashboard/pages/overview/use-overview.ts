import { getLedger } from '../../api/admin.ts';
import type { Answer } from '../../api/http.ts';
import { getFacets, getHistogram, getLogs, type Scope } from '../../api/query.ts';
import type { Facet, Facets, Histogram, Ledger, LogPage } from '../../api/types.ts';
import { ledgerKey } from '../../lib/journal-trouble.ts';
import { onsetOf } from '../../lib/levels.ts';
import { type Resource, useResource } from '../../state/use-resource.ts';

export const ERRORS_Q = 'level:>=error';
const BUCKETS = 60;
const RECENT = 50;
const TOP = 8;

export interface Overview {
  histogram: Resource<Histogram>;
  /** The same length of time just before, as one bucket or a few. */
  before: Resource<Histogram>;
  facets: Resource<Facets>;
  errorFacets: Resource<Facets>;
  /** The services of the failures since the rise that goes on; null without one, and until they are known. */
  onsetServices: Facet | null;
  errors: Resource<LogPage>;
  ledger: Resource<Ledger>;
}

/** Small questions, asked at once but for the last; each part of the page stands as soon as its own answer is there. */
export function useOverview(scope: Scope): Overview {
  const key = JSON.stringify(scope);
  const errorScope = { ...scope, q: ERRORS_Q };
  const earlier = { ...scope, fromMs: scope.fromMs - (scope.toMs - scope.fromMs), toMs: scope.fromMs };
  const histogram = useResource(key, (signal) => getHistogram(scope, BUCKETS, signal));
  return {
    histogram,
    onsetServices: useOnsetServices(errorScope, histogram.data),
    before: useResource(key, (signal) => getHistogram(earlier, 1, signal)),
    facets: useResource(key, (signal) => getFacets(scope, ['service', 'stream'], TOP, signal)),
    errorFacets: useResource(key, (signal) => getFacets(errorScope, ['service'], TOP, signal)),
    errors: useResource(key, (signal) => getLogs(errorScope, { limit: RECENT }, signal)),
    ledger: useResource(ledgerKey(scope.project, scope.toMs), (signal) => getLedger(scope.project, signal)),
  };
}

/** Asked once the histogram has told since when. An answer about another onset is no answer. */
function useOnsetServices(errorScope: Scope, histogram: Histogram | null): Facet | null {
  const sinceMs = histogram ? (onsetOf(histogram.buckets)?.sinceMs ?? null) : null;
  const since = useResource(
    sinceMs === null ? null : JSON.stringify([errorScope, sinceMs]),
    async (signal): Promise<Answer<{ sinceMs: number | null; facet: Facet | null }>> => {
      const answer = await getFacets({ ...errorScope, fromMs: sinceMs ?? 0 }, ['service'], TOP, signal);
      return answer.ok ? { ...answer, value: { sinceMs, facet: answer.value.facets[0] ?? null } } : answer;
    },
  );
  return since.data !== null && since.data.sinceMs === sinceMs ? since.data.facet : null;
}
