import { useState } from 'preact/hooks';
import { createKey } from '../api/admin.ts';
import { hrefOf } from '../state/route.ts';
import { isAdmin } from '../state/session.ts';
import { sayError } from '../state/toasts.ts';
import { Button } from './button.tsx';
import { Link } from './link.tsx';

interface NewKeyProps {
  project: string;
  name: string;
  scope: 'ingest' | 'ingest:fraud';
  /** Such as `send records`. */
  canOnly: string;
  /** null until it is made. */
  made: string | null;
  onMade: (key: string) => void;
}

/** Makes the key that a command on the page lacks, for who may; for others it says who does. */
export function NewKey({ project, name, scope, canOnly, made, onMade }: NewKeyProps) {
  const [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    const answer = await createKey(project, { name, scopes: [scope] });
    setBusy(false);
    if (answer.ok) onMade(answer.value.key);
    else sayError('The key could not be created', answer.error);
  };
  if (made !== null) {
    return (
      <p>
        The key can only {canOnly}. It is shown this once; see it listed under{' '}
        <Link href={hrefOf('/settings/keys', {}, 'frame')}>Settings, Keys</Link>.
      </p>
    );
  }
  if (isAdmin.value) {
    return (
      <p>
        <Button kind="primary" icon="key" busy={busy} onClick={() => void create()}>
          Create a key and fill it in
        </Button>
      </p>
    );
  }
  return (
    <p>
      An administrator makes the key for <code>&lt;key&gt;</code> under Settings, Keys.
    </p>
  );
}
