import type { Ctx } from '../../env.ts';
import { lastRunAtMs } from '../../jobs/index.ts';
import { elapsedMs } from '../../shared/elapsed.ts';
import { log } from '../../shared/log.ts';
import { inTime } from '../../shared/within.ts';
import type { ReadyCheck, ReadyStatus } from '../../wire/health.ts';
import { deploymentOf } from '../deployment.ts';
import { probeDatabase, probeStore } from '../store.ts';
import { cronFreshness } from './cron-freshness.ts';
import { OBJECT_PROBES } from './object-probes.ts';

/** A dependency that takes longer is as good as away for whoever asked. */
export const CHECK_TIMEOUT_MS = 2_000;
/** Begins every minute (src/cron.ts). */
const EVERY_MINUTE_JOB = 'lost_runs';

export function statusOf(checks: readonly Pick<ReadyCheck, 'ok' | 'mayWait'>[]): ReadyStatus {
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return 'ready';
  return failed.every(({ mayWait }) => mayWait) ? 'degraded' : 'not_ready';
}

/** Tries every store, every class of object and the cron, all at once and each with a time limit; never throws. */
export async function checkReadiness(ctx: Ctx): Promise<ReadyCheck[]> {
  const { env, nowMs } = ctx;
  const answers = { ok: true, detail: 'answers' };
  return Promise.all([
    check(ctx, 'database', async () => {
      await probeDatabase(env.DB);
      return answers;
    }),
    check(ctx, 'store', async () => {
      await probeStore(env.STORE);
      return answers;
    }),
    ...Object.values(OBJECT_PROBES).map(({ name, probe }) =>
      check(ctx, name, async () => {
        await probe(env);
        return answers;
      }),
    ),
    check(
      ctx,
      'cron',
      async () => {
        const uptimeSeconds = deploymentOf(ctx).deployment?.uptimeSeconds ?? null;
        return cronFreshness(await lastRunAtMs(ctx, EVERY_MINUTE_JOB), { nowMs, uptimeSeconds });
      },
      true,
    ),
  ]);
}

async function check(
  { requestId }: Ctx,
  name: string,
  probe: () => Promise<Pick<ReadyCheck, 'ok' | 'detail'>>,
  mayWait = false,
): Promise<ReadyCheck> {
  const startedMs = performance.now();
  const taken = () => Math.round(elapsedMs(startedMs));
  try {
    const { ok, detail } = await inTime(CHECK_TIMEOUT_MS, name, probe());
    if (!ok) log('error', 'not_ready', { requestId, check: name, cause: detail });
    return { name, ok, mayWait, detail, durationMs: taken() };
  } catch (cause) {
    log('error', 'not_ready', { requestId, check: name, cause: String(cause) });
    // The cause may name internals, and this route is public.
    return { name, ok: false, mayWait, detail: 'does not answer; the cause is in the log', durationMs: taken() };
  }
}
