import { useCallback, useMemo, useState } from 'preact/hooks';
import type { Level, LogRecord } from '../../../wire/record.ts';
import type { ApiError } from '../../api/http.ts';
import type { Scope } from '../../api/query.ts';
import { getHistogram } from '../../api/query.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { LevelChart } from '../../components/chart/level-chart.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { RecordDrawer } from '../../components/logs/record-drawer.tsx';
import { Failure, Notice } from '../../components/states.tsx';
import { NARROW, PHONE, useMedia } from '../../components/use-media.ts';
import { queryFault } from '../../lib/errors.ts';
import { toggleTerm } from '../../lib/query-edit.ts';
import { streamOf } from '../../lib/stream.ts';
import { setRange, span } from '../../state/range.ts';
import { param, setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { FacetsPanel } from './facets-panel.tsx';
import { LogsToolbar } from './logs-toolbar.tsx';
import { Results } from './results.tsx';
import { useOpenRecord } from './use-open-record.ts';
import { useSearch } from './use-search.ts';

const CHART_PX = 112;
const PHONE_CHART_PX = 72;
const BUCKETS = 90;

export function LogsPage({ project }: { project: Project }) {
  const q = param('q');
  const streamText = param('stream');
  const { fromMs, toMs } = span.value;
  const scope = useMemo<Scope>(
    () => ({ project: project.id, fromMs, toMs, q, stream: streamOf(streamText) }),
    [project.id, fromMs, toMs, q, streamText],
  );
  const search = useSearch(scope);
  const fault = queryFault(search.error);
  const histogram = useResource(JSON.stringify(scope), (signal) => getHistogram(scope, BUCKETS, signal));
  const [facetsOpen, setFacetsOpen] = useState(false);
  const narrow = useMedia(NARROW);
  const phone = useMedia(PHONE);
  const { record, error, retry, open, close } = useOpenRecord(project.id, search.records);

  const filter = useCallback(
    (field: string, value: string, exclude: boolean) => setParams({ q: toggleTerm(param('q'), field, value, exclude) }),
    [],
  );
  const facets = <FacetsPanel scope={scope} search={search} onFilter={filter} />;
  return (
    <div class="logs-page">
      <h1 class="visually-hidden">Logs</h1>
      <LogsToolbar scope={scope} search={search} fault={fault} onFacets={narrow ? () => setFacetsOpen(true) : null} />
      <LevelChart
        histogram={fault ? null : histogram.data}
        fromMs={fromMs}
        toMs={toMs}
        heightPx={phone ? PHONE_CHART_PX : CHART_PX}
        loading={histogram.loading}
        onRetry={histogram.error && !fault ? histogram.reload : null}
        onLevel={(level: Level) => filter('level', level, false)}
        onZoom={(from, to) => setRange({ kind: 'fixed', fromMs: from, toMs: to })}
      />
      <div class="logs-body">
        {narrow ? null : (
          <aside class="logs-facets" aria-label="Facets">
            {facets}
          </aside>
        )}
        <Results scope={scope} search={search} fault={fault} active={record?.id ?? null} onOpen={open} />
        {error ? <RecordMissing error={error} onRetry={retry} onClose={close} /> : null}
        {record ? (
          <RecordDrawer
            record={record}
            project={project.id}
            q={q}
            onFilter={filter}
            onOpen={(other: LogRecord) => open(other)}
            onClose={close}
          />
        ) : null}
      </div>
      {narrow && facetsOpen ? (
        <Dialog title="Facets" onClose={() => setFacetsOpen(false)}>
          {facets}
        </Dialog>
      ) : null}
    </div>
  );
}

/** A shared link may be older than the record, or of another project. */
function RecordMissing({ error, onRetry, onClose }: { error: ApiError; onRetry: () => void; onClose: () => void }) {
  return (
    <div class="list-notices">
      {error.kind === 'problem' && error.status === 404 ? (
        <Notice
          tone="warn"
          action={
            <Button small onClick={onClose}>
              Close
            </Button>
          }
        >
          The record that this link names is not in this project, or not any more.
        </Notice>
      ) : (
        <Failure line what="The record of this link could not be loaded" error={error} onRetry={onRetry} />
      )}
    </div>
  );
}
