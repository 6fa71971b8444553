import { useCallback, useMemo } from 'preact/hooks';
import { getFacets, type Scope } from '../../api/query.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { QueryInput } from '../../components/query/query-input.tsx';
import { StreamSelect } from '../../components/query/stream-select.tsx';
import type { QueryFault } from '../../lib/errors.ts';
import { commonAttrs } from '../../lib/flatten.ts';
import { attrField, ENVELOPE_FIELDS, facetName } from '../../lib/query-edit.ts';
import { rangeParams } from '../../lib/range.ts';
import { streamParam } from '../../lib/stream.ts';
import { refresh } from '../../state/range.ts';
import { hrefOf, param, setParams } from '../../state/route.ts';
import { mayExport } from '../../state/session.ts';
import { ExportMenu } from './export-menu.tsx';
import { SavedSearches } from './saved-searches.tsx';
import { SearchStatus } from './search-status.tsx';
import type { SearchControl } from './use-search.ts';

interface ToolbarProps {
  scope: Scope;
  search: SearchControl;
  fault: QueryFault | null;
  onFacets: (() => void) | null;
}

const COMPLETED_ATTRS = 40;
const COMPLETED_VALUES = 20;

export function LogsToolbar({ scope, search, fault, onFacets }: ToolbarProps) {
  const fields = useMemo(
    () => [...ENVELOPE_FIELDS, ...commonAttrs(search.records, COMPLETED_ATTRS).map(attrField)],
    [search.records],
  );
  const loadValues = useCallback(
    async (field: string, signal: AbortSignal) => {
      const name = facetName(field);
      const answer = await getFacets({ ...scope, q: '' }, [name], COMPLETED_VALUES, signal);
      return answer.ok ? (answer.value.facets[0]?.values ?? []) : [];
    },
    [scope],
  );
  const commit = (q: string) => {
    if (q === param('q')) refresh();
    else setParams({ q });
  };
  const wrap = param('wrap') === '1';
  return (
    <>
      <div class="toolbar">
        <StreamSelect value={scope.stream} onChange={(stream) => setParams({ stream: streamParam(stream) })} />
        <QueryInput
          action="Search"
          label="Search logs"
          value={scope.q}
          onCommit={commit}
          fault={fault}
          fields={fields}
          loadValues={loadValues}
        />
      </div>
      <div class="status-line">
        <SearchStatus search={search} fault={fault} />
        <span class="grow" />
        {onFacets ? (
          <Button small kind="quiet" onClick={onFacets}>
            Facets
          </Button>
        ) : null}
        <Button
          small
          kind="quiet"
          icon="wrap"
          label="Wrap lines"
          pressed={wrap}
          onClick={() => setParams({ wrap: wrap ? null : '1' }, 'replace')}
        />
        <CopyButton label="Copy a link to exactly this" text={() => exactLink(scope)} />
        <SavedSearches scope={scope} />
        {mayExport.value ? <ExportMenu scope={scope} /> : null}
      </div>
    </>
  );
}

/** "The last hour" is another hour for whoever opens the link later: pin it. */
function exactLink(scope: Scope): string {
  const pinned = rangeParams({ kind: 'fixed', fromMs: scope.fromMs, toMs: scope.toMs });
  return window.location.origin + hrefOf('/logs', { ...pinned });
}
