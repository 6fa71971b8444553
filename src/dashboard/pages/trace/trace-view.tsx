import { useMemo } from 'preact/hooks';
import type { Trace } from '../../../wire/trace.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Link } from '../../components/link.tsx';
import { RecordDrawer } from '../../components/logs/record-drawer.tsx';
import { Notice } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { plural } from '../../lib/format.ts';
import { quoteValue, toggleTerm } from '../../lib/query-edit.ts';
import { rangeParams } from '../../lib/range.ts';
import { exactLength, spanLength, traceRows } from '../../lib/trace-rows.ts';
import { go, hrefOf } from '../../state/route.ts';
import { useOpenRecord } from '../logs/use-open-record.ts';
import { serviceClass } from './service-class.ts';
import { Waterfall } from './waterfall.tsx';

interface ViewProps {
  project: Project;
  trace: Trace;
  onReload: () => void;
}

/** Room around the trace in a search for its records. */
const MARGIN_MS = 60_000;
/** Named above the waterfall; each row names its own. */
const MAX_SERVICES = 12;

export function TraceView({ project, trace, onReload }: ViewProps) {
  const rows = useMemo(() => traceRows(trace), [trace]);
  const records = useMemo(() => rows.map(({ record }) => record), [rows]);
  const { record, open, close } = useOpenRecord(project.id, records);
  const failed = rows.filter(({ isError }) => isError).length;
  const range = { fromMs: Math.floor(trace.startMs) - MARGIN_MS, toMs: Math.ceil(trace.endMs) + MARGIN_MS };
  const logsOf = (q: string) =>
    hrefOf('/logs', { q, stream: 'all', ...rangeParams({ kind: 'fixed', ...range }) }, 'frame');
  const own = `traceId:${quoteValue(trace.traceId)}`;
  return (
    <div class="trace-page">
      <header class="trace-head">
        <h1>Trace</h1>
        <code class="trace-id">{trace.traceId}</code>
        <CopyButton text={trace.traceId} label="Copy trace id" />
        <p class="trace-facts">
          <strong title={exactLength(trace.endMs - trace.startMs)}>{spanLength(trace.endMs - trace.startMs)}</strong>
          <span>
            <Time ms={trace.startMs} />
          </span>
          <span>{plural(trace.spans.length, 'span')}</span>
          <span>{plural(trace.logs.length, 'log')}</span>
          <span class={failed > 0 ? 'bad' : ''}>{failed > 0 ? plural(failed, 'error') : 'no errors'}</span>
          <Link href={logsOf(own)}>Search its records</Link>
        </p>
      </header>
      <ul class="trace-services" aria-label="Services">
        {trace.services.slice(0, MAX_SERVICES).map(({ service, spans, logs }) => (
          <li key={service} class={serviceClass(trace, service)}>
            <i aria-hidden="true" />
            <bdi class="clip">{service || '(no service)'}</bdi>
            <span class="faint">{spans > 0 ? plural(spans, 'span') : plural(logs, 'log')}</span>
          </li>
        ))}
        {trace.services.length > MAX_SERVICES ? (
          <li class="faint">and {trace.services.length - MAX_SERVICES} more</li>
        ) : null}
      </ul>
      {trace.truncated ? (
        <Notice tone="warn">The trace is larger than one answer: only its first records are here.</Notice>
      ) : null}
      {trace.complete ? null : (
        <Notice
          tone="warn"
          action={
            <Button small onClick={onReload}>
              Try again
            </Button>
          }
        >
          One request may only read so much, and it ended before all of the searched time was read. Some records may be
          missing.
        </Notice>
      )}
      <div class="trace-body">
        <Waterfall trace={trace} rows={rows} active={record?.id ?? null} onOpen={open} />
        {record ? (
          <RecordDrawer
            record={record}
            project={project.id}
            q=""
            onFilter={(field, value, exclude) => go(logsOf(toggleTerm(own, field, value, exclude)))}
            onOpen={open}
            onClose={close}
          />
        ) : null}
      </div>
    </div>
  );
}
