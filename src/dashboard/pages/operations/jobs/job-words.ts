import type { JobRun, JobStatus, StorageUse } from '../../../../wire/jobs.ts';
import { bytes, compact, duration, percent, plural } from '../../../lib/format.ts';
import type { Headline } from '../../../lib/headline.ts';
import type { Tone } from '../../../lib/tone.ts';

/** Of a run, or of a job by its last one. */
export function outcomeWords(run: Pick<JobRun, 'outcome'> | null): { tone: Tone; word: string } {
  switch (run?.outcome) {
    case undefined:
      return { tone: 'off', word: 'Not yet' };
    case 'running':
      return { tone: 'info', word: 'Running' };
    case 'done':
      return { tone: 'ok', word: 'Done' };
    case 'failed':
      return { tone: 'bad', word: 'Failed' };
    case 'lost':
      return { tone: 'bad', word: 'Lost' };
  }
}

/** Of a run that is lost, before anybody has written down why. */
export const NEVER_ENDED = 'It began and never ended.';

/** What is seen of it in a line. */
export function runWords(run: JobRun | null): string {
  if (run === null || run.outcome === 'running') return '–';
  return run.problem ?? (run.outcome === 'lost' ? NEVER_ENDED : countWords(run.counts));
}

/** `230 ms`, `4.2 s`, `3 min`. */
export function tookWords(durationMs: number | null): string {
  if (durationMs === null) return '–';
  if (durationMs < 1_000) return `${durationMs}\u00a0ms`;
  return durationMs < 60_000 ? `${compact(durationMs / 1_000)}\u00a0s` : duration(durationMs);
}

/** What a run did: `12 pages, 3 rows`; what is nothing is left out. */
export function countWords(counts: Readonly<Record<string, number>>): string {
  const done = Object.entries(counts).filter(([, count]) => count !== 0);
  if (done.length === 0) return 'nothing to do';
  return done.map(([name, count]) => `${isBytes(name) ? bytes(count) : compact(count)} ${nameWords(name)}`).join(', ');
}

/** `databaseBytes` as `database`: its unit is with the figure. */
function nameWords(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return isBytes(name) ? words.replace(/ ?bytes$/, '') || 'in all' : words;
}

const isBytes = (name: string): boolean => /bytes$/i.test(name);

const isTrouble = ({ last }: JobStatus): boolean => last?.outcome === 'failed' || last?.outcome === 'lost';

/** Does what has to be done behind the scenes happen? */
export function jobsHeadline(jobs: readonly JobStatus[], nowMs: number): Headline {
  const failing = jobs.filter(isTrouble);
  const ran = jobs.filter(({ last }) => last !== null);
  if (ran.length === 0) {
    const detail =
      'Cron calls this deployment every minute. Where it does not for long, its cron triggers are not set.';
    return { tone: 'info', text: 'No job has run yet', detail };
  }
  const newest = Math.max(...ran.map(({ last }) => last?.startedAtMs ?? 0));
  // A line is due every minute.
  const silentMs = nowMs - newest;
  if (silentMs > 10 * 60_000) {
    const detail = 'Nothing is archived, cleaned up or sent. Look at the cron triggers of the deployment.';
    return { tone: 'bad', text: `No job has run for ${duration(silentMs)}`, detail };
  }
  const [first] = failing;
  if (first === undefined) {
    const detail = `The last run of each of ${plural(ran.length, 'job')} did its work.`;
    return { tone: 'ok', text: 'Every job does its work', detail };
  }
  const text = failing.length === 1 ? `The job ${first.name} fails` : `${plural(failing.length, 'job')} fail`;
  return {
    tone: 'bad',
    text,
    detail: failing.length === 1 ? problemOf(first) : failing.map(({ name }) => name).join(', '),
  };
}

function problemOf({ last }: JobStatus): string {
  return last?.problem ?? NEVER_ENDED;
}

/** `81 %`, and how full that is. */
export function fullnessWords({ databaseBytes, databaseLimitBytes }: StorageUse): { text: string; tone: 'ok' | 'bad' } {
  const share = databaseBytes / databaseLimitBytes;
  return { text: `${percent(share)} of ${bytes(databaseLimitBytes)}`, tone: share >= 0.8 ? 'bad' : 'ok' };
}
