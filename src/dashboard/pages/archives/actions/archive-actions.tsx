import { useState } from 'preact/hooks';
import type { ArchiveRun, ArchiveStatus } from '../../../../wire/archive.ts';
import { runArchive } from '../../../api/archives.ts';
import type { Project } from '../../../api/types.ts';
import { Button } from '../../../components/button.tsx';
import { WorkLine } from '../../../components/work-line.tsx';
import { bytes, compact, plural } from '../../../lib/format.ts';
import { mayDecide } from '../../../state/roles.ts';
import { isAdmin } from '../../../state/session.ts';
import { say } from '../../../state/toasts.ts';
import { useRepeated } from '../../../state/use-repeated.ts';
import type { Resource } from '../../../state/use-resource.ts';
import { ChainDialog } from './chain-dialog.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { SettingsDialog } from './settings-dialog.tsx';

type Open = 'chain' | 'restore' | 'settings' | null;

/** What can be done about the whole: move now, check the chain, bring a time back, and by which rules it goes. */
export function ArchiveActions({ project, status }: { project: Project; status: Resource<ArchiveStatus> }) {
  const [open, setOpen] = useState<Open>(null);
  const run = useRepeated(async () => {
    const answer = await runArchive(project.id);
    if (answer.ok && answer.value.done) status.reload();
    return answer;
  }, addRuns);
  const close = () => {
    setOpen(null);
    status.reload();
  };
  const isRunning = run.state === 'running' || run.state === 'stopping';
  if (!mayDecide.value) return null;
  return (
    <>
      <div class="answer-actions">
        {isAdmin.value ? (
          <Button kind="primary" icon="archives" busy={isRunning} onClick={run.start}>
            Archive now
          </Button>
        ) : null}
        <Button icon="check" onClick={() => setOpen('chain')}>
          Verify chain
        </Button>
        {isAdmin.value ? (
          <>
            <Button icon="up" onClick={() => setOpen('restore')}>
              Restore
            </Button>
            <Button icon="settings" disabled={status.data === null} onClick={() => setOpen('settings')}>
              Settings
            </Button>
          </>
        ) : null}
      </div>
      <WorkLine
        label="Archiving"
        work={run}
        share={shareOf(run.total, status.data)}
        words={(total) =>
          total === null
            ? 'Looking for blocks that are due'
            : `${compact(total.blocks)} of ${plural(total.blocks + leftOf(total, status.data), 'block')} moved into ${plural(total.objects, 'object')}: ${plural(total.records, 'record')}, ${bytes(total.rawBytes)} packed to ${bytes(total.packedBytes)}`
        }
        onClosed={status.reload}
      />
      {open === 'chain' ? (
        <ChainDialog project={project.id} status={status.data} onClose={() => setOpen(null)} />
      ) : null}
      {open === 'restore' ? (
        <RestoreDialog project={project.id} range={{ fromMs: null, toMs: null, stream: null }} onClose={close} />
      ) : null}
      {open === 'settings' && status.data ? (
        <SettingsDialog
          project={project}
          status={status.data}
          onDone={() => {
            say('The settings are changed');
            close();
          }}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}

function addRuns(before: ArchiveRun, step: ArchiveRun): ArchiveRun {
  return {
    blocks: before.blocks + step.blocks,
    records: before.records + step.records,
    rawBytes: before.rawBytes + step.rawBytes,
    packedBytes: before.packedBytes + step.packedBytes,
    objects: before.objects + step.objects,
    done: step.done,
  };
}

/** By what was due when it was asked last. More may have become due meanwhile. */
function leftOf(total: ArchiveRun, status: ArchiveStatus | null): number {
  return total.done ? 0 : Math.max(0, (status?.due ?? 0) - total.blocks);
}

function shareOf(total: ArchiveRun | null, status: ArchiveStatus | null): number | null {
  if (total === null) return null;
  const all = total.blocks + leftOf(total, status);
  return all === 0 ? null : total.blocks / all;
}
