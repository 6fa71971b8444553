import type { ArchiveStatus, WarehouseFile } from '../../../../wire/archive.ts';
import { listWarehouse, warehouseUrl } from '../../../api/archives.ts';
import type { List, Project } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Copyable } from '../../../components/copyable.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import { Icon } from '../../../components/icon.tsx';
import type { GridColumn } from '../../../components/list-grid.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { SpanMenu } from '../../../components/span-menu.tsx';
import { Empty } from '../../../components/states.tsx';
import { Time } from '../../../components/time.tsx';
import { bytes, compact, exact } from '../../../lib/format.ts';
import { ownSpanOf } from '../../../lib/own-span.ts';
import { param, place, setParams } from '../../../state/route.ts';
import { mayExport } from '../../../state/session.ts';
import { usePaged } from '../../../state/use-paged.ts';
import type { Resource } from '../../../state/use-resource.ts';
import { warehouseCommands } from '../list/read-commands.ts';

const PAGE = 200;
const ROW_PX = { desk: 32, phone: 32 };

type Row = WarehouseFile & { id: string };

const COLUMNS: readonly GridColumn<Row>[] = [
  { id: 'day', label: 'Day', cell: ({ day }) => day },
  { id: 'stream', label: 'Stream', cell: ({ stream }) => stream },
  {
    id: 'records',
    label: 'Records',
    numeric: true,
    title: ({ records }) => `${exact(records)} records`,
    cell: ({ records }) => compact(records),
  },
  {
    id: 'bytes',
    label: 'Size',
    numeric: true,
    title: (file) => `${exact(file.bytes)} bytes`,
    cell: (file) => bytes(file.bytes),
  },
  { id: 'written', label: 'Written', cell: ({ writtenAtMs }) => <Time ms={writtenAtMs} /> },
];

const close = () => setParams({ file: null }, 'replace');

/** Parquet files by day and stream, for tools that compute over years. */
export function WarehouseTab({ project, status }: { project: Project; status: Resource<ArchiveStatus> }) {
  const span = ownSpanOf(place.value.params);
  const openId = param('file') || null;
  const paged = usePaged<Row, List<Row>>(
    JSON.stringify([project.id, span]),
    ({ id }) => id,
    async (cursor, signal) => {
      const answer = await listWarehouse(project.id, span, { limit: PAGE, cursor }, signal);
      if (!answer.ok) return answer;
      const items = answer.value.items.map((file) => ({ ...file, id: `${file.day}-${file.stream}` }));
      return { ...answer, value: { ...answer.value, items } };
    },
  );
  const open = openId === null ? undefined : paged.list?.rows.find(({ id }) => id === openId);
  const isNarrowed = span.sinceMs !== null || span.untilMs !== null;
  const isOn = status.data?.settings.warehouse ?? false;
  return (
    <section class="card list-card" aria-label="Warehouse files">
      <div class="list-filters">
        <SpanMenu span={span} forget={{ file: null }} />
        <span class="grow" />
        <Button small kind="quiet" icon="refresh" label="Refresh" onClick={paged.reload} />
      </div>
      <PagedList
        what="files"
        label="Parquet files, the newest day first"
        name="warehouse"
        columns={COLUMNS}
        rowPx={ROW_PX}
        rowClass={() => 'archive-current'}
        paged={paged}
        openId={openId}
        onOpen={({ id }) => setParams({ file: id }, openId === null ? 'push' : 'replace')}
        empty={
          <Empty icon="archives" title={isNarrowed ? 'No file of this time' : 'There are no Parquet files'}>
            <p>
              {isOn
                ? 'A file is written for each day and stream when its archives are.'
                : 'They are written once the settings of the archive say so: one for each day and stream, beside the archives.'}
            </p>
            {isNarrowed ? (
              <Button onClick={() => setParams({ since: null, until: null })}>Show all files</Button>
            ) : null}
          </Empty>
        }
        drawer={open ? <FileDrawer project={project.id} file={open} /> : null}
      />
    </section>
  );
}

function FileDrawer({ project, file }: { project: string; file: Row }) {
  return (
    <Drawer
      label="Parquet file"
      onClose={close}
      head={
        <strong class="clip">
          {file.day} {file.stream}
        </strong>
      }
    >
      <dl class="drawer-times">
        <dt>Records</dt>
        <dd>{exact(file.records)}</dd>
        <dt>Size</dt>
        <dd title={`${exact(file.bytes)} bytes`}>{bytes(file.bytes)}</dd>
        <dt>Key</dt>
        <dd>
          <Copyable text={file.key} label="the key" />
        </dd>
        <dt>Written</dt>
        <dd>
          <Time ms={file.writtenAtMs} />
        </dd>
      </dl>
      {mayExport.value ? (
        <div class="archive-buttons">
          <a class="button button-plain button-small" href={warehouseUrl(project, file)} download>
            <Icon name="download" />
            <span>Download</span>
          </a>
        </div>
      ) : null}
      {warehouseCommands(file, project).map(({ label, code }) => (
        <div key={label} class="archive-command">
          <span class="faint">{label}</span>
          <CodeBlock label={`${label} command`} code={code} />
        </div>
      ))}
    </Drawer>
  );
}
