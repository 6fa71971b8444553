import { Stat } from '../../components/stat.tsx';
import { compact, exact, percent } from '../../lib/format.ts';
import { exactly, inUnit } from '../../lib/units.ts';
import type { MetricReport } from './performance-words.ts';

const TIMES = [
  ['p50Ms', 'Median time (p50)'],
  ['p95Ms', '95 of 100 within (p95)'],
  ['p99Ms', '99 of 100 within (p99)'],
  ['maxMs', 'Slowest'],
] as const;
const NONE = 'none';

/** The figures of all requests; null while loading. */
export function PerformanceStats({ requests }: { requests: MetricReport | null }) {
  const total = requests?.total ?? null;
  const timeline = requests?.timeline ?? [];
  return (
    <section class="stats stats-six" aria-label="Figures">
      <Stat
        label="Requests"
        value={total && compact(total.count)}
        title={total ? exact(total.count) : ''}
        series={timeline.map(({ count }) => count)}
        tone="info"
      />
      <Stat
        label="Failed (5xx)"
        value={total && (total.count === 0 ? NONE : percent(total.errors / total.count))}
        title={total ? exact(total.errors) : ''}
        series={timeline.map(({ errors }) => errors)}
        tone="bad"
      />
      {TIMES.map(([name, label]) => {
        const ms = total?.[name] ?? null;
        return (
          <Stat
            key={name}
            label={label}
            value={total && (ms === null ? NONE : inUnit(ms, 'ms'))}
            title={ms === null ? '' : exactly(ms, 'ms')}
            series={timeline.map((point) => point[name])}
            tone="plain"
          />
        );
      })}
    </section>
  );
}
