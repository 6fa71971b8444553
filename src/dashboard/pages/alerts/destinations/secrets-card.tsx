import { useState } from 'preact/hooks';
import type { Destination, DestinationSecret, DestinationWithSecret } from '../../../../wire/delivery.ts';
import { Button } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Countdown } from '../../../components/countdown.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { isAdmin } from '../../../state/session.ts';
import { RotateDialog } from './rotate-dialog.tsx';
import { SecretDialog } from './secret-dialog.tsx';

interface SecretsCardProps {
  project: string;
  destination: Destination;
  onChanged: () => void;
}

/** What signs, and until when. */
export function SecretsCard({ project, destination, onChanged }: SecretsCardProps) {
  const [open, setOpen] = useState<'rotate' | DestinationWithSecret | null>(null);
  return (
    <section class="card detail-card" aria-label="Signing secrets">
      <header class="detail-card-head">
        <h2>Signing secrets</h2>
        <span class="grow" />
        {isAdmin.value ? (
          <Button small icon="key" onClick={() => setOpen('rotate')}>
            Rotate
          </Button>
        ) : null}
      </header>
      <ul class="destination-secrets">
        {destination.secrets.map((secret) => (
          <li key={secret.id}>
            <span class="two-lines">
              <strong>{secret.kind === 'v1' ? 'v1, HMAC-SHA256' : 'v1a, Ed25519'}</strong>
              <span class="faint">
                since <Time ms={secret.createdAtMs} />
              </span>
              {secret.publicKey === null ? null : <PublicKey publicKey={secret.publicKey} />}
            </span>
            <SecretState secret={secret} />
          </li>
        ))}
      </ul>
      {open === 'rotate' ? (
        <RotateDialog
          project={project}
          destination={destination}
          onDone={(made) => {
            onChanged();
            setOpen(made);
          }}
          onClose={() => setOpen(null)}
        />
      ) : open === null ? null : (
        <SecretDialog made={open} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}

function PublicKey({ publicKey }: { publicKey: string }) {
  return (
    <span class="destination-key">
      <code class="clip" title={publicKey}>
        {publicKey}
      </code>
      <CopyButton text={publicKey} label="Copy the public key" />
    </span>
  );
}

function SecretState({ secret: { expiresAtMs } }: { secret: DestinationSecret }) {
  if (expiresAtMs === null) return <StatusDot tone="ok">In use</StatusDot>;
  return (
    <StatusDot tone="warn">
      Old, ends <Countdown untilMs={expiresAtMs} due="now" />
    </StatusDot>
  );
}
