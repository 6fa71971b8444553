import { useState } from 'preact/hooks';
import type { Stream } from '../../wire/record.ts';
import { BROWSER_LABELS, type BrowserLabel } from '../../wire/vitals.ts';
import { getFacets } from '../api/query.ts';
import { LABEL_WORDS, type LabelFilters, valueText } from '../lib/label-filters.ts';
import type { Span } from '../lib/range.ts';
import { setParams } from '../state/route.ts';
import { useResource } from '../state/use-resource.ts';
import { BarList } from './bar-list.tsx';
import { FilterMenu } from './filter-menu.tsx';
import { Failure, Skeleton } from './states.tsx';

interface AddFilterProps {
  project: string;
  /** Whose values are offered. */
  stream: Stream;
  filters: LabelFilters;
  span: Span;
}

const VALUES = 12;

/** The way to a filter by a label: its values with how often they came in the time of the page. */
export function AddFilter(props: AddFilterProps) {
  return <FilterMenu>{(close) => <Values {...props} close={close} />}</FilterMenu>;
}

function Values({ project, stream, filters, span, close }: AddFilterProps & { close: () => void }) {
  const [label, setLabel] = useState<BrowserLabel>(
    BROWSER_LABELS.find((name) => filters[name] === undefined) ?? 'page',
  );
  const field = `attrs.labels.${label}`;
  const { fromMs, toMs } = span;
  const facets = useResource(
    JSON.stringify([project, stream, fromMs, toMs, field]),
    (signal) => getFacets({ project, fromMs, toMs, q: '', stream }, [field], VALUES, signal),
    false,
  );
  const values = facets.data?.facets[0]?.values.filter(({ value }) => value !== '');
  return (
    <div class="add-filter">
      <select
        class="select"
        aria-label="Filter by"
        value={label}
        onChange={(event) => setLabel(event.currentTarget.value as BrowserLabel)}
      >
        {BROWSER_LABELS.map((name) => (
          <option key={name} value={name}>
            {LABEL_WORDS[name]}
          </option>
        ))}
      </select>
      {facets.error ? <Failure line what="Not loaded" error={facets.error} onRetry={facets.reload} /> : null}
      {facets.loading && !values ? <Skeleton rows={6} label="Loading values" /> : null}
      {values?.length === 0 ? <p class="menu-note">No record of this time has this label.</p> : null}
      {values ? (
        <BarList
          entries={values.map(({ value, count }) => ({ value, count, text: valueText(label, value) }))}
          tone="plain"
          onChoose={(value) => {
            setParams({ [label]: value });
            close();
          }}
        />
      ) : null}
    </div>
  );
}
