import type { OperationFilter } from '../../api/operations.ts';
import { Chip } from '../../components/chip.tsx';
import { setParams } from '../../state/route.ts';

/** What the page is narrowed to. */
export function OperationChips({ filter, hint }: { filter: OperationFilter; hint: string }) {
  const chosen = [
    { name: 'gateway', word: 'Gateway', value: filter.gateway },
    { name: 'operation', word: 'Operation', value: filter.operation },
  ].filter(({ value }) => value !== '');
  if (chosen.length === 0 && hint === '') return null;
  return (
    <ul class="chips" aria-label="Filters">
      {chosen.length === 0 ? <li class="faint">{hint}</li> : null}
      {chosen.map(({ name, word, value }) => (
        <li key={name}>
          <Chip word={word} value={value} onRemove={() => setParams({ [name]: null })} />
        </li>
      ))}
    </ul>
  );
}
