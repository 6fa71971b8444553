import type { Ctx } from '../env.ts';
import { readCacheCounts } from '../query/index.ts';
import type { Metric } from './exposition.ts';

/** What is counted of these projects; null is all. Counters begin when the deployment does. */
export async function collectMetrics(ctx: Ctx, projectIds: readonly string[] | null): Promise<Metric[]> {
  const counts = await readCacheCounts(ctx.env.DB, projectIds);
  return [
    {
      name: 'breakwater_query_cache_requests_total',
      help: 'Questions of the read side that are kept for a while, by whether a kept answer was found.',
      type: 'counter',
      samples: counts.flatMap(({ projectId: project, operation, hits, misses }) => [
        { labels: { project, operation, result: 'hit' }, value: hits },
        { labels: { project, operation, result: 'miss' }, value: misses },
      ]),
    },
    {
      name: 'breakwater_query_cache_hit_ratio',
      help: 'Share of those questions that a kept answer was found for.',
      type: 'gauge',
      samples: counts.map(({ projectId: project, operation, hits, misses }) => ({
        ...{ labels: { project, operation }, value: hits / (hits + misses) },
      })),
    },
  ];
}
