import type { Facet } from '../api/types.ts';
import { compact, exact } from '../lib/format.ts';
import { termState } from '../lib/query-edit.ts';
import { Button } from './button.tsx';

interface FacetListProps {
  facet: Facet;
  title: string;
  /** The field as the search names it. */
  field: string;
  q: string;
  onFilter: (field: string, value: string, exclude: boolean) => void;
}

/** Values of one field with their share as a bar; each can be asked for or left out. */
export function FacetList({ facet, title, field, q, onFilter }: FacetListProps) {
  const all = facet.values.reduce((sum, entry) => sum + entry.count, 0) + facet.other + facet.missing;
  return (
    <section class="facet" aria-label={`Values of ${title}`}>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <ul>
        {facet.values.map(({ value, count }) => {
          const state = termState(q, field, value);
          const shown = value === '' ? '(empty)' : value;
          return (
            <li key={value} class={state === 'absent' ? '' : `facet-${state}`}>
              <button
                type="button"
                class="facet-value"
                aria-pressed={state === 'included'}
                disabled={value === ''}
                title={`${shown}\n${exact(count)} records`}
                onClick={() => onFilter(field, value, false)}
              >
                <i class="facet-bar" aria-hidden="true" style={{ width: `${(100 * count) / Math.max(1, all)}%` }} />
                <span class={`clip${field === 'level' ? ` level-${value}` : ''}`} dir="auto">
                  {shown}
                </span>
                <span class="num">{compact(count)}</span>
              </button>
              {value === '' ? null : (
                <Button
                  small
                  kind="quiet"
                  icon="minus"
                  label={`Leave out ${title} ${value}`}
                  pressed={state === 'excluded'}
                  onClick={() => onFilter(field, value, true)}
                />
              )}
            </li>
          );
        })}
      </ul>
      {facet.values.length === 0 && facet.missing === 0 ? <p class="faint">No values</p> : null}
      <Rest count={facet.other} word="other values" />
      <Rest count={facet.missing} word="without it" />
      {facet.truncated ? <p class="faint">Too many values to tell all apart: these counts may be low.</p> : null}
    </section>
  );
}

function Rest({ count, word }: { count: number; word: string }) {
  if (count === 0) return null;
  return (
    <p class="facet-rest" title={exact(count)}>
      <span>{word}</span>
      <span class="num">{compact(count)}</span>
    </p>
  );
}
