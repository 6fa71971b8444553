import type { Problem } from '../shared/problem.ts';

export function runningProblem(name: string): Problem {
  return {
    status: 409,
    code: 'cron_job_running',
    title: 'The job is running',
    detail: `${name} is running now. Wait until it has ended; one that died counts as running for 15 minutes.`,
  };
}
