import { getHistogram } from '../api/query.ts';
import { curlCommand } from '../lib/curl.ts';
import { WIDEST_MS } from '../lib/range.ts';
import { now } from '../state/clock.ts';
import { projectId } from '../state/projects.ts';
import { hrefOf } from '../state/route.ts';
import { Link } from './link.tsx';
import { SendFirst } from './send-first.tsx';

/** Before the first record of the project. */
export function FirstUse({ top = false, onArrived }: { top?: boolean; onArrived?: () => void }) {
  const project = projectId.value;
  return (
    <SendFirst
      top={top}
      project={project}
      icon="logs"
      title="Send the first record"
      what="record"
      {...(onArrived ? { onArrived } : {})}
      command={(key) => curlCommand(window.location.origin, key)}
      hasCome={async (signal) => {
        const toMs = now();
        const scope = { project, q: '', stream: null, fromMs: toMs - WIDEST_MS, toMs };
        const answer = await getHistogram(scope, 1, signal);
        return answer.ok ? { ...answer, value: answer.value.buckets.some((bucket) => bucket.total > 0) } : answer;
      }}
      more={
        <p>
          Settings for other clients, and why something does not arrive, are under{' '}
          <Link href={hrefOf('/sources', {}, 'frame')}>Sources</Link>.
        </p>
      }
    >
      <p>This project has no records yet. Run this in a terminal, and it shows up here:</p>
    </SendFirst>
  );
}
