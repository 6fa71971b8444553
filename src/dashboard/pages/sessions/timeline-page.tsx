import { useEffect, useMemo } from 'preact/hooks';
import type { SessionTimeline } from '../../../wire/error-groups.ts';
import type { LogRecord } from '../../../wire/record.ts';
import { getSession } from '../../api/sessions.ts';
import type { Project } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { Link } from '../../components/link.tsx';
import { RecordDrawer } from '../../components/logs/record-drawer.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../components/states.tsx';
import { quoteValue, toggleTerm } from '../../lib/query-edit.ts';
import { parseTime, rangeParams, type Span } from '../../lib/range.ts';
import { timelineRows } from '../../lib/session-timeline.ts';
import { setRange, span } from '../../state/range.ts';
import { go, hrefOf, param, setParams } from '../../state/route.ts';
import { usePaged } from '../../state/use-paged.ts';
import { useOpenRecord } from '../logs/use-open-record.ts';
import { hiddenParam, hiddenStreams } from './hidden-streams.ts';
import { SessionFacts } from './session-facts.tsx';
import { StreamSwitches } from './stream-switches.tsx';
import { Timeline } from './timeline.tsx';

const PAGE = 200;
const DAY_MS = 86_400_000;
const NO_RECORDS: readonly LogRecord[] = [];

/** A session has a time of its own: a link knows one of its records, else the time of the top bar is searched. */
function timeOf(around: string, chosen: Span): Span {
  const ms = parseTime(around);
  return ms === null ? chosen : { fromMs: ms - DAY_MS, toMs: ms + DAY_MS };
}

/** All that one visit left, in order: what happened before it went wrong? */
export function TimelinePage({ project, id }: { project: Project; id: string }) {
  const { fromMs, toMs } = span.value;
  const around = param('around');
  const period = useMemo(() => timeOf(around, { fromMs, toMs }), [around, fromMs, toMs]);
  const session = usePaged<LogRecord, SessionTimeline>(
    JSON.stringify([project.id, id, period]),
    (record) => record.id,
    (cursor, signal) => getSession(project.id, id, period, { limit: PAGE, cursor }, signal),
    JSON.stringify([project.id, id]),
  );
  const { first, list, error, loading } = session;
  const hide = param('hide');
  const hidden = useMemo(() => hiddenStreams(hide), [hide]);
  const records = list?.rows ?? NO_RECORDS;
  const rows = useMemo(() => timelineRows(records, first?.firstMs ?? 0, hidden), [records, first, hidden]);
  // Pages of which nothing is shown are read past.
  const looking = list !== null && rows.length === 0 && list.cursor !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: one step for each page; more() is another function each time and does the same.
  useEffect(() => {
    if (looking && !loading && !error) session.more();
  }, [looking, loading, error, list]);
  const { record, error: recordError, retry, open, close } = useOpenRecord(project.id, records);
  const own = `sessionId:${quoteValue(id)}`;
  const logsOf = (q: string) =>
    hrefOf('/logs', { q, stream: 'all', ...rangeParams({ kind: 'fixed', ...period }) }, 'frame');
  const isMissing =
    (error?.kind === 'problem' && error.status === 404) ||
    (first !== null && list?.rows.length === 0 && list.cursor === null);
  if (isMissing) return <NoSession id={id} isWhole={list?.complete !== false} />;
  if (first === null && error) {
    return <Failure top what="The session could not be loaded" error={error} onRetry={session.reload} />;
  }
  return (
    <div class="list-page session-page">
      <SessionFacts id={id} session={first} logsHref={logsOf(own)} />
      <StreamSwitches
        records={records}
        isWhole={list?.cursor === null}
        hidden={hidden}
        onChange={(next) => setParams({ hide: hiddenParam(next) }, 'replace')}
      />
      <div class="logs-body list-body">
        <section class={`results${loading && first ? ' is-stale' : ''}`} aria-label="Timeline" aria-busy={loading}>
          {error && first ? (
            <Failure line what="The rest could not be loaded" error={error} onRetry={session.retry} />
          ) : null}
          {list?.complete === false ? (
            <Notice tone="warn">
              One request may only read so much, and it ended before all of the searched time was read. Records may be
              missing.
            </Notice>
          ) : null}
          {recordError ? (
            <Failure line what="The record of this link could not be loaded" error={recordError} onRetry={retry} />
          ) : null}
          {list === null ? (
            <Skeleton rows={24} label="Loading the session" />
          ) : looking && error ? null : looking ? (
            <Skeleton rows={24} label="Looking for records that are not hidden" />
          ) : rows.length === 0 ? (
            <Empty icon="filter" title="Every stream of the session is hidden">
              <Button onClick={() => setParams({ hide: null })}>Show all</Button>
            </Empty>
          ) : (
            <Timeline
              rows={rows}
              active={record?.id ?? null}
              onOpen={open}
              {...(error ? {} : { onEnd: session.more })}
              footer={list.cursor === null ? <p class="list-end">The end of the session.</p> : null}
            />
          )}
        </section>
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

function NoSession({ id, isWhole }: { id: string; isWhole: boolean }) {
  const isWide = param('around') === '' && param('range') === '30d';
  return (
    <Empty top icon="search" title="Nothing of this session in this time">
      <p>
        {isWhole
          ? 'No record of the searched time has'
          : 'Of the searched time not all could be read: no record of what was has'}{' '}
        the session id <code>{id}</code>.
      </p>
      {isWide ? null : (
        <Button
          kind="primary"
          onClick={() => {
            setParams({ around: null }, 'replace');
            setRange({ kind: 'preset', id: '30d' });
          }}
        >
          Search the last 30 days
        </Button>
      )}
      <Link href={hrefOf('/sessions', {}, 'frame')}>All sessions</Link>
    </Empty>
  );
}
