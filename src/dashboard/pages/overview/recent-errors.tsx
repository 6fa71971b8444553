import { useCallback, useState } from 'preact/hooks';
import type { LogRecord } from '../../../wire/record.ts';
import type { Scope } from '../../api/query.ts';
import type { LogPage } from '../../api/types.ts';
import { Link } from '../../components/link.tsx';
import { LogList } from '../../components/logs/log-list.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { day } from '../../lib/format.ts';
import { go, hrefOf } from '../../state/route.ts';
import type { Resource } from '../../state/use-resource.ts';
import { ERRORS_Q } from './use-overview.ts';

interface RecentErrorsProps {
  scope: Scope;
  errors: Resource<LogPage>;
  onReading: (reading: boolean) => void;
}

const SKELETON_ROWS = 14;

export function RecentErrors({ scope, errors, onReading }: RecentErrorsProps) {
  const [row, setRow] = useState<string | null>(null);
  const records = errors.data?.records;
  const at = useCallback((index: number): LogRecord => (records ?? [])[index] as LogRecord, [records]);
  const search = { q: ERRORS_Q, stream: 'all' };
  return (
    <section class="card recent" aria-label="Recent errors">
      <header class="card-head">
        <h2>Recent errors</h2>
        <Link href={hrefOf('/logs', search, 'frame')}>All errors</Link>
      </header>
      {errors.error && !records ? <Failure what="Not loaded" error={errors.error} onRetry={errors.reload} /> : null}
      {!records && errors.loading ? <Skeleton rows={SKELETON_ROWS} label="Loading recent errors" /> : null}
      {records?.length === 0 ? (
        <Empty icon="check" title="No errors in this time">
          <p>No record of level error or fatal.</p>
        </Empty>
      ) : null}
      {records && records.length > 0 ? (
        <LogList
          label="Recent errors, newest first"
          count={records.length}
          at={at}
          words={[]}
          wrap={false}
          showDay={day(scope.fromMs) !== day(scope.toMs)}
          active={row}
          onActive={(record) => setRow(record.id)}
          onOpen={(record) => go(hrefOf('/logs', { ...search, record: record.id }, 'frame'))}
          onReading={onReading}
        />
      ) : null}
    </section>
  );
}
