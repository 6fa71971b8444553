import type { SchemaChange } from '../../../../wire/audit.ts';
import { listSchemaChanges } from '../../../api/audit.ts';
import type { List } from '../../../api/types.ts';
import { Diff } from '../../../components/diff.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import type { GridColumn } from '../../../components/list-grid.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { Empty, Notice } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { param, setParams } from '../../../state/route.ts';
import { usePaged } from '../../../state/use-paged.ts';

const PAGE = 200;
const ROW_PX = { desk: 32, phone: 56 };

const CHANGE_WORDS: Record<SchemaChange['change'], string> = {
  added: 'Added',
  changed: 'Changed',
  removed: 'Removed',
  made_again: 'Made again',
};

const COLUMNS: readonly GridColumn<SchemaChange>[] = [
  { id: 'time', label: 'Seen', cell: ({ foundAtMs }) => <Time ms={foundAtMs} /> },
  { id: 'change', label: 'Change', cell: ({ change }) => CHANGE_WORDS[change] },
  { id: 'type', label: 'What', cell: ({ type }) => type },
  { id: 'name', label: 'Name', title: ({ name }) => name, cell: ({ name }) => <code>{name}</code> },
  {
    id: 'migration',
    label: 'By',
    title: ({ migration }) => migration ?? 'No migration was applied since the last look',
    cell: ({ migration }) =>
      migration === null ? <StatusDot tone="bad">No migration</StatusDot> : <code>{migration}</code>,
  },
];

/** Tables, indexes and triggers that came, changed or went, and whether a migration did it. */
export function SchemaTab() {
  const openId = param('change') || null;
  const paged = usePaged<SchemaChange, List<SchemaChange>>(
    'schema changes',
    ({ id }) => id,
    (cursor, signal) => listSchemaChanges({ limit: PAGE, cursor }, signal),
  );
  const open = openId === null ? undefined : paged.list?.rows.find(({ id }) => id === openId);
  return (
    <section class="card list-card audit-list" aria-label="Schema changes">
      <PagedList
        what="schema changes"
        label="Changes of tables, indexes and triggers, newest first"
        name="schema"
        columns={COLUMNS}
        rowPx={ROW_PX}
        rowClass={({ migration }) => `entry-${migration === null ? 'console' : 'change'}`}
        paged={paged}
        openId={openId}
        onOpen={({ id }) => setParams({ change: id }, openId === null ? 'push' : 'replace')}
        empty={
          <Empty icon="check" title="Nothing has changed">
            <p>Since the first look, no table, index or trigger was added, changed or removed.</p>
          </Empty>
        }
        drawer={open ? <ChangeDrawer change={open} /> : null}
      />
    </section>
  );
}

function ChangeDrawer({ change }: { change: SchemaChange }) {
  const sql = (text: string | null) => (text === null ? null : { sql: text });
  return (
    <Drawer
      label="Schema change"
      onClose={() => setParams({ change: null }, 'replace')}
      head={
        <strong class="clip">
          {CHANGE_WORDS[change.change]}: {change.type} {change.name}
        </strong>
      }
    >
      {change.migration === null ? (
        <Notice tone="bad">No migration was applied since the last look: somebody changed it by hand.</Notice>
      ) : null}
      <dl class="drawer-times">
        <dt>Seen</dt>
        <dd>
          <Time ms={change.foundAtMs} />
        </dd>
        <dt>Migration</dt>
        <dd>{change.migration === null ? <span class="faint">none</span> : <code>{change.migration}</code>}</dd>
      </dl>
      {change.oldSql === null && change.newSql === null ? (
        <p class="faint">It has no text of its own, as an index that belongs to a table.</p>
      ) : (
        <Diff label={`SQL of ${change.name}`} before={sql(change.oldSql)} after={sql(change.newSql)} />
      )}
    </Drawer>
  );
}
