import { useState } from 'preact/hooks';
import { createKey } from '../api/admin.ts';
import { curlCommand } from '../lib/curl.ts';
import { projectId } from '../state/projects.ts';
import { refresh } from '../state/range.ts';
import { hrefOf } from '../state/route.ts';
import { isAdmin } from '../state/session.ts';
import { sayError } from '../state/toasts.ts';
import { Button } from './button.tsx';
import { CodeBlock } from './code-block.tsx';
import { Link } from './link.tsx';
import { Empty } from './states.tsx';

/** Before the first record: one command that sends one. */
export function FirstUse({ top = false }: { top?: boolean }) {
  const [key, setKey] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    const answer = await createKey(projectId.value, { name: 'First key', scopes: ['ingest'] });
    setBusy(false);
    if (answer.ok) setKey(answer.value.key);
    else sayError('The key could not be created', answer.error);
  };
  return (
    <Empty top={top} icon="logs" title="Send the first record">
      <p>This project has no records yet. Run this in a terminal, and it shows up here:</p>
      <CodeBlock label="Command" code={curlCommand(window.location.origin, key ?? '<key>')} />
      {key === null ? (
        isAdmin.value ? (
          <p>
            <Button kind="primary" icon="key" busy={busy} onClick={() => void create()}>
              Create a key and fill it in
            </Button>
          </p>
        ) : (
          <p>
            An administrator makes the key for <code>&lt;key&gt;</code> under Settings, Keys.
          </p>
        )
      ) : (
        <p>
          The key can only send records. It is shown this once; see it listed under{' '}
          <Link href={hrefOf('/settings/keys', {}, 'frame')}>Settings, Keys</Link>.
        </p>
      )}
      <Button icon="refresh" onClick={refresh}>
        Look again
      </Button>
    </Empty>
  );
}
