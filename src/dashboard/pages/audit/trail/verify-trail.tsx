import type { AuditStatus } from '../../../../wire/audit.ts';
import { verifyTrail } from '../../../api/audit.ts';
import { Button } from '../../../components/button.tsx';
import { WorkLine } from '../../../components/work-line.tsx';
import { exact } from '../../../lib/format.ts';
import { useRepeated } from '../../../state/use-repeated.ts';
import type { Resource } from '../../../state/use-resource.ts';
import { AcceptGap } from './accept-gap.tsx';

interface Step {
  status: AuditStatus;
  done: boolean;
}

/** Reads every entry again and compares it with what was sealed. Stopped here, the server goes on with it by itself. */
export function VerifyTrail({ status }: { status: Resource<AuditStatus> }) {
  const work = useRepeated<Step>(
    async () => {
      const answer = await verifyTrail();
      if (!answer.ok) return answer;
      const done = answer.value.verifying === null;
      if (done) status.reload();
      return { ...answer, value: { status: answer.value, done } };
    },
    (_, step) => step,
  );
  const verifying = work.total?.status.verifying ?? status.data?.verifying ?? null;
  const isRunning = work.state === 'running' || work.state === 'stopping';
  return (
    <>
      <div class="answer-actions">
        <Button kind="primary" icon="check" busy={isRunning} onClick={work.start}>
          Verify now
        </Button>
        <AcceptGap status={status} />
      </div>
      <WorkLine
        label="Checking the trail"
        work={work}
        share={verifying === null ? null : verifying.doneSeq / Math.max(1, verifying.toSeq)}
        words={(step) => (step === null ? 'Reading the first entries' : wordsOf(step.status))}
      />
    </>
  );
}

function wordsOf({ verifying, sealedSize, findings }: AuditStatus): string {
  if (verifying)
    return `${exact(verifying.doneSeq)} of ${exact(verifying.toSeq)} entries compared with what was sealed`;
  return findings.length === 0
    ? `All ${exact(sealedSize)} sealed entries are what was sealed`
    : `All ${exact(sealedSize)} sealed entries were compared; what was found is under Findings`;
}
