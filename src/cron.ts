import { forgetAlerts, reconcileAlerts } from './alerts/index.ts';
import { cleanChallenges, cleanupExpired, reconcileEndedSessions, reencryptFactors } from './auth/index.ts';
import { compactBlocks } from './blocks/index.ts';
import { destinationOf, type OpenDestination, reconcileDestinations, resealDestinations } from './delivery/index.ts';
import { forgetPages, reconcileRules } from './edge/index.ts';
import { type Ctx, clockNowMs, type Env, parseConfig } from './env.ts';
import { forgetErrorGroups } from './errors/index.ts';
import { cleanupJobs } from './etl/index.ts';
import { fraudOf, reconcileRisk } from './fraud/index.ts';
import { cleanIdempotencyKeys } from './idempotency/index.ts';
import { authPorts, revocations } from './ports.ts';
import { reconcileRevocations } from './projects/index.ts';
import { cleanQueryCache } from './query/index.ts';
import { foldRollups, forgetRollups } from './rollups/index.ts';

const openDestination: OpenDestination = (ctx, id) => destinationOf(ctx.env, id);

interface Job {
  name: string;
  run(ctx: Ctx): Promise<Record<string, number>>;
}

/**
 * One line per cron expression; a test holds this table against wrangler.toml. The jobs of one line share an invocation, which may make a
 * thousand statements: at worst 227 for revocations, 61 for sessions, 542 for compaction, 50 for the cache (test/worker/compact.test.ts).
 */
export const JOBS: Readonly<Record<string, readonly Job[]>> = {
  '*/5 * * * *': [
    { name: 'revocations', run: (ctx) => reconcileRevocations(ctx, revocations(ctx)) },
    { name: 'ended_sessions', run: (ctx) => reconcileEndedSessions(ctx, authPorts(ctx)) },
    { name: 'compaction', run: compactBlocks },
    // Answers live a minute, and each can have 600 KB: an hour of them could fill the database.
    { name: 'query_cache_cleanup', run: cleanQueryCache },
  ],
  '17 * * * *': [
    { name: 'sign_in_cleanup', run: cleanupExpired },
    { name: 'challenge_cleanup', run: cleanChallenges },
    // 151 statements at most.
    { name: 'factor_reseal', run: reencryptFactors },
    // Twenty statements at most.
    { name: 'idempotency_cleanup', run: cleanIdempotencyKeys },
    { name: 'etl_cleanup', run: cleanupJobs },
    { name: 'page_retention', run: forgetPages },
    { name: 'error_group_cleanup', run: forgetErrorGroups },
    { name: 'alert_cleanup', run: forgetAlerts },
  ],
  // An invocation of its own: folding takes up to 830 statements, forgetting 160 (test/worker/rollups-cron.test.ts).
  '3-58/5 * * * *': [
    { name: 'rollups', run: foldRollups },
    { name: 'rollup_retention', run: forgetRollups },
  ],
  // At most 802 statements and calls (src/fraud/reconcile-risk.ts), and 121 (src/edge/push-rules.ts).
  '1-56/5 * * * *': [
    { name: 'fraud_rules', run: (ctx) => reconcileRisk(ctx, (_, projectId) => fraudOf(ctx.env, projectId)) },
    { name: 'browser_rules', run: reconcileRules },
  ],
  // At most 201 statements and 50 calls, and 166 statements and 30 calls (src/delivery/destinations); 502 of both (src/alerts/push/reconcile.ts).
  '2-57/5 * * * *': [
    { name: 'destinations', run: (ctx) => reconcileDestinations(ctx, openDestination) },
    { name: 'destination_reseal', run: (ctx) => resealDestinations(ctx, openDestination) },
    { name: 'alert_rules', run: reconcileAlerts },
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
      env,
      config,
      nowMs: clockNowMs(config),
      actor: { kind: 'system', job: job.name },
      requestId: crypto.randomUUID().replaceAll('-', ''),
      address: 'cron',
      country: null,
      allowances: [],
    };
    try {
      const counts = await job.run(ctx);
      console.log(JSON.stringify({ level: 'info', event: 'cron', job: job.name, requestId: ctx.requestId, ...counts }));
    } catch (error) {
      failures.push(job.name);
      console.error(
        JSON.stringify({
          level: 'error',
          event: 'cron_failed',
          job: job.name,
          requestId: ctx.requestId,
          cause: String(error),
        }),
      );
    }
  }
  if (failures.length > 0) throw new Error(`cron jobs failed: ${failures.join(', ')}`);
}
