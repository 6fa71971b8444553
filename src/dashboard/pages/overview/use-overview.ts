import { getLedger } from '../../api/admin.ts';
import { getFacets, getHistogram, getLogs, type Scope } from '../../api/query.ts';
import type { Facets, Histogram, Ledger, LogPage } from '../../api/types.ts';
import { ledgerKey } from '../../lib/journal-trouble.ts';
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
  errors: Resource<LogPage>;
  ledger: Resource<Ledger>;
}

/** Six small questions, asked at once; each part of the page stands as soon as its own answer is there. */
export function useOverview(scope: Scope): Overview {
  const key = JSON.stringify(scope);
  const errorScope = { ...scope, q: ERRORS_Q };
  const earlier = { ...scope, fromMs: scope.fromMs - (scope.toMs - scope.fromMs), toMs: scope.fromMs };
  return {
    histogram: useResource(key, (signal) => getHistogram(scope, BUCKETS, signal)),
    before: useResource(key, (signal) => getHistogram(earlier, 1, signal)),
    facets: useResource(key, (signal) => getFacets(scope, ['service', 'stream'], TOP, signal)),
    errorFacets: useResource(key, (signal) => getFacets(errorScope, ['service'], TOP, signal)),
    errors: useResource(key, (signal) => getLogs(errorScope, { limit: RECENT }, signal)),
    ledger: useResource(ledgerKey(scope.project, scope.toMs), (signal) => getLedger(scope.project, signal)),
  };
}
