import { useState } from 'preact/hooks';
import type { AuditKey, AuditStatus, ListedCheckpoint } from '../../../../wire/audit.ts';
import { listAuditKeys, listCheckpoints, sealTrail } from '../../../api/audit.ts';
import type { List } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Copyable } from '../../../components/copyable.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import type { GridColumn } from '../../../components/list-grid.tsx';
import { PagedList } from '../../../components/paged-list.tsx';
import { Empty, Failure, Notice, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { exact } from '../../../lib/format.ts';
import { param, setParams } from '../../../state/route.ts';
import { say, sayError } from '../../../state/toasts.ts';
import { usePaged } from '../../../state/use-paged.ts';
import { type Resource, useResource } from '../../../state/use-resource.ts';

const PAGE = 200;
const ROW_PX = { desk: 32, phone: 32 };

/** A checkpoint by its size, which no other one that is signed has. */
type Row = ListedCheckpoint & { id: string };

const COLUMNS: readonly GridColumn<Row>[] = [
  { id: 'size', label: 'Entries', cell: ({ size }) => `1 to ${exact(size)}` },
  { id: 'signed', label: 'Signed', cell: ({ signedAtMs }) => <Time ms={signedAtMs} /> },
  {
    id: 'kid',
    label: 'Key',
    title: ({ kid, signed }) => (signed ? kid : 'No key of this deployment signed it'),
    cell: ({ kid, signed }) => (signed ? <code>{kid}</code> : <StatusDot tone="bad">Forged</StatusDot>),
  },
  { id: 'root', label: 'Root', title: ({ rootHash }) => rootHash, cell: ({ rootHash }) => <code>{rootHash}</code> },
];

/** What whoever must not trust this server keeps: signed checkpoints, and the public keys. */
export function CheckpointsTab({ status }: { status: Resource<AuditStatus> }) {
  const [busy, setBusy] = useState(false);
  const openId = param('checkpoint') || null;
  const paged = usePaged<Row, List<Row>>(
    'checkpoints',
    ({ id }) => id,
    async (cursor, signal) => {
      const answer = await listCheckpoints({ limit: PAGE, cursor }, signal);
      if (!answer.ok) return answer;
      const items = answer.value.items.map(withId);
      return { ...answer, value: { ...answer.value, items } };
    },
  );
  const seal = async () => {
    setBusy(true);
    const answer = await sealTrail();
    setBusy(false);
    if (!answer.ok) return sayError('Nothing was sealed', answer.error);
    say('Sealed: a checkpoint covers every entry');
    status.reload();
    paged.reload();
  };
  const open = openId === null ? undefined : paged.list?.rows.find(({ id }) => id === openId);
  return (
    <>
      <Keys />
      <section class="card list-card audit-list" aria-label="Checkpoints">
        <div class="list-filters">
          <h2 class="grow">Checkpoints</h2>
          <Button small busy={busy} onClick={() => void seal()}>
            Seal now
          </Button>
        </div>
        <PagedList
          what="checkpoints"
          label="Checkpoints, the newest first"
          name="checkpoint"
          columns={COLUMNS}
          rowPx={ROW_PX}
          rowClass={({ signed }) => (signed ? 'entry-action' : 'entry-console')}
          paged={paged}
          openId={openId}
          onOpen={({ id }) => setParams({ checkpoint: id }, openId === null ? 'push' : 'replace')}
          empty={
            <Empty icon="audit" title="Nothing is sealed yet">
              <p>A checkpoint is signed every minute in which something happened.</p>
            </Empty>
          }
          drawer={open ? <CheckpointDrawer checkpoint={open} /> : null}
        />
      </section>
    </>
  );
}

function withId(checkpoint: ListedCheckpoint): Row {
  const { size, note, signed } = checkpoint;
  return { ...checkpoint, id: signed ? String(size) : `${size} ${note}` };
}

function CheckpointDrawer({ checkpoint }: { checkpoint: ListedCheckpoint }) {
  const { size, signedAtMs, kid, rootHash, note, signed } = checkpoint;
  return (
    <Drawer
      label="Checkpoint"
      onClose={() => setParams({ checkpoint: null }, 'replace')}
      head={<strong class="clip">Entries 1 to {exact(size)}</strong>}
    >
      {signed ? null : (
        <Notice tone="bad">
          No key of this deployment signed it: somebody put it into the database. It counts for nothing, and stays as
          evidence.
        </Notice>
      )}
      <dl class="drawer-times">
        <dt>{signed ? 'Signed' : 'Says it was signed'}</dt>
        <dd>
          <Time ms={signedAtMs} />
        </dd>
        <dt>Key</dt>
        <dd>
          <Copyable text={kid} label="the key's id" />
        </dd>
        <dt>Root</dt>
        <dd>
          <Copyable text={rootHash} label="the root hash" />
        </dd>
      </dl>
      <h3>{signed ? 'The note, as it is in R2' : 'The note, as it is in the database'}</h3>
      <CodeBlock label="Checkpoint note" code={note} />
    </Drawer>
  );
}

function Keys() {
  const keys = useResource('keys', listAuditKeys);
  return (
    <section class="tab-section audit-keys" aria-label="Public keys">
      <header class="page-head">
        <p class="grow faint">
          Keep a checkpoint and the public keys outside: with them anybody can check later that nothing before was
          changed.
        </p>
      </header>
      {keys.error ? (
        <Failure
          line={keys.data !== null}
          what="The keys could not be loaded"
          error={keys.error}
          onRetry={keys.reload}
        />
      ) : null}
      {keys.data === null ? (
        keys.error ? null : (
          <Skeleton rows={3} label="Loading keys" />
        )
      ) : keys.data.items.length === 0 ? (
        <p class="faint">No key has signed yet. The first checkpoint brings one.</p>
      ) : (
        <DataTable label="Public keys" columns={KEY_COLUMNS} rows={keys.data.items} keyOf={({ kid }) => kid} />
      )}
    </section>
  );
}

const KEY_COLUMNS: Column<AuditKey>[] = [
  { id: 'kid', label: 'Key', cell: ({ kid }) => <code>{kid}</code> },
  {
    id: 'verifier',
    label: 'Verifier key',
    cell: ({ verifierKey }) => <Copyable text={verifierKey} label="the verifier key" />,
  },
  {
    id: 'since',
    label: 'Since',
    numeric: true,
    sort: ({ sinceMs }) => sinceMs,
    cell: ({ sinceMs }) => <Time ms={sinceMs} />,
  },
];
