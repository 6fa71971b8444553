import { useMemo } from 'preact/hooks';
import { getFacets, type Scope } from '../../api/query.ts';
import { FacetList } from '../../components/facet-list.tsx';
import { Failure, Skeleton } from '../../components/states.tsx';
import { facetAttrs } from '../../lib/flatten.ts';
import { attrField } from '../../lib/query-edit.ts';
import { useResource } from '../../state/use-resource.ts';
import type { SearchControl } from './use-search.ts';

interface FacetsPanelProps {
  scope: Scope;
  search: SearchControl;
  onFilter: (field: string, value: string, exclude: boolean) => void;
}

/** As many as tell an attribute with few values from one that is new in each record. */
const SAMPLE = 20;
const ATTRS = 6;
const VALUES = 8;
const PREFIX = 'attrs.';

/**
 * Asked for once enough records are here to tell which attributes there are, so that one scan counts everything. The first
 * few of a search that streams in would let amounts and ids pass for facets.
 */
export function FacetsPanel({ scope, search, onFilter }: FacetsPanelProps) {
  const first = search.records[0]?.id ?? null;
  const told = search.records.length >= SAMPLE || !search.running || search.pageCursor !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: pages that are loaded later must not move the facets.
  const attrs = useMemo(
    () => facetAttrs(search.records, ATTRS).map((name) => PREFIX + name),
    [first, scope, search.stale, told],
  );
  const fields = ['level', 'service', ...(scope.stream === null ? ['stream'] : []), ...attrs];
  const ready = !search.stale && first !== null && told;
  const facets = useResource(ready ? JSON.stringify([scope, fields]) : null, (signal) =>
    getFacets(scope, fields, VALUES, signal),
  );
  if (facets.error) return <Failure what="No facets" error={facets.error} onRetry={facets.reload} />;
  if (!facets.data) return facets.loading || search.running ? <Skeleton rows={18} label="Loading facets" /> : null;
  return (
    <div class={facets.loading ? 'is-stale' : ''}>
      {facets.data.complete ? null : <p class="faint">Counted over a part of the range.</p>}
      {facets.data.facets.map((facet) => {
        const title = facet.field.startsWith(PREFIX) ? facet.field.slice(PREFIX.length) : facet.field;
        const field = facet.field.startsWith(PREFIX) ? attrField(title) : facet.field;
        return (
          <FacetList key={facet.field} facet={facet} title={title} field={field} q={scope.q} onFilter={onFilter} />
        );
      })}
    </div>
  );
}
