import type { NewNotice } from '../notices/index.ts';
import type { StartedRun } from './run-store.ts';

/** Told once until the job succeeds again: its id is that of the first run that failed. */
export function failedNotice({ name, number, failingRun }: StartedRun, problem: string, requestId: string): NewNotice {
  return {
    id: `job.failed/${name}/${failingRun ?? number}`,
    kind: 'job.failed',
    severity: 'warning',
    title: `The job ${name} failed`,
    detail: { job: name, problem, requestId },
    path: `/operations/jobs?job=${encodeURIComponent(name)}`,
  };
}
