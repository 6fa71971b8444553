import { useMemo, useState } from 'preact/hooks';
import { listSessions } from '../../api/sessions.ts';
import type { Project } from '../../api/types.ts';
import { SearchField } from '../../components/search-field.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { asSentence, queryFault } from '../../lib/errors.ts';
import { sessionHref } from '../../state/error-link.ts';
import { span } from '../../state/range.ts';
import { go, param, setParams } from '../../state/route.ts';
import { useLiveRefresh } from '../../state/use-live-refresh.ts';
import { useResource } from '../../state/use-resource.ts';
import { ErrorsTabs } from '../errors/errors-tabs.tsx';
import { NoSessions } from './no-sessions.tsx';
import { SessionGrid } from './session-grid.tsx';

/** As many as one answer holds. */
const MOST = 200;

/** Whose visit went wrong? The newest first. */
export function SessionListPage({ project }: { project: Project }) {
  const { fromMs, toMs } = span.value;
  const period = useMemo(() => ({ fromMs, toMs }), [fromMs, toMs]);
  const q = param('q').trim();
  const sessions = useResource(JSON.stringify([project.id, period, q]), (signal) =>
    listSessions(project.id, period, q, MOST, signal),
  );
  const [reading, setReading] = useState(false);
  const { data, error, loading } = sessions;
  const fault = queryFault(error);
  useLiveRefresh(reading, error !== null);
  return (
    <div class="list-page">
      <h1 class="visually-hidden">Sessions</h1>
      <ErrorsTabs />
      <div class="list-toolbar">
        <SearchField
          label="Search sessions"
          placeholder="As in Logs, such as userId:ada"
          value={q}
          onSearch={(text) => setParams({ q: text === '' ? null : text })}
        />
      </div>
      <div class="logs-body list-body">
        <section class={`results${loading && data ? ' is-stale' : ''}`} aria-label="Sessions" aria-busy={loading}>
          {error && data && !fault ? <Failure line what="Not updated" error={error} onRetry={sessions.reload} /> : null}
          {data?.complete === false ? (
            <Notice tone="warn">
              One request may only read so much: these are the sessions since <Time ms={data.countedFromMs} />.
            </Notice>
          ) : null}
          {fault ? (
            <Empty icon="search" title="The search cannot be read">
              <p>{asSentence(fault.reason)}</p>
              <p class="faint">
                Sessions are found by their records. Try <code>userId:ada</code>, <code>labels.page:/cart</code>,{' '}
                <code>stream:errors</code> or <code>"exact words"</code>.
              </p>
            </Empty>
          ) : data === null ? (
            error ? (
              <Failure what="The sessions could not be loaded" error={error} onRetry={sessions.reload} />
            ) : (
              <Skeleton rows={24} label="Loading sessions" />
            )
          ) : data.items.length === 0 ? (
            <NoSessions project={project.id} q={q} />
          ) : (
            <SessionGrid
              sessions={data.items}
              onOpen={({ id, lastMs }) => go(sessionHref(id, lastMs))}
              onReading={setReading}
              footer={
                <p class="list-end">
                  {data.items.length >= MOST
                    ? `The newest ${MOST}. Choose a shorter time, or search, for others.`
                    : 'These are all sessions of this time.'}
                </p>
              }
            />
          )}
        </section>
      </div>
    </div>
  );
}
