import { compact, exact } from '../lib/format.ts';

interface BarListProps {
  entries: readonly { value: string; count: number }[];
  tone: 'bad' | 'plain';
  /** What is counted. */
  what?: string;
  onChoose: (value: string) => void;
}

/** Values with their counts as bars, each leading to its records. */
export function BarList({ entries, tone, what = 'records', onChoose }: BarListProps) {
  const top = Math.max(1, ...entries.map((entry) => entry.count));
  return (
    <ul class={`bar-list bar-list-${tone}`}>
      {entries.map(({ value, count }) => (
        <li key={value}>
          <button
            type="button"
            class="facet-value"
            title={`${value || '(none)'}\n${exact(count)} ${what}`}
            disabled={value === ''}
            onClick={() => onChoose(value)}
          >
            <i class="facet-bar" aria-hidden="true" style={{ width: `${(100 * count) / top}%` }} />
            <span class="clip" dir="auto">
              {value || '(none)'}
            </span>
            <span class="num">{compact(count)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
