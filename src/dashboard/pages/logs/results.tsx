import { useCallback, useMemo, useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import type { Scope } from '../../api/query.ts';
import { Button } from '../../components/button.tsx';
import { LogList } from '../../components/logs/log-list.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../components/states.tsx';
import { asSentence, type QueryFault } from '../../lib/errors.ts';
import { day } from '../../lib/format.ts';
import { highlightWords } from '../../lib/query-tokens.ts';
import { refresh } from '../../state/range.ts';
import { param } from '../../state/route.ts';
import { EmptyResult } from './empty-result.tsx';
import { isWhole } from './search-state.ts';
import type { SearchControl } from './use-search.ts';

interface ResultsProps {
  scope: Scope;
  search: SearchControl;
  fault: QueryFault | null;
  active: string | null;
  onOpen: (record: LogRecord) => void;
}

export function Results({ scope, search, fault, active, onOpen }: ResultsProps) {
  const [row, setRow] = useState<string | null>(null);
  const { records } = search;
  const at = useCallback((index: number): LogRecord => records[index] as LogRecord, [records]);
  const words = useMemo(() => highlightWords(scope.q), [scope.q]);
  const onEnd = useCallback(() => search.complete && search.more(), [search.complete, search.more]);

  if (fault) {
    return (
      <div class="results">
        <Empty icon="search" title="The search cannot be read">
          <p>{asSentence(fault.reason)}</p>
          <p class="faint">
            Try <code>level:error service:api</code>, <code>"exact words"</code>, <code>durationMs:&gt;500</code> or{' '}
            <code>us*</code>, joined with AND, OR, NOT and parentheses.
          </p>
        </Empty>
      </div>
    );
  }
  if (records.length === 0 && search.error) {
    return (
      <div class="results">
        <Failure what="The search failed" error={search.error} onRetry={refresh} />
      </div>
    );
  }
  if (records.length === 0 && search.stopped) {
    return (
      <div class="results">
        <Empty icon="stop" title="Stopped before anything was found">
          <Button onClick={search.resume}>Search again</Button>
        </Empty>
      </div>
    );
  }
  if (records.length === 0 && search.running) {
    return (
      <div class="results">
        <Skeleton rows={24} label="Searching" />
      </div>
    );
  }
  if (records.length === 0 && search.complete) {
    return (
      <div class="results">
        <EmptyResult scope={scope} />
      </div>
    );
  }
  return (
    <section class={`results${search.stale ? ' is-stale' : ''}`} aria-label="Results" aria-busy={search.running}>
      {search.error ? <Failure line what="The search broke off" error={search.error} onRetry={search.resume} /> : null}
      {search.stopped ? (
        <Notice
          tone="warn"
          action={
            <Button small onClick={search.resume}>
              Go on
            </Button>
          }
        >
          You stopped this search: the older end of the range is still unread.
        </Notice>
      ) : null}
      {!search.complete && !search.running ? (
        <Notice
          tone="warn"
          action={
            search.nextCursor ? (
              <Button small onClick={search.more}>
                Search on
              </Button>
            ) : null
          }
        >
          This is a part: one request may only read so much, and the older end of the range is still unread.
        </Notice>
      ) : null}
      <LogList
        label={search.stale ? 'The search before this one' : 'Results, newest first'}
        count={records.length}
        at={at}
        words={words}
        wrap={param('wrap') === '1'}
        showDay={day(scope.fromMs) !== day(scope.toMs)}
        active={active ?? row}
        onActive={(record) => {
          setRow(record.id);
          if (active !== null) onOpen(record);
        }}
        onOpen={(record) => {
          setRow(record.id);
          onOpen(record);
        }}
        onEnd={onEnd}
        footer={<End search={search} />}
      />
    </section>
  );
}

function End({ search }: { search: SearchControl }) {
  if (isWhole(search)) return <p class="list-end">This is everything in the range.</p>;
  if (search.nextCursor === null || !search.complete) return null;
  return (
    <p class="list-end">
      <Button small onClick={search.more}>
        Load more
      </Button>
    </p>
  );
}
