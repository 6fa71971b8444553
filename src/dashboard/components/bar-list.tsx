import type { ComponentChildren } from 'preact';
import { compact, exact } from '../lib/format.ts';

interface Bar {
  value: string;
  count: number;
  /** The value as people say it. */
  text?: string;
  /** In place of the count. */
  shown?: string;
  /** On hover, below the value. */
  title?: string;
  /** Before the count. */
  aside?: ComponentChildren;
}

interface BarListProps {
  entries: readonly Bar[];
  tone: 'bad' | 'plain';
  /** Older than what was asked for. */
  stale?: boolean;
  /** What is counted. */
  what?: string;
  onChoose: (value: string) => void;
}

/** Values with their counts as bars, each leading to its records. */
export function BarList({ entries, tone, stale = false, what = 'records', onChoose }: BarListProps) {
  const top = Math.max(1, ...entries.map((entry) => entry.count));
  return (
    <ul class={`bar-list bar-list-${tone}${stale ? ' is-stale' : ''}`}>
      {entries.map(({ value, count, text = value, shown, title, aside }) => (
        <li key={value}>
          <button
            type="button"
            class="facet-value"
            title={`${text || '(none)'}\n${title ?? `${exact(count)} ${what}`}`}
            disabled={value === ''}
            onClick={() => onChoose(value)}
          >
            <i class="facet-bar" aria-hidden="true" style={{ width: `${(100 * count) / top}%` }} />
            <span class="clip" dir="auto">
              {text || '(none)'}
            </span>
            {aside}
            <span class="num">{shown ?? compact(count)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
