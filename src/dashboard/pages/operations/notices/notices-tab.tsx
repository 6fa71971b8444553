import '../../../styles/jobs.css';
import { useState } from 'preact/hooks';
import type { Notice, NoticeSettingsAnswer } from '../../../../wire/jobs.ts';
import { getNoticeSettings, listNotices } from '../../../api/jobs.ts';
import type { List } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { HeadlineText } from '../../../components/headline-text.tsx';
import type { GridColumn } from '../../../components/list-grid.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { Empty, Failure } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { plural } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { param, setParams } from '../../../state/route.ts';
import { say } from '../../../state/toasts.ts';
import { useLookAgain } from '../../../state/use-look-again.ts';
import { usePaged } from '../../../state/use-paged.ts';
import { useResource } from '../../../state/use-resource.ts';
import { NoticeDrawer } from './notice-drawer.tsx';
import { noticesHeadline, SEVERITY } from './notice-words.ts';
import { SettingsDialog } from './settings-dialog.tsx';

const PAGE = 200;
const ROW_PX = { desk: 32, phone: 56 };
const LOOK_AGAIN_MS = 60_000;

const COLUMNS: readonly GridColumn<Notice>[] = [
  {
    id: 'severity',
    label: 'Severity',
    cell: ({ severity }) => <StatusDot tone={SEVERITY[severity].tone}>{SEVERITY[severity].word}</StatusDot>,
  },
  { id: 'title', label: 'Notice', title: ({ title }) => title, cell: ({ title }) => <bdi>{title}</bdi> },
  { id: 'kind', label: 'Kind', title: ({ kind }) => kind, cell: ({ kind }) => <code>{kind}</code> },
  { id: 'when', label: 'When', cell: ({ atMs }) => <Time ms={atMs} /> },
  {
    id: 'sent',
    label: 'Sent',
    cell: ({ sentAtMs }) => (sentAtMs === null ? <span class="faint">no</span> : <Time ms={sentAtMs} />),
  },
];

const newestOf = ({ items, nextCursor }: List<Notice>) => ({ newest: items, hasMore: nextCursor !== null });

/** What the deployment has to tell its operators, newest first, and who is told. The one that is open is in the address. */
export default function NoticesTab() {
  const settings = useResource('settings', getNoticeSettings);
  const [changed, setChanged] = useState<NoticeSettingsAnswer | null>(null);
  const [choosing, setChoosing] = useState(false);
  const paged = usePaged<Notice, List<Notice>>(
    'notices',
    ({ id }) => id,
    (cursor, signal) => listNotices({ limit: PAGE, cursor }, signal),
  );
  const openId = param('notice') || null;
  const current = changed ?? settings.data;
  // Who has read on is not thrown back to the start.
  useLookAgain((paged.list?.rows.length ?? 0) <= PAGE, paged.first, LOOK_AGAIN_MS, paged.reload);
  const told = current?.destinationIds.length ?? 0;
  return (
    <>
      <div class="answer">
        <HeadlineText
          second
          headline={current && paged.first && noticesHeadline(newestOf(paged.first), told, now())}
          waiting="Notices"
        />
        <div class="answer-actions">
          <Button icon="alerts" disabled={current === null} onClick={() => setChoosing(true)}>
            Who is told
          </Button>
        </div>
      </div>
      {settings.error && current === null ? (
        <Failure line what="Who is told is not known now" error={settings.error} onRetry={settings.reload} />
      ) : null}
      <section class="card list-card" aria-label="Notices of the deployment">
        <div class="list-filters">
          <span class="faint">What the operators of the deployment must hear of</span>
          <span class="grow" />
          <Button small kind="quiet" icon="refresh" label="Refresh" onClick={paged.reload} />
        </div>
        <PagedList
          what="notices"
          label="Notices, newest first"
          name="notice"
          columns={COLUMNS}
          rowPx={ROW_PX}
          rowClass={({ severity }) => `job-${SEVERITY[severity].tone}`}
          paged={paged}
          openId={openId}
          onOpen={({ id }) => setParams({ notice: id }, openId === null ? 'push' : 'replace')}
          empty={
            <Empty icon="check" title="There is nothing to tell">
              <p>
                A job that fails, a deadline, a late archive or a database that fills up is listed here for 400 days.
              </p>
            </Empty>
          }
          drawer={
            openId === null ? null : (
              <NoticeDrawer
                key={openId}
                notice={paged.list === null ? null : paged.list.rows.find(({ id }) => id === openId)}
              />
            )
          }
        />
      </section>
      {choosing && current ? (
        <SettingsDialog
          settings={current}
          onDone={(saved) => {
            setChanged(saved);
            setChoosing(false);
            say(
              saved.destinationIds.length === 0
                ? 'Nobody is told'
                : `Told to ${plural(saved.destinationIds.length, 'destination')}`,
            );
          }}
          onClose={() => setChoosing(false)}
        />
      ) : null}
    </>
  );
}
