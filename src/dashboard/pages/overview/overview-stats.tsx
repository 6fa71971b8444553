import { Stat } from '../../components/stat.tsx';
import { compact, exact, percent } from '../../lib/format.ts';
import { failuresOf, totalsOf } from '../../lib/levels.ts';
import { trendOf } from '../../lib/trend.ts';
import type { Overview } from './use-overview.ts';

export function OverviewStats({ overview }: { overview: Overview }) {
  const { histogram, before, errorFacets } = overview;
  const buckets = histogram.data?.buckets ?? [];
  const now = histogram.data ? totalsOf(histogram.data) : null;
  const then = before.data?.complete ? totalsOf(before.data) : null;
  const share = now && now.records > 0 ? now.failures / now.records : 0;
  const shareThen = then && then.records > 0 ? then.failures / then.records : null;
  const services = errorFacets.data?.facets[0] ?? null;
  return (
    <div class="stats">
      <Stat
        label="Records"
        value={now ? compact(now.records) : null}
        title={now ? exact(now.records) : ''}
        trend={now && then ? trendOf(now.records, then.records, false, compact) : null}
        series={buckets.map((bucket) => bucket.total)}
        tone="info"
      />
      <Stat
        label="Errors"
        value={now ? compact(now.failures) : null}
        title={now ? `${exact(now.failures)} of level error or fatal` : ''}
        trend={now && then ? trendOf(now.failures, then.failures, true, compact) : null}
        series={buckets.map(failuresOf)}
        tone="bad"
      />
      <Stat
        label="Error share"
        value={now ? percent(share) : null}
        title={exact(share * 100)}
        trend={now && shareThen !== null ? trendOf(share, shareThen, true, percent) : null}
        series={buckets.map((bucket) => (bucket.total > 0 ? failuresOf(bucket) / bucket.total : 0))}
        tone="bad"
      />
      <Stat
        label="Services with errors"
        value={services ? `${services.values.length}${services.other > 0 ? '+' : ''}` : null}
        title={services?.values.map((entry) => entry.value).join(', ') ?? ''}
        trend={
          services?.values[0] ? { text: `most in ${services.values[0].value || '(no service)'}`, tone: 'plain' } : null
        }
        tone="plain"
      />
    </div>
  );
}
