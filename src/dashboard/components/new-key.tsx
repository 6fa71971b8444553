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
  scopes: readonly string[];
  /** Pages that may use it: only with one is it a key for browsers. null: it is for them, and its pages are not known yet. */
  origins?: readonly string[] | null;
  /** Such as `send records`. */
  canOnly: string;
  /** null until it is made. */
  made: string | null;
  onMade: (key: string) => void;
}

/** Makes the key that a command on the page lacks, for who may; for others it says who does. */
export function NewKey({ project, name, scopes, origins = [], canOnly, made, onMade }: NewKeyProps) {
  const [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    const answer = await createKey(project, {
      ...{ name, scopes },
      ...(origins === null || origins.length === 0 ? {} : { origins }),
    });
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
        <Button kind="primary" icon="key" busy={busy} disabled={origins === null} onClick={() => void create()}>
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
