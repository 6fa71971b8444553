import type { DestinationWithSecret } from '../../../../wire/delivery.ts';
import { Button } from '../../../components/button.tsx';
import { CodeBlock } from '../../../components/code-block.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Notice } from '../../../components/states.tsx';
import { verifyExample } from './verify-example.ts';

/** The only time that the secret is on screen; of a key pair the public part, which may be seen again. */
export function SecretDialog({ made, onClose }: { made: DestinationWithSecret; onClose: () => void }) {
  const publicKey = made.secret === null ? (made.secrets[0]?.publicKey ?? '') : null;
  const shown = made.secret ?? publicKey ?? '';
  return (
    <Dialog title={`Secret of “${made.name}”`} class="dialog-wide" stays onClose={onClose}>
      {publicKey === null ? (
        <Notice tone="warn">Copy the secret now. It cannot be shown again.</Notice>
      ) : (
        <p>The receiver needs this public key. The private part never leaves Breakwater.</p>
      )}
      <CodeBlock label={publicKey === null ? 'Secret' : 'Public key'} code={shown} />
      {publicKey === null ? (
        <>
          <p>
            Deliveries are signed as Standard Webhooks says. A receiver checks them with any of its libraries, here in
            JavaScript:
          </p>
          <CodeBlock label="Check of a delivery" code={verifyExample(shown)} />
        </>
      ) : null}
      <div class="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
