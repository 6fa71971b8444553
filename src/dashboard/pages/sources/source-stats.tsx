import type { Ledger } from '../../api/types.ts';
import { Stat } from '../../components/stat.tsx';
import { compact, exact, plural } from '../../lib/format.ts';
import { countedNow, NOW_MINUTES, type Outcomes } from './outcomes.ts';

const STATS = [
  { name: 'received', label: 'Received', one: 'record', tone: 'info', bad: false },
  { name: 'stored', label: 'Stored', one: 'record', tone: 'info', bad: false },
  { name: 'duplicate', label: 'Duplicate', one: 'record', tone: 'plain', bad: false },
  { name: 'rejected', label: 'Rejected', one: 'record', tone: 'bad', bad: true },
  { name: 'refused', label: 'Refused', one: 'request', tone: 'bad', bad: true },
] as const;

interface SourceStatsProps {
  outcomes: Outcomes | null;
  /** The last hour. */
  current: Ledger | null;
  nowMs: number;
}

/** Sums of the time that is shown, with their course, and what came just now. */
export function SourceStats({ outcomes, current, nowMs }: SourceStatsProps) {
  return (
    <div class="stats stats-five">
      {STATS.map(({ name, label, one, tone, bad }) => {
        const total = outcomes?.totals[name] ?? null;
        const lately = current ? countedNow(current.minutes, name, nowMs) : 0;
        return (
          <Stat
            key={name}
            label={label}
            value={total === null ? null : compact(total)}
            title={total === null ? '' : `${exact(total)} ${one}${total === 1 ? '' : 's'}`}
            trend={{
              text: `${plural(lately, one)} in ${NOW_MINUTES} min`,
              tone: bad && lately > 0 ? 'bad' : 'plain',
            }}
            series={
              outcomes?.buckets.map((bucket) => (name === 'received' ? bucket.received : (bucket.counts[name] ?? 0))) ??
              []
            }
            tone={tone}
          />
        );
      })}
    </div>
  );
}
