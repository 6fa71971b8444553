import { forgetAlerts, reconcileAlerts } from './alerts/index.ts';
import {
  archiveCooling,
  archiveJob,
  archiveObjects,
  archiveRetention,
  archiveStorageClass,
  makeWarehouse,
} from './archive/index.ts';
import { cleanChallenges, cleanupExpired, reconcileEndedSessions, reencryptFactors } from './auth/index.ts';
import { compactBlocks, sweepBlocks } from './blocks/index.ts';
import { eraseDue, replayLedger, runNotifications, runSearches, tellClocks } from './compliance/index.ts';
import { destinationOf, type OpenDestination, reconcileDestinations, resealDestinations } from './delivery/index.ts';
import { forgetPages, reconcileRules } from './edge/index.ts';
import { type Ctx, clockNowMs, type Env, parseConfig } from './env.ts';
import { forgetErrorGroups } from './errors/index.ts';
import { cleanupJobs } from './etl/index.ts';
import { fraudOf, reconcileRisk } from './fraud/index.ts';
import { cleanIdempotencyKeys } from './idempotency/index.ts';
import {
  forgetJobs,
  type JobTable,
  measureStorage,
  runJob,
  settleLostRuns,
  sweepObjects,
  Unfinished,
} from './jobs/index.ts';
import { forgetNotices, sendNotices } from './notices/index.ts';
import { flushMeasured, foldPerformance, measured } from './observability/index.ts';
import { authPorts, noticePorts, revocations } from './ports.ts';
import { reconcileRevocations } from './projects/index.ts';
import { cleanQueryCache } from './query/index.ts';
import { foldRollups, forgetRollups } from './rollups/index.ts';
import { sourceMapObjects } from './sourcemaps/index.ts';
import { sealTrail, verifyDaily } from './trail/index.ts';
import type { JobName } from './wire/jobs.ts';

const openDestination: OpenDestination = (ctx, id) => destinationOf(ctx.env, id);

/**
 * One line per cron expression; a test holds this table against wrangler.toml. The jobs of one line share an invocation, which may make a
 * thousand statements: at worst 227 for revocations, 61 for sessions, 542 for compaction, 50 for the cache (test/worker/compact.test.ts). Each run is
 * written down with four more, five where it fails (src/jobs/run-job.ts).
 */
export const JOBS: JobTable<JobName> = {
  '* * * * *': [
    {
      name: 'lost_runs',
      description: 'Writes down the runs of jobs that began and never ended, and tells the operators of them.',
      run: async (ctx) => ({ lost: await settleLostRuns(ctx) }),
    },
    // At most 75 statements and 45 (test/worker/audit-bounds.test.ts).
    {
      name: 'audit_seal',
      description:
        'Covers new entries of the audit trail by a signed checkpoint, and looks for changes to tables and triggers.',
      run: sealTrail,
    },
    {
      name: 'audit_verify',
      description: 'Holds every entry of the audit trail against what was sealed, once a day.',
      run: verifyDaily,
    },
    {
      name: 'notices',
      description: 'Sends what operators must hear of to the destinations that are set for it.',
      run: async (ctx) => {
        const { counts, problems } = await sendNotices(ctx, noticePorts);
        return problems.length === 0 ? counts : new Unfinished(problems.join(' '), counts);
      },
    },
  ],
  '*/5 * * * *': [
    {
      name: 'revocations',
      description:
        'Tells journals, hubs and other objects of keys and projects that ended, where they have not confirmed it.',
      run: (ctx) => reconcileRevocations(ctx, revocations(ctx)),
    },
    {
      name: 'ended_sessions',
      description: 'Closes the sockets of sessions that ended, where a hub could not be told at once.',
      run: (ctx) => reconcileEndedSessions(ctx, authPorts(ctx)),
    },
    { name: 'compaction', description: 'Joins small blocks of records into large ones.', run: compactBlocks },
    // Answers live a minute, and each can have 600 KB: an hour of them could fill the database.
    {
      name: 'query_cache_cleanup',
      description: 'Deletes kept answers of queries that have expired.',
      run: cleanQueryCache,
    },
    {
      name: 'storage_use',
      description: 'Measures the database, tells the operators before it is full, and counts what lies in R2.',
      run: measureStorage,
    },
  ],
  '17 * * * *': [
    {
      name: 'sign_in_cleanup',
      description: 'Deletes sessions that can no longer be used, and attempts to sign in that no longer count.',
      run: cleanupExpired,
    },
    {
      name: 'challenge_cleanup',
      description: 'Deletes used and expired challenges of passkeys and second factors.',
      run: cleanChallenges,
    },
    // 151 statements at most.
    {
      name: 'factor_reseal',
      description: 'Encrypts second factors anew after a rotation of the data secrets.',
      run: reencryptFactors,
    },
    // Twenty statements at most.
    {
      name: 'idempotency_cleanup',
      description: 'Deletes kept answers of idempotency keys after 24 hours.',
      run: cleanIdempotencyKeys,
    },
    { name: 'etl_cleanup', description: 'Deletes ETL jobs and rejects past their time or number.', run: cleanupJobs },
    {
      name: 'page_retention',
      description: 'Forgets pages of which nothing came for 400 days.',
      run: forgetPages,
    },
    {
      name: 'error_group_cleanup',
      description: 'Deletes groups of errors that were not seen for 400 days.',
      run: forgetErrorGroups,
    },
    {
      name: 'alert_cleanup',
      description: 'Deletes silences and acknowledgements of alerts past their time.',
      run: forgetAlerts,
    },
    {
      name: 'block_sweep',
      description: 'Deletes payloads and filters of blocks that are no more.',
      run: sweepBlocks,
    },
    {
      name: 'source_map_sweep',
      description: 'Deletes source maps in R2 that no register names, after 31 days.',
      run: (ctx) => sweepObjects(ctx, sourceMapObjects),
    },
    {
      name: 'archive_sweep',
      description: 'Deletes objects of the archive in R2 that no register names, after 31 days.',
      run: (ctx) => sweepObjects(ctx, archiveObjects),
    },
    // 250 statements at most; usually twenty (src/observability/report/fold.ts).
    { name: 'performance', description: 'Writes durations of requests by hour and day.', run: foldPerformance },
    { name: 'notice_cleanup', description: 'Deletes notices after 400 days.', run: forgetNotices },
    {
      name: 'job_cleanup',
      description: 'Forgets the runs of jobs that this version does not have, 30 days after their last.',
      run: (ctx) => forgetJobs(ctx, JOBS),
    },
  ],
  // An invocation of its own: folding takes up to 830 statements, forgetting 160 (test/worker/rollups-cron.test.ts).
  '3-58/5 * * * *': [
    {
      name: 'rollups',
      description: 'Folds rows of rollups of the same minute, hour and day into one.',
      run: foldRollups,
    },
    {
      name: 'rollup_retention',
      description: 'Deletes rollups of minutes after 30 days, of hours after 400, and series that fell silent.',
      run: forgetRollups,
    },
  ],
  // At most 802 statements and calls (src/fraud/reconcile-risk.ts), and 121 (src/edge/push-rules.ts).
  '1-56/5 * * * *': [
    {
      name: 'fraud_rules',
      description: 'Tells the fraud objects of rules and verdicts that they have not confirmed.',
      run: (ctx) => reconcileRisk(ctx, (_, projectId) => fraudOf(ctx.env, projectId)),
    },
    {
      name: 'browser_rules',
      description: 'Tells limiters of rules for browsers that they have not confirmed.',
      run: reconcileRules,
    },
  ],
  // At most 201 statements and 50 calls, and 166 statements and 30 calls (src/delivery/destinations); 502 of both (src/alerts/push/reconcile.ts).
  '2-57/5 * * * *': [
    {
      name: 'destinations',
      description: 'Tells the objects of destinations of changes that they have not confirmed.',
      run: (ctx) => reconcileDestinations(ctx, openDestination),
    },
    {
      name: 'destination_reseal',
      description: 'Encrypts secrets of destinations anew after a rotation of the data secrets.',
      run: (ctx) => resealDestinations(ctx, openDestination),
    },
    {
      name: 'alert_rules',
      description: 'Tells the alerts objects of rules, silences and acknowledgements that they have not confirmed.',
      run: reconcileAlerts,
    },
  ],
  // At most 560 statements (test/worker/archive-bounds.test.ts), 50 more where objects are full, and 130 more to finish what ten runs that died have begun.
  // A database that was set back takes 340 more, in which nothing of its projects is moved (src/archive/repair/reconcile.ts).
  // The warehouse begins no file after 150 of its own calls; the largest file takes some sixty statements (src/archive/warehouse/make-warehouse.ts).
  '4-59/5 * * * *': [
    {
      name: 'archive',
      description: 'Moves blocks past the hot period to R2, and finishes or gives up what a run before has begun.',
      run: archiveJob,
    },
    {
      name: 'archive_cooling',
      description: 'Deletes payloads from the database that R2 alone is to have from now on.',
      run: archiveCooling,
    },
    {
      name: 'archive_retention',
      description: 'Deletes archives whose retention is over and that no legal hold keeps.',
      run: archiveRetention,
    },
    {
      name: 'archive_classes',
      description: 'Moves old archives to the storage class for what is rarely read.',
      run: archiveStorageClass,
    },
    {
      name: 'warehouse',
      description:
        'Writes a Parquet file for each day of archives, where a project wants it, and deletes those of days without any.',
      run: async (ctx) => {
        const counts = await makeWarehouse(ctx);
        return counts.failed === 0 ? counts : new Unfinished(`${counts.failed} days could not be written.`, counts);
      },
    },
  ],
  // At most 83 statements, some 430 statements and reads of archives, and 140 with 20 calls: less than 800 together (test/worker/breach-bounds.test.ts).
  '*/2 * * * *': [
    {
      name: 'breach_clocks',
      description: 'Reminds the operators of deadlines of breaches, and says which have passed.',
      run: tellClocks,
    },
    {
      name: 'breach_search',
      description: 'Looks up the users whom a breach affects, in records of the database and of archives.',
      run: async (ctx) => ({ ...(await runSearches(ctx)) }),
    },
    {
      name: 'breach_notify',
      description: 'Tells users whom a breach affects, and fetches what became of it.',
      run: (ctx) => runNotifications(ctx, openDestination),
    },
  ],
  // An invocation of its own: some 400 statements and calls (src/compliance/deletions/run/budget.ts), and 150.
  '1-59/2 * * * *': [
    {
      name: 'erasure',
      description: 'Carries out requests for deletion whose grace period is over, and warns of their deadlines.',
      run: (ctx) => eraseDue(ctx),
    },
    {
      name: 'erasure_replay',
      description:
        'Compares the ledger of erasures with the database, and carries out again what a restore brought back.',
      run: async (ctx) => {
        const counts = await replayLedger(ctx);
        return counts.failed === 0
          ? counts
          : new Unfinished(`${counts.failed} erasures could not be carried out again.`, counts);
      },
    },
  ],
};

/** Runs every job of the expression, also when one of them fails; throws at the end so that the platform records the failure. */
export async function runCron(controller: Pick<ScheduledController, 'cron'>, env: Env): Promise<void> {
  const jobs = JOBS[controller.cron];
  if (!jobs) throw new Error(`no job is listed for the cron expression "${controller.cron}"`);
  const config = parseConfig(env);
  const failures: string[] = [];
  for (const job of jobs) {
    const ctx: Ctx = {
      env: measured(env),
      config,
      nowMs: clockNowMs(config),
      actor: { kind: 'system', job: job.name },
      requestId: crypto.randomUUID().replaceAll('-', ''),
      ...{ address: 'cron', country: () => null, allowances: [] },
    };
    const { outcome } = await runJob(ctx, job);
    if (outcome !== 'done') failures.push(job.name);
  }
  await flushMeasured(env);
  if (failures.length > 0) throw new Error(`cron jobs failed: ${failures.join(', ')}`);
}
