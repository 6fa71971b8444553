import { useState } from 'preact/hooks';
import type { LegalHold } from '../../../../wire/archive.ts';
import { listHolds, releaseHold } from '../../../api/archives.ts';
import type { Project } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { ConfirmByName } from '../../../components/confirm-by-name.tsx';
import { type Column, DataTable } from '../../../components/data-table.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { plural } from '../../../lib/format.ts';
import { say } from '../../../state/toasts.ts';
import { useResource } from '../../../state/use-resource.ts';
import { HoldDialog } from './hold-dialog.tsx';

/** What must be kept, whatever retention and erasure say: of which time, why, and who said so. */
export function HoldsTab({ project }: { project: Project }) {
  const holds = useResource(project.id, (signal) => listHolds(project.id, signal), false);
  const [adding, setAdding] = useState(false);
  const [releasing, setReleasing] = useState<LegalHold | null>(null);
  const items = holds.data?.items ?? [];
  const inForce = items.filter(({ releasedAtMs }) => releasedAtMs === null).length;
  return (
    <section class="tab-section" aria-label="Legal holds">
      <header class="page-head">
        <p class="grow faint">
          {holds.data === null
            ? 'What a legal hold covers is neither deleted by retention nor erased.'
            : `${inForce === 0 ? 'No hold is' : `${plural(inForce, 'hold')} ${inForce === 1 ? 'is' : 'are'}`} in force. What one covers is neither deleted by retention nor erased.`}
        </p>
        <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
          Add a hold
        </Button>
      </header>
      {holds.error ? (
        <Failure
          line={holds.data !== null}
          what="The legal holds could not be loaded"
          error={holds.error}
          onRetry={holds.reload}
        />
      ) : null}
      {holds.data === null ? (
        holds.error ? null : (
          <Skeleton rows={8} label="Loading legal holds" />
        )
      ) : items.length === 0 ? (
        <Empty icon="key" title="Nothing is held">
          <p>Add a hold where a court, an authority or a dispute asks that records of some time stay as they are.</p>
        </Empty>
      ) : (
        <DataTable
          label="Legal holds"
          columns={columns(setReleasing)}
          rows={items}
          keyOf={({ id }) => id}
          isFaint={({ releasedAtMs }) => releasedAtMs !== null}
          rowKey="Release the hold"
        />
      )}
      {adding ? (
        <HoldDialog
          project={project.id}
          onDone={() => {
            setAdding(false);
            say('The hold is in force');
            holds.reload();
          }}
          onClose={() => setAdding(false)}
        />
      ) : null}
      {releasing ? (
        <ConfirmByName
          title="Release the legal hold"
          name={project.name}
          action="Release"
          submit={() => releaseHold(project.id, releasing.id)}
          onDone={() => {
            setReleasing(null);
            say('The hold is released');
            holds.reload();
          }}
          onClose={() => setReleasing(null)}
        >
          What it covers and is past its retention is deleted with the next run, and requests for deletion reach it. The
          reason of the hold was: <bdi>{releasing.reason}</bdi>
        </ConfirmByName>
      ) : null}
    </section>
  );
}

function columns(onRelease: (hold: LegalHold) => void): Column<LegalHold>[] {
  return [
    {
      id: 'state',
      label: 'State',
      cell: ({ releasedAtMs }) =>
        releasedAtMs === null ? (
          <StatusDot tone="warn">In force</StatusDot>
        ) : (
          <StatusDot tone="off">Released</StatusDot>
        ),
    },
    { id: 'reason', label: 'Reason', cell: ({ reason }) => <bdi class="hold-reason">{reason}</bdi> },
    { id: 'stream', label: 'Stream', cell: ({ stream }) => stream ?? 'every stream' },
    {
      id: 'from',
      label: 'Records from',
      sort: ({ fromMs }) => fromMs,
      cell: ({ fromMs }) => <Time ms={fromMs} />,
    },
    {
      id: 'to',
      label: 'to',
      sort: ({ toMs }) => toMs ?? Number.MAX_SAFE_INTEGER,
      cell: ({ toMs }) => (toMs === null ? 'without end' : <Time ms={toMs} />),
    },
    {
      id: 'by',
      label: 'Added',
      sort: ({ createdAtMs }) => createdAtMs,
      cell: ({ createdByName, createdAtMs }) => (
        <span class="two-lines">
          <bdi class="clip">{createdByName}</bdi>
          <span class="faint">
            <Time ms={createdAtMs} />
          </span>
        </span>
      ),
    },
    {
      id: 'release',
      label: 'Release',
      cell: (hold) => (
        <span class="row-actions">
          {hold.releasedAtMs === null ? (
            <Button small kind="danger" onClick={() => onRelease(hold)}>
              Release
            </Button>
          ) : (
            <Time ms={hold.releasedAtMs} />
          )}
        </span>
      ),
    },
  ];
}
