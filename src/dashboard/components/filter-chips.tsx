import { filterList, LABEL_WORDS, type LabelFilters, noFilters, valueText } from '../lib/label-filters.ts';
import { setParams } from '../state/route.ts';
import { Button } from './button.tsx';
import { Chip } from './chip.tsx';

/** What a page is narrowed to; each can be taken out. */
export function FilterChips({ filters }: { filters: LabelFilters }) {
  const list = filterList(filters);
  if (list.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {list.map(({ label, value }) => (
        <li key={label}>
          <Chip
            word={LABEL_WORDS[label]}
            value={value}
            text={valueText(label, value)}
            onRemove={() => setParams({ [label]: null })}
          />
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
