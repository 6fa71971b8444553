import { useEffect, useState } from 'preact/hooks';
import { createKey } from '../api/admin.ts';
import { getHistogram } from '../api/query.ts';
import { curlCommand } from '../lib/curl.ts';
import { WIDEST_MS } from '../lib/range.ts';
import { now } from '../state/clock.ts';
import { projectId } from '../state/projects.ts';
import { refresh } from '../state/range.ts';
import { hrefOf } from '../state/route.ts';
import { isAdmin } from '../state/session.ts';
import { sayError } from '../state/toasts.ts';
import { Button } from './button.tsx';
import { CodeBlock } from './code-block.tsx';
import { Link } from './link.tsx';
import { Empty } from './states.tsx';
import { StatusDot } from './status-dot.tsx';

const LOOK_EVERY_MS = 2_000;

/** Before the first record: one command that sends one, and a page that notices by itself when it came. */
export function FirstUse({ top = false }: { top?: boolean }) {
  const [key, setKey] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const reachable = useFirstRecord(projectId.value);
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
      <p>
        Settings for other clients, and why something does not arrive, are under{' '}
        <Link href={hrefOf('/sources', {}, 'frame')}>Sources</Link>.
      </p>
      <p>
        {reachable ? (
          <StatusDot tone="info">Waiting for the first record</StatusDot>
        ) : (
          <StatusDot tone="bad">The server does not answer. Trying again.</StatusDot>
        )}
      </p>
    </Empty>
  );
}

/** Looks every few seconds, without touching the page: the key on it is shown this once. False while it cannot look. */
function useFirstRecord(project: string): boolean {
  const [reachable, setReachable] = useState(true);
  useEffect(() => {
    const controller = new AbortController();
    const look = async () => {
      if (document.hidden) return;
      const toMs = now();
      const scope = { project, q: '', stream: null, fromMs: toMs - WIDEST_MS, toMs };
      const answer = await getHistogram(scope, 1, controller.signal);
      if (controller.signal.aborted) return;
      setReachable(answer.ok);
      if (answer.ok && answer.value.buckets.some((bucket) => bucket.total > 0)) refresh();
    };
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      controller.abort();
    };
  }, [project]);
  return reachable;
}
