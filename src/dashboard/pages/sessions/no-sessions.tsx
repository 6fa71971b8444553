import { listSessions } from '../../api/sessions.ts';
import { Button } from '../../components/button.tsx';
import { SendFirst } from '../../components/send-first.tsx';
import { Empty, Failure, Skeleton } from '../../components/states.tsx';
import { Time } from '../../components/time.tsx';
import { errorCommand } from '../../lib/example-commands.ts';
import { lastWords, presetReaching, WIDEST_MS } from '../../lib/range.ts';
import { now } from '../../state/clock.ts';
import { setRange } from '../../state/range.ts';
import { setParams } from '../../state/route.ts';
import { useResource } from '../../state/use-resource.ts';

/** Why there is no session, and the shortest time that has one. */
export function NoSessions({ project, q }: { project: string; q: string }) {
  const wide = useResource(JSON.stringify([project, q]), (signal) => newestSession(project, q, signal));
  if (wide.error) {
    const what = 'No sessions here, and the last 30 days could not be looked at';
    return <Failure what={what} error={wide.error} onRetry={wide.reload} />;
  }
  if (!wide.data) return <Skeleton rows={24} label="Looking further back" />;
  const newest = wide.data.items[0];
  if (newest === undefined && q === '' && wide.data.complete)
    return <FirstSession project={project} onArrived={wide.reload} />;
  const preset = newest && presetReaching(newest.lastMs, now());
  return (
    <Empty icon="search" title={q === '' ? 'No sessions in this time' : 'No session fits the search'}>
      {newest && preset ? (
        <>
          <p>
            The newest {q === '' ? '' : 'that does '}is of <Time ms={newest.lastMs} />.
          </p>
          <Button kind="primary" onClick={() => setRange({ kind: 'preset', id: preset.id })}>
            {`Show the ${lastWords(preset)}`}
          </Button>
        </>
      ) : (
        <p>
          {wide.data.complete
            ? 'Not in the last 30 days either.'
            : 'The last 30 days hold more than one request may read, so that there may be one in them.'}
        </p>
      )}
      {q === '' ? null : <Button onClick={() => setParams({ q: null })}>Clear the search</Button>}
    </Empty>
  );
}

function FirstSession({ project, onArrived }: { project: string; onArrived: () => void }) {
  return (
    <SendFirst
      project={project}
      icon="clock"
      title="No sessions in the last 30 days"
      what="session"
      command={(key) => errorCommand(window.location.origin, key)}
      hasCome={async (signal) => {
        const answer = await newestSession(project, '', signal);
        return answer.ok ? { ...answer, value: answer.value.items.length > 0 } : answer;
      }}
      onArrived={onArrived}
    >
      <p>
        Records of browsers with the same session id are a session. The browser SDK gives each visit one. To see how one
        looks, send a record:
      </p>
    </SendFirst>
  );
}

function newestSession(project: string, q: string, signal: AbortSignal) {
  const toMs = now();
  return listSessions(project, { fromMs: toMs - WIDEST_MS, toMs }, q, 1, signal);
}
