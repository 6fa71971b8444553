import type { Archive, ArchiveStatus } from '../../../../wire/archive.ts';
import { isStream, STREAMS } from '../../../../wire/record.ts';
import { listArchives } from '../../../api/archives.ts';
import type { List, Project } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { Choice } from '../../../components/choice.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { SpanMenu } from '../../../components/span-menu.tsx';
import { ownSpanOf } from '../../../lib/own-span.ts';
import { param, place, setParams } from '../../../state/route.ts';
import { usePaged } from '../../../state/use-paged.ts';
import type { Resource } from '../../../state/use-resource.ts';
import { ARCHIVE_COLUMNS } from './archive-columns.tsx';
import { ArchiveDrawer } from './archive-drawer.tsx';
import { NoArchives } from './no-archives.tsx';

const PAGE = 200;
const ROW_PX = { desk: 32, phone: 56 };

/** What lies in R2, the newest day first. The one that is open is in the address. */
export function ArchivesTab({ project, status }: { project: Project; status: Resource<ArchiveStatus> }) {
  const given = param('stream');
  const stream = isStream(given) ? given : null;
  const span = ownSpanOf(place.value.params);
  const openId = param('archive') || null;
  const paged = usePaged<Archive, List<Archive>>(
    JSON.stringify([project.id, stream, span]),
    ({ id }) => id,
    (cursor, signal) => listArchives(project.id, { stream, ...span }, { limit: PAGE, cursor }, signal),
  );
  const isNarrowed = stream !== null || span.sinceMs !== null || span.untilMs !== null;
  return (
    <section class="card list-card" aria-label="Archives">
      <div class="list-filters">
        <Choice
          label="Stream"
          value={stream ?? ''}
          options={[['', 'Any stream'], ...STREAMS.map((name): [string, string] => [name, name])]}
          onChange={(next) => setParams({ stream: next || null, archive: null })}
        />
        <SpanMenu span={span} forget={{ archive: null }} />
        {isNarrowed ? (
          <Button
            small
            kind="quiet"
            icon="close"
            onClick={() => setParams({ stream: null, since: null, until: null, archive: null })}
          >
            Clear
          </Button>
        ) : null}
        <span class="grow" />
        <Button
          small
          kind="quiet"
          icon="refresh"
          label="Refresh"
          onClick={() => {
            paged.reload();
            status.reload();
          }}
        />
      </div>
      <PagedList
        what="archives"
        label="Archives, the newest day first"
        name="archive"
        columns={ARCHIVE_COLUMNS}
        rowPx={ROW_PX}
        rowClass={({ state, verified, failedReads }) =>
          `archive-${verified?.ok === false || failedReads > 0 ? 'damaged' : state}`
        }
        paged={paged}
        openId={openId}
        onOpen={({ id }) => setParams({ archive: id }, openId === null ? 'push' : 'replace')}
        empty={<NoArchives isNarrowed={isNarrowed} status={status.data} />}
        drawer={
          openId === null ? null : (
            <ArchiveDrawer
              key={openId}
              project={project.id}
              id={openId}
              onSeen={(seen) => paged.change((row) => (row.id === seen.id ? { ...row, ...seen } : row))}
            />
          )
        }
      />
    </section>
  );
}
