import type { ArchiveStatus, ManifestCheck } from '../../../../wire/archive.ts';
import { verifyChain } from '../../../api/archives.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { WorkLine } from '../../../components/work-line.tsx';
import { exact, plural } from '../../../lib/format.ts';
import { useRepeated } from '../../../state/use-repeated.ts';
import { CheckResult } from './check-result.tsx';

interface ChainDialogProps {
  project: string;
  status: ArchiveStatus | null;
  onClose: () => void;
}

/** Where the chain is broken in every link, more of them say nothing more. */
const MOST_PROBLEMS = 200;

type Step = ManifestCheck & { done: boolean };

/** Every manifest names the one before it by its hash, and is signed: from the first to the newest, some at a time. */
export function ChainDialog({ project, status, onClose }: ChainDialogProps) {
  const newest = status?.manifestSequence ?? 0;
  const work = useRepeated<Step>(
    async (before) => {
      const answer = await verifyChain(project, before?.toSequence ?? 0);
      return answer.ok ? { ...answer, value: { ...answer.value, done: answer.value.nextSequence === null } } : answer;
    },
    (before, step) => ({
      ...step,
      ok: before.ok && step.ok,
      records: before.records + step.records,
      rawBytes: before.rawBytes + step.rawBytes,
      problems: [...before.problems, ...step.problems].slice(0, MOST_PROBLEMS),
    }),
  );
  const { total, state } = work;
  const isRunning = state === 'running' || state === 'stopping';
  return (
    <Dialog title="Verify the chain of manifests" stays onClose={onClose}>
      <p>
        Each manifest is signed and names the one before it by its hash. This reads them from the first to the newest
        {newest > 0 ? `, number ${exact(newest)}` : ''}, and compares the newest of each day with what the database
        knows. The objects themselves are read by “Verify” in an archive.
      </p>
      <WorkLine
        label="Checking the chain"
        work={work}
        share={total && newest > 0 ? Math.min(1, total.toSequence / newest) : null}
        words={(sofar) =>
          sofar === null
            ? 'Reading the first manifests'
            : `Read up to number ${exact(sofar.toSequence)}${sofar.problems.length === 0 ? '' : `, ${plural(sofar.problems.length, 'problem')} so far`}`
        }
      />
      {total && !isRunning ? (
        <CheckResult
          check={total}
          what={state === 'done' ? 'The chain is' : `The chain up to number ${exact(total.toSequence)} is`}
        />
      ) : null}
      <div class="dialog-actions">
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" busy={isRunning} onClick={work.start}>
          {isRunning ? 'Checking' : total ? 'Check again' : 'Check now'}
        </Button>
      </div>
    </Dialog>
  );
}
