import type { ArchiveStatus } from '../../../../wire/archive.ts';
import { Button } from '../../../components/button.tsx';
import { Empty } from '../../../components/states.tsx';
import { plural } from '../../../lib/format.ts';
import { setParams } from '../../../state/route.ts';
import { days } from '../archive-words.ts';

/** Nothing to list: why, and what would be listed. */
export function NoArchives({ isNarrowed, status }: { isNarrowed: boolean; status: ArchiveStatus | null }) {
  if (isNarrowed && status?.archives !== 0) {
    return (
      <Empty title="No archive has what the filters ask for">
        {status?.oldestDay ? (
          <p>
            There are {plural(status.archives, 'archive')}, from {status.oldestDay} to {status.newestDay}.
          </p>
        ) : null}
        <Button onClick={() => setParams({ stream: null, since: null, until: null })}>Show all archives</Button>
      </Empty>
    );
  }
  const hotDays = status?.hotDaysInForce ?? null;
  return (
    <Empty icon="archives" title="Nothing is archived yet">
      <p>
        {hotDays === null ? 'Records' : `Records that are ${days(hotDays)} old`} move from the database to R2 by
        themselves. There they are kept as gzip NDJSON that zcat, DuckDB and ClickHouse read, and searches find them as
        before.
      </p>
      {status && status.due > 0 ? <p>{plural(status.due, 'block')} will move within hours.</p> : null}
    </Empty>
  );
}
