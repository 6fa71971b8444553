import type { AuditPage } from '../../../../wire/audit.ts';
import { listAudit } from '../../../api/audit.ts';
import type { List } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { Empty } from '../../../components/states.tsx';
import { exact } from '../../../lib/format.ts';
import { ownSpanOf } from '../../../lib/own-span.ts';
import { projects } from '../../../state/projects.ts';
import { param, place, setParams } from '../../../state/route.ts';
import { usePaged } from '../../../state/use-paged.ts';
import { type EntryRow, entryColumns } from './entry-columns.tsx';
import { EntryDrawer } from './entry-drawer.tsx';
import { FilterBar } from './filter-bar.tsx';
import { filtersOf, NO_FILTERS } from './filters.ts';

const PAGE = 200;
const ROW_PX = { desk: 32, phone: 56 };

type Page = List<EntryRow> & Pick<AuditPage, 'searchedToSeq'>;

/** What was done and what it changed, the newest first. The entry that is open is in the address. */
export function EntriesTab() {
  const { params } = place.value;
  const filters = filtersOf(params);
  const span = ownSpanOf(params);
  const openId = param('entry') || null;
  const names = new Map(projects.value.map(({ id, name }) => [id, name]));
  const paged = usePaged<EntryRow, Page>(
    JSON.stringify([filters, span]),
    ({ id }) => id,
    async (cursor, signal) => {
      const answer = await listAudit(filters, span, { limit: PAGE, cursor }, signal);
      if (!answer.ok) return answer;
      const items = answer.value.items.map((entry) => ({ ...entry, id: String(entry.seq) }));
      return { ...answer, value: { ...answer.value, items } };
    },
  );
  const { list, last, loading } = paged;
  const searchedTo = last?.searchedToSeq ?? null;
  const halted =
    searchedTo === null || list?.cursor === null ? null : (
      <Halted seq={searchedTo} busy={loading} onGoOn={paged.more} />
    );
  const open = openId === null ? undefined : list?.rows.find(({ id }) => id === openId);
  return (
    <section class="card list-card audit-list" aria-label="Entries">
      <FilterBar filters={filters} span={span} projects={names} onRefresh={paged.reload} />
      <PagedList
        what="entries"
        label="Entries of the audit trail, newest first"
        name="entry"
        columns={entryColumns(names)}
        rowPx={ROW_PX}
        rowClass={({ actorKind, kind }) => `entry-${actorKind === 'console' ? 'console' : kind}`}
        paged={paged}
        openId={openId}
        onOpen={({ id }) => setParams({ entry: id }, openId === null ? 'push' : 'replace')}
        halted={halted}
        empty={
          halted === null ? (
            <Empty title="No entry has what the filters ask for">
              <p>All of the trail was looked at.</p>
              <Button onClick={() => setParams(NO_FILTERS)}>Show all entries</Button>
            </Empty>
          ) : (
            <Empty icon="search" title="Nothing found so far">
              {halted}
            </Empty>
          )
        }
        drawer={openId === null ? null : <EntryDrawer key={openId} id={openId} row={open ?? null} projects={names} />}
      />
    </section>
  );
}

interface HaltedProps {
  seq: number;
  busy: boolean;
  onGoOn: () => void;
}

/** A search looks at so many entries at once; how far it came is said, never that there is nothing beyond. */
function Halted({ seq, busy, onGoOn }: HaltedProps) {
  return (
    <p class="audit-halted" role="status">
      <span>Searched back to entry {exact(seq)}. Older ones were not looked at yet.</span>
      <Button small icon="search" busy={busy} onClick={onGoOn}>
        Go on
      </Button>
    </p>
  );
}
