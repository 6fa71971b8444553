import { useState } from 'preact/hooks';
import type { JobRun, JobStatus } from '../../../../wire/jobs.ts';
import { listRuns, runJob } from '../../../api/jobs.ts';
import { Button } from '../../../components/button.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Countdown } from '../../../components/countdown.tsx';
import { Drawer } from '../../../components/drawer.tsx';
import { Empty, Failure, Skeleton } from '../../../components/states.tsx';
import { StatusDot } from '../../../components/status-dot.tsx';
import { Time } from '../../../components/time.tsx';
import { exact } from '../../../lib/format.ts';
import { setParams } from '../../../state/route.ts';
import { say, sayError } from '../../../state/toasts.ts';
import { useResource } from '../../../state/use-resource.ts';
import { countWords, NEVER_ENDED, outcomeWords, tookWords } from './job-words.ts';

interface JobDrawerProps {
  name: string;
  /** Null where the list, once it is there, has no such job. */
  job: JobStatus | null;
  isListed: boolean;
  onRun: () => void;
}

const close = () => setParams({ job: null }, 'replace');

/** The job that the address names: what it does, what its last runs did, and a way to run it now. */
export function JobDrawer({ name, job, isListed, onRun }: JobDrawerProps) {
  const last = job?.last?.startedAtMs ?? 0;
  // Asked again when the list tells of another run.
  const runs = useResource(job === null ? null : `${name} ${last} ${job.last?.outcome}`, (signal) =>
    listRuns(name, signal),
  );
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    const answer = await runJob(name);
    setBusy(false);
    onRun();
    runs.reload();
    if (!answer.ok) return sayError(`${name} was not run`, answer.error);
    const { outcome, counts, problem } = answer.value;
    say(outcome === 'done' ? `${name}: ${countWords(counts)}` : `${name} failed. ${problem ?? ''}`);
  };
  return (
    <Drawer
      label="Job"
      onClose={close}
      head={
        <>
          <strong class="clip">{name}</strong>
          {job ? <State run={job.last} /> : null}
        </>
      }
    >
      {job === null ? (
        isListed ? (
          <Skeleton rows={12} label="Loading the job" />
        ) : (
          <Empty title="There is no such job">
            <p>This version of the deployment does not have it.</p>
            <Button onClick={close}>Close</Button>
          </Empty>
        )
      ) : (
        <>
          <p class="job-description">{job.description}</p>
          <dl class="drawer-times">
            <dt>Next run</dt>
            <dd>
              <Countdown untilMs={job.nextRunAtMs} due="now" />, by <code>{job.cron}</code> in UTC
            </dd>
            <dt>Runs</dt>
            <dd>
              {exact(job.runs)}, of which {exact(job.failures)} failed
            </dd>
          </dl>
          <div class="job-actions">
            <Button small icon="play" busy={busy} onClick={() => void run()}>
              {busy ? 'Running' : 'Run now'}
            </Button>
            <span class="faint">It does what its next run would do. The audit trail says who asked.</span>
          </div>
          <h3>Runs</h3>
          {runs.error ? (
            <Failure line what="The runs could not be loaded" error={runs.error} onRetry={runs.reload} />
          ) : null}
          {runs.data === null ? (
            runs.error ? null : (
              <Skeleton rows={8} label="Loading runs" />
            )
          ) : runs.data.items.length === 0 ? (
            <p class="faint">It has not run yet.</p>
          ) : (
            <ol class="job-runs">
              {runs.data.items.map((one) => (
                <Run key={`${one.startedAtMs} ${one.requestId}`} run={one} />
              ))}
            </ol>
          )}
        </>
      )}
    </Drawer>
  );
}

function State({ run }: { run: JobRun | null }) {
  const { tone, word } = outcomeWords(run);
  return <StatusDot tone={tone}>{word}</StatusDot>;
}

function Run({ run }: { run: JobRun }) {
  const { startedAtMs, durationMs, counts, problem, outcome, requestId, askedBy } = run;
  return (
    <li>
      <span class="job-run-line">
        <State run={run} />
        <Time ms={startedAtMs} />
        <span class="num">{outcome === 'running' ? '' : tookWords(durationMs)}</span>
      </span>
      {outcome === 'running' ? null : (
        <span class={problem === null ? 'faint' : ''}>
          {problem ?? (outcome === 'lost' ? NEVER_ENDED : countWords(counts))}
        </span>
      )}
      {problem !== null && Object.keys(counts).length > 0 ? <span class="faint">{countWords(counts)}</span> : null}
      {askedBy === null ? null : (
        <span class="faint">
          asked for by <bdi>{askedBy}</bdi>
        </span>
      )}
      {problem === null ? null : (
        <span class="request-id">
          <code>{requestId}</code>
          <CopyButton text={requestId} label="Copy request id" />
        </span>
      )}
    </li>
  );
}
