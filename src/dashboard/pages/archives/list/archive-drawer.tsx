import { useEffect, useState } from 'preact/hooks';
import type { ArchiveCheck, ArchiveDetail } from '../../../../wire/archive.ts';
import { archiveUrl, getArchive, verifyArchive } from '../../../api/archives.ts';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Copyable } from '../../../components/copyable.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { bytes, exact, percent, plural } from '../../../lib/format.ts';
import { now } from '../../../state/clock.ts';
import { mayDecide } from '../../../state/roles.ts';
import { setParams } from '../../../state/route.ts';
import { isAdmin, mayExport } from '../../../state/session.ts';
import { sayError } from '../../../state/toasts.ts';
import { useResource } from '../../../state/use-resource.ts';
import { CheckResult } from '../actions/check-result.tsx';
import { RestoreDialog } from '../actions/restore-dialog.tsx';
import { batchOf, expiryWords, placeWords, ratioOf } from '../archive-words.ts';
import { ManifestView } from './manifest-view.tsx';
import { archiveCommands } from './read-commands.ts';

interface ArchiveDrawerProps {
  project: string;
  id: string;
  /** Told of every answer: the row beside it may say less. */
  onSeen: (archive: ArchiveDetail) => void;
}

const close = () => setParams({ archive: null }, 'replace');

/** The archive that the address names: what it holds, whether it is what was written, and how to read it. */
export function ArchiveDrawer({ project, id, onSeen }: ArchiveDrawerProps) {
  const { data, error, reload } = useResource(`${project} ${id}`, (signal) => getArchive(project, id, signal));
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for every answer.
  useEffect(() => {
    if (data !== null) onSeen(data);
  }, [data]);
  const isMissing = error?.kind === 'problem' && error.status === 404;
  return (
    <Drawer
      label="Archive"
      onClose={close}
      head={data ? <Head archive={data} /> : <strong class="clip">Archive</strong>}
    >
      {data ? (
        <>
          {error ? <Failure line what="Not updated" error={error} onRetry={reload} /> : null}
          <Details project={project} archive={data} onChanged={reload} />
        </>
      ) : isMissing ? (
        <Empty title="There is no such archive">
          <p>Retention or an erasure may have replaced it.</p>
          <Button onClick={close}>Close</Button>
        </Empty>
      ) : error ? (
        <Failure what="The archive could not be loaded" error={error} onRetry={reload} />
      ) : (
        <Skeleton rows={14} label="Loading the archive" />
      )}
    </Drawer>
  );
}

function Head({ archive }: { archive: ArchiveDetail }) {
  const { tone, word } = placeWords(archive, now());
  return (
    <>
      <StatusDot tone={tone}>{word}</StatusDot>
      <strong class="clip">
        {archive.day} {archive.stream} {batchOf(archive)}
      </strong>
      <CopyButton text={() => JSON.stringify(archive, null, 2)} label="Copy archive as JSON" />
    </>
  );
}

interface ReadingProps {
  project: string;
  archive: ArchiveDetail;
  onRestore: () => void;
  onChanged: () => void;
}

/** Whether it is what was written, and the ways to its records. */
function Reading({ project, archive, onRestore, onChanged }: ReadingProps) {
  return (
    <>
      <h3>Is it what was written</h3>
      <Verification project={project} archive={archive} onChanged={onChanged} />
      <h3>Read it</h3>
      <div class="archive-buttons">
        {mayExport.value ? (
          <a class="button button-plain button-small" href={archiveUrl(project, archive.id)} download>
            <Icon name="download" />
            <span>Download</span>
          </a>
        ) : null}
        {isAdmin.value ? (
          <Button small icon="up" onClick={onRestore}>
            Restore this time
          </Button>
        ) : null}
      </div>
      {archiveCommands(archive).map(({ label, code }) => (
        <div key={label} class="archive-command">
          <span class="faint">{label}</span>
          <CodeBlock label={`${label} command`} code={code} />
        </div>
      ))}
    </>
  );
}

function Details({ project, archive, onChanged }: { project: string; archive: ArchiveDetail; onChanged: () => void }) {
  const { key, sha256, records, blocks, rawBytes, packedBytes, minTs, maxTs, storageClass, hotUntilMs } = archive;
  const [restoring, setRestoring] = useState(false);
  const ratio = ratioOf(archive);
  return (
    <>
      <dl class="drawer-times">
        <dt>Records</dt>
        <dd>
          {exact(records)} in {plural(blocks, 'block')}
        </dd>
        <dt>Size</dt>
        <dd title={`${exact(rawBytes)} bytes raw, ${exact(packedBytes)} packed`}>
          {bytes(rawBytes)} raw, {bytes(packedBytes)} packed{ratio === null ? '' : `, ${percent(ratio)}`}
        </dd>
        <dt>From</dt>
        <dd>
          <Time ms={minTs} />
        </dd>
        <dt>To</dt>
        <dd>
          <Time ms={maxTs} />
        </dd>
        <dt>Key</dt>
        <dd>
          <Copyable text={key} label="the key" />
        </dd>
        <dt>SHA-256</dt>
        <dd>
          <Copyable text={sha256} label="the SHA-256" />
        </dd>
        <dt>Class</dt>
        <dd>{storageClass === 'Standard' ? 'Standard' : 'Infrequent access'}</dd>
        <dt>Database</dt>
        <dd>
          {archive.state === 'writing' ? (
            'has its records'
          ) : hotUntilMs !== null && hotUntilMs > now() ? (
            <>
              has its records too, until <Time ms={hotUntilMs} />
            </>
          ) : (
            'does not have its records'
          )}
        </dd>
        <dt>Written</dt>
        <dd>
          <Time ms={archive.createdAtMs} />
        </dd>
        <dt>Deleted on</dt>
        <dd>
          {archive.holdId === null ? (
            expiryWords(archive)
          ) : (
            <>
              kept by the legal hold <code>{archive.holdId}</code>
            </>
          )}
        </dd>
      </dl>
      {archive.state === 'current' ? (
        <Reading project={project} archive={archive} onRestore={() => setRestoring(true)} onChanged={onChanged} />
      ) : (
        <Notice tone="info">
          {archive.state === 'writing'
            ? 'It is being written, and read back before the database lets go of its records. Searches read them there.'
            : 'Its time is over, or another archive has replaced it: its object is being deleted.'}
        </Notice>
      )}
      <h3>Manifest of the day</h3>
      <ManifestView manifest={archive.manifest} ownKey={key} />
      {restoring ? (
        <RestoreDialog
          project={project}
          // The last millisecond is within.
          range={{ fromMs: minTs, toMs: maxTs + 1, stream: archive.stream }}
          onClose={() => {
            setRestoring(false);
            onChanged();
          }}
        />
      ) : null}
    </>
  );
}

function Verification({
  project,
  archive,
  onChanged,
}: {
  project: string;
  archive: ArchiveDetail;
  onChanged: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [check, setCheck] = useState<ArchiveCheck | null>(null);
  const { verified } = archive;
  const verify = async () => {
    setBusy(true);
    const answer = await verifyArchive(project, archive.id);
    setBusy(false);
    if (!answer.ok) return sayError('It was not read back', answer.error);
    setCheck(answer.value);
    onChanged();
  };
  return (
    <>
      {check ? (
        <CheckResult check={check} what="It is" />
      ) : verified === null ? (
        <p class="faint">It was not read back since it was written.</p>
      ) : verified.ok ? (
        <p>
          <StatusDot tone="ok">Verified</StatusDot>, last read back <Time ms={verified.atMs} />.
        </p>
      ) : (
        <Notice tone="bad">
          {verified.problem ?? 'It is not what was written.'} Read back <Time ms={verified.atMs} />.
        </Notice>
      )}
      {archive.failedReads > 0 && check?.ok !== true ? (
        <Notice tone="warn">
          {plural(archive.failedReads, 'search', 'searches')} found a block of it missing or damaged.
        </Notice>
      ) : null}
      {mayDecide.value ? (
        <div class="archive-buttons">
          <Button small icon="check" busy={busy} onClick={() => void verify()}>
            {busy ? 'Reading it back' : 'Verify'}
          </Button>
          {busy ? <progress aria-label="Reading the object back" /> : null}
        </div>
      ) : null}
    </>
  );
}
