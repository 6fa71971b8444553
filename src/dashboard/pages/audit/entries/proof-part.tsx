import { useState } from 'preact/hooks';
import { getProof, listAuditKeys } from '../../../api/audit.ts';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { quote } from '../../../lib/curl.ts';
import { download } from '../../../lib/download.ts';
import { sayError } from '../../../state/toasts.ts';
import { useResource } from '../../../state/use-resource.ts';

/** A file that proves the entry to anybody who has a checkpoint and the public key, without this server. */
export function ProofPart({ seq }: { seq: number }) {
  const [busy, setBusy] = useState(false);
  const keys = useResource('keys', listAuditKeys);
  const given = keys.data?.items.map(({ verifierKey }) => `--key ${quote(verifierKey)}`) ?? [];
  const flags = given.length === 0 ? '--key <key>' : given.join(' ');
  const file = `audit-proof-${seq}.json`;
  const save = async () => {
    setBusy(true);
    const answer = await getProof(seq);
    setBusy(false);
    if (!answer.ok) return sayError('The proof was not made', answer.error);
    download(file, new Blob([JSON.stringify(answer.value, null, 2)], { type: 'application/json' }));
  };
  return (
    <>
      <p class="entry-proof">
        <Button small icon="download" busy={busy} onClick={() => void save()}>
          Download the proof
        </Button>
        <span class="faint">An entry that is not sealed yet is sealed for it.</span>
      </p>
      <p class="faint entry-note">
        The script needs nothing but Node. Take the key from where you have kept it, not from here, if this server may
        not be trusted.
      </p>
      {/* As high as it is with a key in it. */}
      <div class="entry-command">
        <CodeBlock label="Verify command" code={`node scripts/verify-audit.mjs proof ${flags} ${file}`} />
      </div>
    </>
  );
}
