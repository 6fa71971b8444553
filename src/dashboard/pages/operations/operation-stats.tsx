import type { OperationHistory, OperationMetrics } from '../../../wire/operations.ts';
import { Stat } from '../../components/stat.tsx';
import { compact, exact, percent } from '../../lib/format.ts';
import { exactly, inUnit } from '../../lib/units.ts';
import { countTrend, rateTrend, timeTrend } from './changes.ts';

interface OperationStatsProps {
  /** null while loading. */
  metrics: OperationMetrics | null;
  /** null while loading. */
  history: OperationHistory | null;
}

const TIMES = [
  ['p50Ms', 'Median time (p50)'],
  ['p95Ms', '95 of 100 within (p95)'],
  ['p99Ms', '99 of 100 within (p99)'],
] as const;
const NONE = 'none';

/** The figures of the time, against as many hours before. */
export function OperationStats({ metrics, history }: OperationStatsProps) {
  const total = metrics?.total ?? null;
  const before = metrics?.previous ?? null;
  const hours = history?.items ?? [];
  const rate = total?.successRate ?? null;
  return (
    <div class="stats stats-six">
      <Stat
        label="Operations"
        value={total && compact(total.count)}
        {...(total && before ? { title: exact(total.count), trend: countTrend(total, before, 'count') } : {})}
        series={hours.map(({ count }) => count)}
        tone="info"
      />
      <Stat
        label="Success rate"
        value={total && (rate === null ? NONE : percent(rate))}
        {...(rate === null ? {} : { title: `${exact(rate * 100)} %` })}
        trend={rateTrend(rate, before?.successRate ?? null)}
        series={hours.map(({ successRate }) => successRate)}
        tone="info"
      />
      <Stat
        label="Failed"
        value={total && compact(total.failed)}
        {...(total && before ? { title: exact(total.failed), trend: countTrend(total, before, 'failed') } : {})}
        series={hours.map(({ failed }) => failed)}
        tone="bad"
      />
      {TIMES.map(([name, label]) => {
        const ms = total?.[name] ?? null;
        return (
          <Stat
            key={name}
            label={label}
            value={total && (ms === null ? NONE : inUnit(ms, 'ms'))}
            {...(ms === null ? {} : { title: exactly(ms, 'ms') })}
            trend={timeTrend(ms, before?.[name] ?? null)}
            series={hours.map((hour) => hour[name])}
            tone="plain"
          />
        );
      })}
    </div>
  );
}
