import { useState } from 'preact/hooks';
import { getTrace } from '../../api/query.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { TextField } from '../../components/field.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { span } from '../../state/range.ts';
import { go, hrefOf, param } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';
import { TraceView } from './trace-view.tsx';

/** Everything that carries one trace id: where did the time go, and what failed? */
export default function TracePage({ project }: { project: Project }) {
  const traceId = param('trace');
  if (traceId === '') {
    return (
      <Empty top icon="search" title="Which trace?">
        <p>Open one from a record that has a trace id, or give the id here.</p>
        <TraceForm />
      </Empty>
    );
  }
  return <OneTrace key={traceId} project={project} traceId={traceId} />;
}

function OneTrace({ project, traceId }: { project: Project; traceId: string }) {
  const around = param('around');
  const aroundMs = around === '' || Number.isNaN(Number(around)) ? null : Number(around);
  // A trace has a time of its own; what the range is good for here is that it changes when somebody refreshes.
  const trace = useResource(JSON.stringify([project.id, traceId, aroundMs, span.value]), (signal) =>
    getTrace(project.id, traceId, aroundMs, signal),
  );
  const { data, error } = trace;
  if (data) return <TraceView project={project} trace={data} onReload={trace.reload} />;
  if (error?.kind === 'problem' && error.status === 404) {
    return (
      <Empty top icon="search" title="Nothing carries this trace id">
        <p>
          No record of the searched time has the trace id <code>{traceId}</code>. Without a time, the last seven days
          are searched; a record that names the trace leads to its time.
        </p>
        <TraceForm />
      </Empty>
    );
  }
  if (error) return <Failure top what="The trace could not be loaded" error={error} onRetry={trace.reload} />;
  return (
    <div class="trace-page">
      <h1 class="visually-hidden">Trace</h1>
      <Skeleton rows={18} label="Loading the trace" />
    </div>
  );
}

function TraceForm() {
  const [id, setId] = useState('');
  return (
    <form
      class="trace-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (id.trim() !== '') go(hrefOf('/traces', { trace: id.trim() }, 'frame'));
      }}
    >
      <TextField label="Trace id" value={id} onInput={setId} autoComplete="off" />
      <Button type="submit" kind="primary" icon="search">
        Show the trace
      </Button>
    </form>
  );
}
