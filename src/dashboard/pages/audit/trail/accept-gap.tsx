import { useState } from 'preact/hooks';
import type { AuditGap, AuditStatus } from '../../../../wire/audit.ts';
import { acceptGap } from '../../../api/audit.ts';
import { Button } from '../../../components/button.tsx';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { exact } from '../../../lib/format.ts';
import { say } from '../../../state/toasts.ts';
import type { Resource } from '../../../state/use-resource.ts';

/** Accepts what stops the sealing: numbers that were skipped, with entries behind them. Nothing where there is none. */
export function AcceptGap({ status }: { status: Resource<AuditStatus> }) {
  // As it was when it was asked for: the page looks again meanwhile.
  const [asked, setAsked] = useState<AuditGap | null>(null);
  const gap = status.data?.gap ?? null;
  const onDone = () => {
    setAsked(null);
    say('The gap is accepted: sealing goes on with the next minute');
    status.reload();
  };
  return (
    <>
      {gap === null || gap.accepted ? null : <Button onClick={() => setAsked(gap)}>Accept this gap…</Button>}
      {asked === null ? null : (
        <ReasonDialog
          title="Accept the gap"
          action="Accept the gap"
          words={<Words gap={asked} />}
          submit={(reason) => acceptGap(asked.toSeq, reason)}
          onDone={onDone}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function Words({ gap }: { gap: AuditGap }) {
  return (
    <>
      <p>
        {exact(gap.toSeq - gap.fromSeq + 1)} entries, {exact(gap.fromSeq)} to {exact(gap.toSeq)}, are sealed as not
        there, so that what was written behind them is sealed again. That cannot be taken back: find out first who moved
        the numbers on.
      </p>
      <p>
        The finding stays. Proofs and exports say “missing” for each of these numbers, and that you accepted it, with
        your reason, becomes an entry of the trail.
      </p>
    </>
  );
}
