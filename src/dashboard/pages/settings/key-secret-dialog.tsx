import type { NewApiKey } from '../../api/types.ts';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Notice } from '../../components/states.tsx';
import { curlCommand, queryCommand } from '../../lib/curl.ts';

interface SecretProps {
  created: NewApiKey;
  projectId: string;
  onClose: () => void;
}

/** The only time the key is on screen. */
export function KeySecretDialog({ created, projectId, onClose }: SecretProps) {
  const origin = window.location.origin;
  const sends = created.scopes.some((scope) => scope.startsWith('ingest'));
  return (
    <Dialog title={`Key “${created.name}”`} class="dialog-wide" stays onClose={onClose}>
      <Notice tone="warn">Copy the key now. It is stored as a hash and cannot be shown again.</Notice>
      <CodeBlock label="Key" code={created.key} />
      <p>{sends ? 'Try it, and see the record under Live and Logs:' : 'Try it:'}</p>
      <CodeBlock
        label="Command"
        code={
          sends
            ? curlCommand(origin, created.key, created.origins?.[0] ?? null)
            : queryCommand(origin, created.key, projectId)
        }
      />
      <div class="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
