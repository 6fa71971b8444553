import { useState } from 'preact/hooks';
import { getLedger, listKeys, revokeKey } from '../../api/admin.ts';
import type { ApiKey, Ledger, NewApiKey } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Empty } from '../../components/states.tsx';
import { StatusDot } from '../../components/status-dot.tsx';
import { Time } from '../../components/time.tsx';
import { compact, exact, relative } from '../../lib/format.ts';
import { now } from '../../state/clock.ts';
import { project } from '../../state/projects.ts';
import { say } from '../../state/toasts.ts';
import { useResource } from '../../state/use-resource.ts';
import { KeyCreateDialog } from './key-create-dialog.tsx';
import { KeyRotateDialog } from './key-rotate-dialog.tsx';
import { KeySecretDialog } from './key-secret-dialog.tsx';
import { RefusedKeys } from './refused-keys.tsx';
import { TabFrame } from './tab-frame.tsx';

type Open =
  | { kind: 'create' }
  | { kind: 'rotate'; key: ApiKey }
  | { kind: 'revoke'; key: ApiKey }
  | { kind: 'secret'; key: NewApiKey }
  | null;

export function KeysTab() {
  const current = project.value;
  const projectId = current?.id ?? null;
  const keys = useResource(projectId, (signal) => listKeys(projectId ?? '', signal), false);
  const ledger = useResource(projectId, (signal) => getLedger(projectId ?? '', signal), false);
  const [open, setOpen] = useState<Open>(null);
  if (!current) {
    return (
      <Empty icon="project" title="No project to make keys for">
        <p>Create one under Projects first.</p>
      </Empty>
    );
  }
  const close = () => setOpen(null);
  const created = (key: NewApiKey) => {
    keys.reload();
    setOpen({ kind: 'secret', key });
  };
  return (
    <TabFrame
      title="Keys"
      intro={`Keys of ${current.name}. Each sends or reads records of this project only.`}
      action={
        <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: 'create' })}>
          Create key
        </Button>
      }
      resource={keys}
    >
      {({ items }) => (
        <>
          {items.length === 0 ? (
            <Empty icon="key" title="No keys yet">
              <p>A shipper, an SDK or a script needs one to send records.</p>
            </Empty>
          ) : (
            <DataTable
              label={`Keys of ${current.name}`}
              columns={columnsOf(ledger.data, setOpen)}
              rows={items.toSorted((a, b) => Number(a.revokedAtMs !== null) - Number(b.revokedAtMs !== null))}
              keyOf={(key) => key.id}
              isFaint={(key) => isOver(key)}
            />
          )}
          <RefusedKeys />
          {open?.kind === 'create' ? <KeyCreateDialog projectId={current.id} onDone={created} onClose={close} /> : null}
          {open?.kind === 'secret' ? (
            <KeySecretDialog created={open.key} projectId={current.id} onClose={close} />
          ) : null}
          {open?.kind === 'rotate' ? (
            <KeyRotateDialog projectId={current.id} apiKey={open.key} onDone={created} onClose={close} />
          ) : null}
          {open?.kind === 'revoke' ? (
            <ConfirmByName
              title="Revoke key"
              name={open.key.name}
              action="Revoke key"
              submit={() => revokeKey(current.id, open.key.id)}
              onClose={close}
              onDone={() => {
                close();
                keys.reload();
                say(`Revoked ${open.key.name}`);
              }}
            >
              Whatever still uses the key <code>{open.key.prefix}…</code> is refused from now on. This cannot be undone.
            </ConfirmByName>
          ) : null}
        </>
      )}
    </TabFrame>
  );
}

/** A rotated key lives on for its grace: the time of its end may lie ahead. */
function isOver(key: ApiKey): boolean {
  return key.revokedAtMs !== null && key.revokedAtMs <= now();
}

function stateOf(key: ApiKey) {
  if (key.revokedAtMs === null) return <StatusDot tone="ok">In force</StatusDot>;
  if (isOver(key)) return <StatusDot tone="off">Revoked</StatusDot>;
  return <StatusDot tone="warn">Ends {relative(key.revokedAtMs, now())}</StatusDot>;
}

function columnsOf(ledger: Ledger | null, setOpen: (open: Open) => void): Column<ApiKey>[] {
  const countsOf = (key: ApiKey) => ledger?.keys.find((entry) => entry.keyId === key.id) ?? null;
  return [
    {
      id: 'name',
      label: 'Name',
      sort: (key) => key.name,
      cell: (key) => (
        <span class="two-lines">
          <strong class="clip">
            <bdi>{key.name}</bdi>
          </strong>
          <code class="faint">{key.prefix}…</code>
        </span>
      ),
    },
    {
      id: 'scopes',
      label: 'May',
      cell: (key) => (
        <span class="two-lines">
          <span>{key.scopes.join(', ')}</span>
          {key.origins && key.origins.length > 0 ? <span class="faint clip">from {key.origins.join(', ')}</span> : null}
          {key.quota ? <span class="faint">{compact(key.quota.recordsPerDay)} records a day</span> : null}
        </span>
      ),
    },
    { id: 'state', label: 'State', sort: (key) => key.revokedAtMs ?? 0, cell: stateOf },
    {
      id: 'received',
      label: 'Records',
      numeric: true,
      sort: (key) => countsOf(key)?.received ?? 0,
      cell: (key) => {
        const counts = countsOf(key);
        if (!counts) return <span class="faint">{ledger ? '0' : ''}</span>;
        const title = `${exact(counts.stored)} stored, ${exact(counts.duplicate)} duplicate, ${exact(counts.rejected)} rejected, ${exact(counts.refused)} requests refused`;
        return (
          <span class="two-lines" title={title}>
            <span>{compact(counts.received)}</span>
            {counts.refused > 0 ? <span class="faint">{compact(counts.refused)} refused</span> : null}
          </span>
        );
      },
    },
    {
      id: 'seen',
      label: 'Last sent',
      sort: (key) => countsOf(key)?.lastSeenAtMs ?? 0,
      cell: (key) => {
        const seen = countsOf(key)?.lastSeenAtMs ?? null;
        return seen === null ? (
          <span class="faint">never</span>
        ) : (
          <Time ms={seen} format={(ms) => relative(ms, now())} />
        );
      },
    },
    { id: 'created', label: 'Created', sort: (key) => key.createdAtMs, cell: (key) => <Time ms={key.createdAtMs} /> },
    {
      id: 'actions',
      label: 'Actions',
      cell: (key) =>
        isOver(key) ? null : (
          <span class="row-actions">
            {key.revokedAtMs === null ? (
              <Button small onClick={() => setOpen({ kind: 'rotate', key })}>
                Rotate
              </Button>
            ) : null}
            <Button small kind="danger" onClick={() => setOpen({ kind: 'revoke', key })}>
              Revoke
            </Button>
          </span>
        ),
    },
  ];
}
