import type { Notice } from '../../../../wire/jobs.ts';
import { Button } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import { Link } from '../../../components/link.tsx';
import { Empty, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { setParams } from '../../../state/route.ts';
import { detailName, SEVERITY } from './notice-words.ts';

const close = () => setParams({ notice: null }, 'replace');

/** `notice` is null while the list is loading, undefined where what is loaded of it has none of this id. */
export function NoticeDrawer({ notice }: { notice: Notice | null | undefined }) {
  return (
    <Drawer
      label="Notice"
      onClose={close}
      head={
        notice ? (
          <>
            <StatusDot tone={SEVERITY[notice.severity].tone}>{SEVERITY[notice.severity].word}</StatusDot>
            <strong class="clip">
              <bdi>{notice.title}</bdi>
            </strong>
            <CopyButton text={() => JSON.stringify(notice, null, 2)} label="Copy notice as JSON" />
          </>
        ) : (
          <strong class="clip">Notice</strong>
        )
      }
    >
      {notice ? (
        <Details notice={notice} />
      ) : notice === null ? (
        <Skeleton rows={8} label="Loading the notice" />
      ) : (
        <Empty title="This notice is not among the newest">
          <p>Read the list further back, or close this.</p>
          <Button onClick={close}>Close</Button>
        </Empty>
      )}
    </Drawer>
  );
}

function Details({ notice }: { notice: Notice }) {
  const { title, kind, atMs, sentAtMs, detail, path } = notice;
  return (
    <>
      <p class="job-description">
        <bdi>{title}</bdi>
      </p>
      <dl class="drawer-times">
        <dt>Kind</dt>
        <dd>
          <code>{kind}</code>
        </dd>
        <dt>When</dt>
        <dd>
          <Time ms={atMs} />
        </dd>
        <dt>Sent</dt>
        <dd>{sentAtMs === null ? 'not to every destination' : <Time ms={sentAtMs} />}</dd>
        {Object.entries(detail).flatMap(([name, value]) => [
          <dt key={`${name} name`}>{detailName(name)}</dt>,
          <dd key={name}>
            <bdi>{value === null ? '–' : String(value)}</bdi>
          </dd>,
        ])}
      </dl>
      {path === null ? null : (
        <p>
          <Link href={path}>See where it came from</Link>
        </p>
      )}
    </>
  );
}
