import type { LabelFilters } from '../../api/vitals.ts';
import { Button } from '../../components/button.tsx';
import { Icon } from '../../components/icon.tsx';
import { setParams } from '../../state/route.ts';
import { filterList, noFilters } from './view.ts';
import { LABEL_WORDS, valueText } from './words.ts';

/** What the figures are narrowed to; each can be taken out. */
export function FilterChips({ filters }: { filters: LabelFilters }) {
  const list = filterList(filters);
  if (list.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {list.map(({ label, value }) => (
        <li key={label}>
          <button
            type="button"
            class="chip"
            title={`${LABEL_WORDS[label]}: ${value}. Click to take the filter out`}
            onClick={() => setParams({ [label]: null })}
          >
            <span class="faint">{LABEL_WORDS[label]}</span> <bdi class="clip">{valueText(label, value)}</bdi>
            <span class="visually-hidden"> take out</span>
            <Icon name="close" />
          </button>
        </li>
      ))}
      {list.length > 1 ? (
        <li>
          <Button small kind="quiet" onClick={() => setParams(noFilters())}>
            Clear all
          </Button>
        </li>
      ) : null}
    </ul>
  );
}
