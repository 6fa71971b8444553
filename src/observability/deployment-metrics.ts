import { archiveLag } from '../archive/index.ts';
import type { Ctx } from '../env.ts';
import { jobTotals, readStorage } from '../jobs/index.ts';
import { unsentNotices } from '../notices/index.ts';
import { unsealedAgeMs } from '../trail/index.ts';
import type { Metric } from './exposition.ts';

/** Of the deployment as a whole. A handful of statements. */
export async function deploymentMetrics(ctx: Ctx): Promise<Metric[]> {
  const [jobs, storage, unsent, unsealedMs, archive] = await Promise.all([
    jobTotals(ctx),
    readStorage(ctx),
    unsentNotices(ctx),
    unsealedAgeMs(ctx),
    archiveLag(ctx),
  ]);
  const ofJobs = (figure: (job: (typeof jobs)[number]) => number | null) =>
    jobs.flatMap((job) => {
      const value = figure(job);
      return value === null ? [] : [{ labels: { job: job.name }, value }];
    });
  return [
    {
      name: 'breakwater_job_runs_total',
      help: 'Runs of jobs that began.',
      type: 'counter',
      samples: ofJobs(({ runs }) => runs),
    },
    {
      name: 'breakwater_job_failures_total',
      help: 'Runs of jobs that failed or were lost.',
      type: 'counter',
      samples: ofJobs(({ failures }) => failures),
    },
    {
      name: 'breakwater_job_last_success_timestamp_seconds',
      help: 'When a run of the job last did its work.',
      type: 'gauge',
      samples: ofJobs(({ lastSuccessAtMs }) => seconds(lastSuccessAtMs)),
    },
    {
      name: 'breakwater_job_last_duration_seconds',
      help: 'How long the newest run took, where it has ended.',
      type: 'gauge',
      samples: ofJobs(({ last }) => seconds(last?.durationMs ?? null)),
    },
    single('breakwater_notices_unsent', 'Notices of the last day that some destination lacks.', unsent),
    single('breakwater_database_bytes', 'Size of the database.', storage.databaseBytes),
    single('breakwater_database_limit_bytes', 'What the database may hold.', storage.databaseLimitBytes),
    single(
      'breakwater_audit_unsealed_seconds',
      'How long the oldest entry of the audit trail waits that no checkpoint covers.',
      unsealedMs / 1_000,
    ),
    single(
      'breakwater_archive_lag_seconds',
      'How long ago the block that is latest should have been archived.',
      archive.lagMs / 1_000,
    ),
    single('breakwater_archive_due_blocks', 'Blocks that should be archived by now.', archive.due),
  ];
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}

function single(name: string, help: string, value: number): Metric {
  return { name, help, type: 'gauge', samples: [{ labels: {}, value }] };
}
