import { useState } from 'preact/hooks';
import type { ArchiveCheck, ArchiveStatus } from '../../../../wire/archive.ts';
import { verifyChain } from '../../../api/archives.ts';
import type { ApiError } from '../../../api/http.ts';
import { Button } from '../../../components/button.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Failure } from '../../../components/states.tsx';
import { exact } from '../../../lib/format.ts';
import { CheckResult } from './check-result.tsx';

interface ChainDialogProps {
  project: string;
  status: ArchiveStatus | null;
  onClose: () => void;
}

/** Every manifest names the one before it by its hash, and is signed: from the first to the newest. */
export function ChainDialog({ project, status, onClose }: ChainDialogProps) {
  const [busy, setBusy] = useState(false);
  const [check, setCheck] = useState<ArchiveCheck | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const start = async () => {
    setBusy(true);
    setError(null);
    const answer = await verifyChain(project);
    setBusy(false);
    if (answer.ok) setCheck(answer.value);
    else setError(answer.error);
  };
  const newest = status?.manifestSequence ?? 0;
  return (
    <Dialog title="Verify the chain of manifests" stays onClose={onClose}>
      <p>
        Each manifest is signed and names the one before it by its hash. This reads them from the first to the newest
        {newest > 0 ? `, number ${exact(newest)}` : ''}, and compares the newest of each day with what the database
        knows. The objects themselves are read by “Verify” in an archive.
      </p>
      {error ? <Failure line what="The chain was not checked" error={error} onRetry={() => void start()} /> : null}
      {check ? <CheckResult check={check} what="The chain is" /> : null}
      {busy ? <progress class="work-progress" aria-label="Checking the chain" /> : null}
      <div class="dialog-actions">
        <Button onClick={onClose}>Close</Button>
        <Button kind="primary" busy={busy} onClick={() => void start()}>
          {busy ? 'Checking' : check ? 'Check again' : 'Check now'}
        </Button>
      </div>
    </Dialog>
  );
}
