import { useEffect, useState } from 'preact/hooks';
import { getHistogram } from '../api/query.ts';
import { curlCommand } from '../lib/curl.ts';
import { WIDEST_MS } from '../lib/range.ts';
import { now } from '../state/clock.ts';
import { projectId } from '../state/projects.ts';
import { refresh } from '../state/range.ts';
import { hrefOf } from '../state/route.ts';
import { CodeBlock } from './code-block.tsx';
import { Link } from './link.tsx';
import { NewKey } from './new-key.tsx';
import { Empty } from './states.tsx';
import { StatusDot } from './status-dot.tsx';

const LOOK_EVERY_MS = 2_000;

/** Before the first record: one command that sends one, and a page that notices by itself when it came. */
export function FirstUse({ top = false }: { top?: boolean }) {
  const [key, setKey] = useState<string | null>(null);
  const reachable = useFirstRecord(projectId.value);
  return (
    <Empty top={top} icon="logs" title="Send the first record">
      <p>This project has no records yet. Run this in a terminal, and it shows up here:</p>
      <CodeBlock label="Command" code={curlCommand(window.location.origin, key ?? '<key>')} />
      <NewKey
        project={projectId.value}
        name="First key"
        scopes={['ingest']}
        canOnly="send records"
        made={key}
        onMade={setKey}
      />
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
